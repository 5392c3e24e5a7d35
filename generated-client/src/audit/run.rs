//! Audits of the registry over the network.

use std::collections::{HashSet, VecDeque};
use std::fmt;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::collection::Collection;
use super::kind::ResourceKind;
use super::records::Records;
use super::report::AuditReport;
use crate::call::Call;
use crate::call::json::{Json, JsonText};
use crate::call::operation::List;
use crate::call::response::Response;
use crate::call::spec::OperationSpec;
use crate::error::Error;
use crate::generated::operations;
use crate::registry::Registry;

/// The statuses of credit batches, which are listed without the split ones by default.
const STATUSES: [&str; 3] = ["active", "split", "retired"];

/// The approximate size of a planned call, in bytes.
const STEP_SIZE: usize = 200;

/// An audit of resources of the registry.
///
/// ```no_run
/// # async fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
/// use isometric_registry::audit::Audit;
///
/// let report = Audit::of(&registry).ids(["iss_1EWT8R5FY1S0GFCY"]).await?;
/// for finding in report.findings() {
///     println!("{} {finding}", finding.rule.level());
/// }
/// # Ok(())
/// # }
/// ```
///
/// Up to [`Options::concurrency`](crate::Options::concurrency) calls run at the same time, and
/// each resource and each list is fetched once. Resources that the credentials cannot see are
/// [not checked](AuditReport::not_checked); the rules that would need them are not checked
/// either.
#[must_use = "audits do nothing unless they are started"]
pub struct Audit<'a> {
    registry: Registry,
    records: Records,
    on_progress: Box<dyn FnMut(AuditProgress) + Send + 'a>,
}

/// The progress of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditProgress {
    /// The number of calls that ended.
    pub done: usize,
    /// The number of calls that are known to be needed, including those that ended.
    pub planned: usize,
}

impl<'a> Audit<'a> {
    /// Creates an audit. Nothing is sent yet.
    pub fn of(registry: &Registry) -> Self {
        let registry = registry.clone();
        Self { registry, records: Records::new(), on_progress: Box::new(|_| {}) }
    }

    /// Sets a function that is called after each call.
    pub fn on_progress(mut self, on_progress: impl FnMut(AuditProgress) + Send + 'a) -> Self {
        self.on_progress = Box::new(on_progress);
        self
    }

    /// Audits everything that the credentials can see.
    ///
    /// # Errors
    ///
    /// Errors that do not concern a single resource, such as a lost connection or a status of
    /// 401.
    pub async fn all(self) -> Result<AuditReport, Error> {
        let mut run = AuditRun::new(self, AuditScope::All);
        for collection in Collection::ALL.iter().filter(|list| list.owner().is_none()) {
            run.plan_list(*collection, "");
        }
        for (operation, type_name) in
            [("current_organisation", "Organisation"), ("current_supplier", "Supplier")]
        {
            run.plan(Step::Caller { operation, type_name });
        }
        run.finish().await
    }

    /// Audits resources of any kind: those that belong to them, such as the batches of an
    /// issuance, and all relatives of batches.
    ///
    /// Identifiers with an unknown prefix are reported as not checked.
    ///
    /// # Errors
    ///
    /// Any [`Error`] for a requested resource, and those of [`all`](Self::all).
    pub async fn ids(
        self,
        ids: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<AuditReport, Error> {
        let mut run = AuditRun::new(self, AuditScope::Ids);
        for id in ids {
            run.plan_resource(id.as_ref(), Role::Requested);
        }
        run.finish().await
    }
}

impl fmt::Debug for Audit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// The resources to audit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AuditScope {
    All,
    Ids,
}

/// The reason why a resource is fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Requested,
    /// A requested batch or another ancestor names it as its parent.
    Ancestor,
    /// A batch names it as a child.
    Child,
}

/// A call of an audit.
enum Step {
    /// A page of a list, after the cursor. The cursors are those of the pages so far.
    Page {
        list: Collection,
        owner: String,
        cursor: Option<String>,
        cursors: HashSet<String>,
    },
    Resource {
        kind: &'static ResourceKind,
        id: String,
        role: Role,
    },
    /// The owner of the access token.
    Caller {
        operation: &'static str,
        type_name: &'static str,
    },
}

struct AuditRun<'a> {
    audit: Audit<'a>,
    scope: AuditScope,
    waiting: VecDeque<Step>,
    /// The resources and lists that were planned.
    planned: HashSet<(Option<Collection>, String)>,
    progress: AuditProgress,
}

impl<'a> AuditRun<'a> {
    fn new(audit: Audit<'a>, scope: AuditScope) -> Self {
        let progress = AuditProgress { done: 0, planned: 0 };
        Self { audit, scope, waiting: VecDeque::new(), planned: HashSet::new(), progress }
    }

    /// Makes all calls, and the further calls for what they return.
    async fn finish(mut self) -> Result<AuditReport, Error> {
        let registry = self.audit.registry.clone();
        let mut calls = FuturesUnordered::new();
        loop {
            if self.waiting.is_empty() && calls.is_empty() {
                self.plan_children();
            }
            while calls.len() < registry.concurrency()
                && let Some(step) = self.waiting.pop_front()
            {
                match step.call(&registry) {
                    Some(call) => calls.push(fetch(step, call)),
                    None => self.without_operation(&step),
                }
            }
            let Some((step, result)) = calls.next().await else { break };
            self.progress.done += 1;
            match result {
                Ok(body) => self.receive(step, body),
                Err(error) => self.fail(&step, error)?,
            }
            (self.audit.on_progress)(self.progress);
        }
        Ok(self.audit.records.report())
    }

    fn plan(&mut self, step: Step) {
        self.progress.planned += 1;
        self.waiting.push_back(step);
    }

    fn plan_list(&mut self, list: Collection, owner: &str) {
        if self.planned.insert((Some(list), owner.to_owned())) {
            self.audit.records.charge(STEP_SIZE + owner.len());
            let (owner, cursors) = (owner.to_owned(), HashSet::new());
            self.plan(Step::Page { list, owner, cursor: None, cursors });
        }
    }

    fn plan_resource(&mut self, id: &str, role: Role) {
        if self.audit.records.has_batch(id) || !self.planned.insert((None, id.to_owned())) {
            return;
        }
        match ResourceKind::of(id) {
            Some(kind) => {
                self.audit.records.charge(STEP_SIZE + id.len());
                self.plan(Step::Resource { kind, id: id.to_owned(), role });
            }
            None => self.audit.records.add_not_checked(id, "unknown prefix of an identifier"),
        }
    }

    /// Plans the children that batches name and that no list contained.
    fn plan_children(&mut self) {
        if self.audit.records.is_limited() {
            return;
        }
        let missing: Vec<_> = self.audit.records.missing_children().map(str::to_owned).collect();
        for id in missing {
            self.plan_resource(&id, Role::Child);
        }
    }

    /// Plans the lists that belong to a resource.
    fn plan_lists_of(&mut self, type_name: &str, id: &str) {
        if self.audit.records.is_limited() {
            return;
        }
        for list in Collection::ALL.iter().filter(|list| list.owner() == Some(type_name)) {
            self.plan_list(*list, id);
        }
    }

    fn receive(&mut self, step: Step, body: JsonText) {
        match step {
            Step::Page { list, owner, cursors, .. } => {
                self.receive_page(list, owner, cursors, body);
            }
            Step::Resource { kind, id, role } => {
                if body.get() == "null" {
                    self.absent(&id, role, "null");
                    return;
                }
                self.audit.records.add_typed_json(kind.type_name, body.get().as_bytes());
                self.follow(kind.type_name, &id, &body);
                if role != Role::Child
                    && let Some(parent) = text(&body, "/parent_id")
                {
                    self.plan_resource(&parent, Role::Ancestor);
                }
            }
            Step::Caller { type_name, .. } => {
                let Some(id) = text(&body, "/id") else { return };
                if type_name == "Supplier" {
                    self.plan_list(Collection::SupplierOrders, &id);
                } else {
                    self.plan_lists_of(type_name, &id);
                }
            }
        }
    }

    fn receive_page(
        &mut self,
        list: Collection,
        owner: String,
        mut cursors: HashSet<String>,
        page: JsonText,
    ) {
        let Some(spec) = spec(list.operation()) else { return };
        let next = next_cursor(spec, &page);
        for item in Json::items(page, spec) {
            self.audit.records.add_listed_json(list, &owner, item.get().as_bytes());
            if let Some(id) = text(&item, "/id") {
                self.follow(list.item(), &id, &item);
            }
        }
        match next {
            None => self.audit.records.complete(list, &owner),
            Some(_) if self.audit.records.is_limited() => {
                self.not_checked(list, &owner, "the limit of the audit is reached");
            }
            Some(Some(cursor)) if cursors.insert(cursor.clone()) => {
                self.audit.records.charge(STEP_SIZE + 2 * cursor.len());
                self.progress.planned += 1;
                let cursor = Some(cursor);
                // A started list goes first, so that few lists are open at a time.
                self.waiting.push_front(Step::Page { list, owner, cursor, cursors });
            }
            Some(_) => {
                let reason = "the next page has no cursor, or a cursor that was used before";
                self.not_checked(list, &owner, reason);
            }
        }
    }

    /// Plans the calls for the resources that belong to a received one.
    fn follow(&mut self, type_name: &str, id: &str, json: &JsonText) {
        if type_name == "Project" {
            // The issuances of a project are among those of its supplier.
            if self.scope == AuditScope::Ids
                && let Some(supplier) = text(json, "/supplier/id")
            {
                self.plan_list(Collection::SupplierIssuances, &supplier);
            }
            return;
        }
        self.plan_lists_of(type_name, id);
    }

    /// Reports a failed call.
    ///
    /// # Errors
    ///
    /// Returns an error of a requested resource, and one that does not concern a single resource.
    fn fail(&mut self, step: &Step, error: Error) -> Result<(), Error> {
        let status = error.status().map_or(0, |status| status.as_u16());
        match &error {
            Error::Configuration(_) | Error::Credentials(_) | Error::Transport(_) => {
                return Err(error);
            }
            Error::Status(_) if status == 401 => return Err(error),
            _ if matches!(step, Step::Resource { role: Role::Requested, .. }) => {
                return Err(error);
            }
            _ => {}
        }
        let is_absent = matches!(status, 404 | 410 | 422) || matches!(error, Error::Mismatch(_));
        match step {
            Step::Page { list, owner, .. } => {
                self.not_checked(*list, owner, &error.to_string());
            }
            Step::Resource { id, role, .. } if is_absent => {
                self.absent(id, *role, &error.to_string());
            }
            Step::Resource { id, .. } => {
                self.audit.records.add_not_checked(id, &error.to_string());
            }
            // An organisation need not be a supplier.
            Step::Caller { .. } if is_absent => {}
            Step::Caller { type_name, .. } => {
                let subject = format!("{} of the access token", type_name.to_lowercase());
                self.audit.records.add_not_checked(&subject, &error.to_string());
            }
        }
        Ok(())
    }

    /// Reports a resource that does not exist. If a batch names it, that is a finding.
    fn absent(&mut self, id: &str, role: Role, reason: &str) {
        match role {
            Role::Child | Role::Ancestor => self.audit.records.add_absent(id, reason),
            Role::Requested => self.audit.records.add_not_checked(id, reason),
        }
    }

    /// Reports a call that cannot be made because the spec has no such operation or parameter.
    fn without_operation(&mut self, step: &Step) {
        self.progress.done += 1;
        self.audit.records.add_not_checked(step.operation(), "not in the spec");
    }

    fn not_checked(&mut self, list: Collection, owner: &str, reason: &str) {
        let subject = format!("{} {owner}", list.operation());
        self.audit.records.add_not_checked(subject.trim_end(), reason);
    }
}

impl Step {
    fn operation(&self) -> &'static str {
        match self {
            Self::Page { list, .. } => list.operation(),
            Self::Resource { kind, .. } => kind.operation,
            Self::Caller { operation, .. } => operation,
        }
    }

    /// Returns the identifier in the path and the cursor.
    fn place(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Page { owner, cursor, .. } => {
                let id = Some(owner.as_str()).filter(|owner| !owner.is_empty());
                (id, cursor.as_deref())
            }
            Self::Resource { id, .. } => (Some(id), None),
            Self::Caller { .. } => (None, None),
        }
    }

    /// Returns the call: with the identifier, the cursor, the maximum size of pages, and all
    /// statuses of batches. `None` if the spec has no such operation or parameter.
    fn call(&self, registry: &Registry) -> Option<Call<Json>> {
        let spec = spec(self.operation())?;
        let (id, cursor) = self.place();
        let parameter = |index: Option<usize>| Some(spec.parameters.get(index?)?.name);
        let mut call = registry.json_call(spec);
        if let Some(id) = id {
            call = call.argument("id", id).ok()?;
        }
        if let Some(pagination) = spec.pagination {
            if let (Some(name), Some(size)) = (parameter(pagination.first), pagination.max_size) {
                call = call.argument(name, &size).ok()?;
            }
            if let Some(cursor) = cursor {
                call = call.argument(parameter(Some(pagination.after))?, cursor).ok()?;
            }
        }
        if spec.parameter("status").is_some() {
            call = call.argument("status", &STATUSES).ok()?;
        }
        Some(call)
    }
}

async fn fetch(step: Step, call: Call<Json>) -> (Step, Result<JsonText, Error>) {
    let response = call.response().await;
    (step, response.map(Response::into_value))
}

fn spec(operation: &str) -> Option<&'static OperationSpec> {
    operations::all().iter().copied().find(|spec| spec.name == operation)
}

/// Returns `None` for the last page of a list, and otherwise the cursor of the next page, which
/// may be missing.
fn next_cursor(spec: &OperationSpec, page: &JsonText) -> Option<Option<String>> {
    let pagination = spec.pagination?;
    (page.at(pagination.more)? == "true").then(|| text(page, pagination.cursor))
}

/// Returns the string at a JSON pointer.
fn text(json: &JsonText, pointer: &str) -> Option<String> {
    serde_json::from_str(json.at(pointer)?).ok()
}
