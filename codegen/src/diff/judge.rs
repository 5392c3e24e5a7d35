//! Judges every difference of two contracts: its rule, severity and message.

use std::collections::HashMap;
use std::mem;

use super::align;
use super::change::Change;
use super::compare::{ChildChange, Counterpart, ElementPair, FactChange, PairId, UnmatchedChild};
use super::error::DiffError;
use super::message::{self, Detail, Subtree};
use super::place::Place;
use super::places::{ChangeList, FoundIn, VisitId};
use super::rules::{ChangeKind, DiffRule, Level, Subject};
use super::scope::{Scope, ValueContext};
use super::sides::fact_text;
use crate::contract::{
    Constraint, EdgeLabel, Element, ElementLocation, MAX_DEPTH, SetRelation, ValueEncoding,
    deep_place, schema_owner,
};

/// Returns the changes of all pairs that differ.
///
/// # Errors
///
/// There are too many changes, or a difference lies too deep to be reported.
pub(super) fn changes(pairs: &[ElementPair]) -> Result<Vec<Change>, DiffError> {
    let mut walk = ChangeWalk {
        pairs,
        schema: None,
        path: Vec::new(),
        visited: HashMap::new(),
        too_deep: HashMap::new(),
        schema_visits: HashMap::new(),
        pending: Vec::new(),
        changes: ChangeList::default(),
    };
    walk.pair(PairId(0), Scope::DOCUMENT)?;
    while let Some((visit, id)) = walk.pending.pop() {
        walk.schema(visit, id)?;
    }
    let mut changes = walk.changes.finish()?;
    changes.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(changes)
}

/// A visit to a pair of named schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct SchemaVisit {
    /// The pair of named schemas.
    schema: PairId,
    /// The pair whose changes are reported: the same, or a pair that includes it, of
    /// which only the changes count that both pairs have.
    source: PairId,
    scope: Scope,
}

struct ChangeWalk<'p> {
    pairs: &'p [ElementPair],
    /// The named schema that is walked; `None` for the document and its operations.
    schema: Option<(VisitId, SchemaVisit)>,
    /// The labels from the named schema, or the document, to the current pair.
    path: Vec<&'p EdgeLabel>,
    /// The pairs that were visited in the current operation or named schema, and the
    /// length of the shortest path to them.
    visited: HashMap<(PairId, Scope), usize>,
    /// Pairs of the current operation or named schema below the depth limit.
    too_deep: HashMap<(PairId, Scope), DiffError>,
    schema_visits: HashMap<SchemaVisit, VisitId>,
    /// The named schemas that are yet to be walked.
    pending: Vec<(VisitId, SchemaVisit)>,
    changes: ChangeList,
}

/// A change that is not judged yet.
struct RawChange<'a> {
    subject: Subject,
    kind: ChangeKind,
    before: Option<String>,
    after: Option<String>,
    detail: Detail<'a>,
    /// True for types beside `string` in text, which are told apart though their values
    /// are strings too.
    is_distinction: bool,
}

impl<'p> ChangeWalk<'p> {
    /// Walks the changes of a named schema.
    fn schema(&mut self, id: VisitId, visit: SchemaVisit) -> Result<(), DiffError> {
        self.schema = Some((id, visit));
        self.own_changes(visit.source, visit.scope)?;
        self.end_of_subtree()
    }

    fn pair(&mut self, id: PairId, scope: Scope) -> Result<(), DiffError> {
        let pair = &self.pairs[id.0];
        if !pair.differs {
            return Ok(());
        }
        if pair.schema.is_some() {
            self.visit_schema(SchemaVisit { schema: id, source: id, scope });
            return Ok(());
        }
        if self.path.len() > MAX_DEPTH {
            let error = self.too_deep_error();
            self.too_deep.entry((id, scope)).or_insert(error);
            return Ok(());
        }
        let depth = self.path.len();
        match self.visited.get(&(id, scope)) {
            Some(known) if *known <= depth => Ok(()),
            _ => {
                self.visited.insert((id, scope), depth);
                self.own_changes(id, scope)
            }
        }
    }

    /// Reports the changes of a pair. A change that a named schema explains is left to a
    /// visit to the named schema.
    fn own_changes(&mut self, id: PairId, scope: Scope) -> Result<(), DiffError> {
        let pair = &self.pairs[id.0];
        for fact in &pair.facts {
            let owner = self.owner(id, |base| base.shares_fact(&fact.keyword, pair));
            if self.is_reported_here(id, owner, scope) {
                self.fact(pair, fact, scope)?;
            }
        }
        for child in &pair.children {
            let kept = if let ChildChange::Kept { pair, .. } = child { Some(pair) } else { None };
            let is_equal = kept.is_some_and(|pair| !self.pairs[pair.0].differs);
            if is_equal && !child.edge_differs() {
                continue;
            }
            let owner = self.owner(id, |base| base.has_child(child));
            if self.is_reported_here(id, owner, scope) {
                self.child(child, scope)?;
            }
        }
        Ok(())
    }

    /// Returns the innermost pair of named schemas that has a change of the pair `id`.
    fn owner(&self, id: PairId, has_change: impl Fn(&ElementPair) -> bool) -> Option<PairId> {
        let mut visited = vec![id];
        let is_next = |base: &&PairId, visited: &[PairId]| {
            !visited.contains(base) && has_change(&self.pairs[base.0])
        };
        while let Some(last) = visited.last()
            && let Some(next) = self.pairs[last.0].bases.iter().find(|base| is_next(base, &visited))
        {
            visited.push(*next);
        }
        visited.pop().filter(|owner| *owner != id)
    }

    /// Returns whether a change of the pair `id` belongs to the current subtree. A change
    /// of a named schema is left to a visit to it.
    fn is_reported_here(&mut self, id: PairId, owner: Option<PairId>, scope: Scope) -> bool {
        if let Some((_, visit)) = self.schema
            && visit.schema != visit.source
            && self.path.is_empty()
        {
            return owner == Some(visit.schema);
        }
        if let Some(schema) = owner {
            self.visit_schema(SchemaVisit { schema, source: id, scope });
        }
        owner.is_none()
    }

    fn visit_schema(&mut self, visit: SchemaVisit) {
        let id = *self.schema_visits.entry(visit).or_insert_with(|| {
            let id = self.changes.add_visit();
            self.pending.push((id, visit));
            id
        });
        self.changes.lead(self.found_in(), id);
    }

    fn child(&mut self, child: &'p ChildChange, scope: Scope) -> Result<(), DiffError> {
        match child {
            ChildChange::Removed(child) => self.unmatched(child, ChangeKind::Removed, scope)?,
            ChildChange::Added(child) => self.unmatched(child, ChangeKind::Added, scope)?,
            ChildChange::Kept { base, revision, pair } => {
                self.path.push(&revision.0);
                let elements = &self.pairs[pair.0];
                let mut scope = scope.below(&revision.0, &elements.base, &elements.revision);
                if let EdgeLabel::Parameter { .. } = &revision.0 {
                    scope.is_optional_argument = !(base.1 && revision.1);
                }
                self.edge(base, revision, &elements.revision, scope)?;
                self.pair(*pair, scope)?;
                if let [EdgeLabel::Operation { .. }] = self.path[..] {
                    self.end_of_subtree()?;
                }
            }
        }
        self.path.pop();
        Ok(())
    }

    /// Fails if a pair was omitted at the depth limit and not visited on another path.
    fn end_of_subtree(&mut self) -> Result<(), DiffError> {
        let visited = mem::take(&mut self.visited);
        let too_deep = mem::take(&mut self.too_deep);
        match too_deep.into_iter().find(|(visit, _)| !visited.contains_key(visit)) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    fn too_deep_error(&self) -> DiffError {
        let ElementLocation { operation, pointer, .. } = ElementLocation::of(&self.path);
        let owner = self.schema_name().map_or(operation, schema_owner);
        DiffError::TooDeep { owner, place: deep_place(&pointer) }
    }

    fn schema_name(&self) -> Option<&'p str> {
        let (_, visit) = self.schema?;
        self.pairs[visit.schema.0].schema.as_deref()
    }

    fn found_in(&self) -> FoundIn {
        match self.schema {
            Some((visit, _)) => FoundIn::Schema(visit),
            None => {
                let ElementLocation { operation, place, .. } = ElementLocation::of(&self.path);
                FoundIn::Place(Place { operation, parts: place })
            }
        }
    }

    fn fact(
        &mut self,
        pair: &ElementPair,
        fact: &FactChange,
        scope: Scope,
    ) -> Result<(), DiffError> {
        let keyword = fact.keyword.as_ref();
        let (base, revision) = (pair.base.facts.get(keyword), pair.revision.facts.get(keyword));
        let subject = self.subject_of(keyword, base.or(revision), scope);
        let relation = if subject == Subject::Serialization {
            SetRelation::Incomparable
        } else {
            fact.relation
        };
        let change = RawChange {
            subject,
            kind: ChangeKind::Values(relation),
            before: base.map(|value| fact_text(keyword, value)),
            after: revision.map(|value| fact_text(keyword, value)),
            detail: Detail::Fact { keyword, base, revision },
            is_distinction: pair.encoding == ValueEncoding::Text
                && both_have_strings(base, revision),
        };
        self.report(change, scope)
    }

    fn subject_of(&self, keyword: &str, value: Option<&Constraint>, scope: Scope) -> Subject {
        match (keyword, value) {
            ("nullable", _) => Subject::Null,
            ("pattern", _) => Subject::Pattern,
            ("servers", _) => Subject::Servers,
            ("style" | "explode", _) => Subject::Serialization,
            ("operationId", _) => Subject::OperationId,
            ("deprecated", _) => Subject::Deprecation,
            ("readOnly" | "writeOnly", _) => Subject::Access,
            ("discriminator", _) => Subject::Discriminator,
            ("default", _) if scope.is_optional_argument => Subject::ParameterDefault,
            ("default", _) => Subject::Default,
            (_, Some(Constraint::Range(_) | Constraint::MultipleOf(_))) => Subject::Bound,
            (_, Some(Constraint::Types(_))) => Subject::Type,
            (_, Some(Constraint::Format(_))) => Subject::Format,
            (_, Some(Constraint::AnyOf(_))) => Subject::Values,
            (_, Some(Constraint::Credentials(_))) => Subject::Credentials,
            _ => Subject::Keyword,
        }
    }

    /// Reports changes of the edge to an element that both sides have.
    fn edge(
        &mut self,
        base: &(EdgeLabel, bool),
        revision: &(EdgeLabel, bool),
        element: &Element,
        scope: Scope,
    ) -> Result<(), DiffError> {
        if base.1 != revision.1 {
            let (subject, kind) = if revision.1 {
                (required_member(element), ChangeKind::BecameRequired)
            } else {
                (Subject::Member, ChangeKind::BecameOptional)
            };
            let word = |required| if required { "required" } else { "optional" };
            let (before, after) = (Some(word(base.1).into()), Some(word(revision.1).into()));
            let change = RawChange {
                subject,
                kind,
                before,
                after,
                detail: Detail::Presence,
                is_distinction: false,
            };
            self.report(change, scope)?;
        }
        let subject = match &revision.0 {
            EdgeLabel::Response(_) => Subject::Status,
            EdgeLabel::MediaType(_) => Subject::MediaType,
            _ => return Ok(()),
        };
        if base.0 == revision.0 {
            return Ok(());
        }
        let is_wider = align::covers(&revision.0, &base.0);
        let relation = if is_wider { SetRelation::Widened } else { SetRelation::Narrowed };
        let change = RawChange {
            subject,
            kind: ChangeKind::Values(relation),
            before: Some(base.0.to_string()),
            after: Some(revision.0.to_string()),
            detail: Detail::Label { base: &base.0 },
            is_distinction: false,
        };
        self.report(change, scope)
    }

    /// Reports a child that was added or removed. The child stays on the path.
    fn unmatched(
        &mut self,
        child: &'p UnmatchedChild,
        kind: ChangeKind,
        scope: Scope,
    ) -> Result<(), DiffError> {
        let UnmatchedChild { label, required, element, counterpart, summary } = child;
        let is_removed = kind == ChangeKind::Removed;
        self.path.push(label);
        let scope = scope.below(label, element, element);
        let subject = match label {
            EdgeLabel::Operation { .. } | EdgeLabel::Incoming { .. } => {
                if is_removed && element.facts.contains_key("deprecated") {
                    Subject::DeprecatedOperation
                } else {
                    Subject::Operation
                }
            }
            EdgeLabel::Response(status) if status.starts_with(['1', '2', '3']) => Subject::Success,
            EdgeLabel::Response(_) => Subject::Failure,
            EdgeLabel::MediaType(_) => Subject::MediaType,
            EdgeLabel::Alternative(..) => match counterpart {
                Counterpart::AnyValue => Subject::Subschema,
                Counterpart::SingleSchema if !is_removed => Subject::FirstAlternative,
                _ => Subject::Alternative,
            },
            EdgeLabel::Keyword(_)
            | EdgeLabel::Keyed(..)
            | EdgeLabel::AllOfItem(_)
            | EdgeLabel::Value => Subject::Subschema,
            // A default does not matter to those who read a removed member.
            _ if *required && is_removed => Subject::RequiredMember,
            _ if *required => required_member(element),
            _ => Subject::Member,
        };
        let summary = Some(summary.clone());
        let (before, after) = if is_removed { (summary, None) } else { (None, summary) };
        self.report(
            RawChange {
                subject,
                kind,
                before,
                after,
                detail: Detail::Presence,
                is_distinction: false,
            },
            scope,
        )
    }

    fn report(&mut self, change: RawChange, scope: Scope) -> Result<(), DiffError> {
        let RawChange { mut subject, mut kind, before, after, detail, is_distinction } = change;
        // Receivers check the pattern of whatever is present.
        let is_policy = is_distinction
            || matches!(detail, Detail::Fact { keyword: "allowReserved" | "allowEmptyValue", .. })
            || subject == Subject::Pattern && scope.context == ValueContext::NotExpected;
        let is_remark = kind == ChangeKind::Values(SetRelation::Unchanged);
        if scope.context == ValueContext::Condition && !is_remark {
            subject = Subject::Condition;
            kind = ChangeKind::Values(SetRelation::Incomparable);
        }
        let rule = DiffRule::of(subject, kind);
        let level = match scope.context {
            ValueContext::NoLongerExpected if subject != Subject::Access => Level::Info,
            ValueContext::NotExpected if subject.is_member() => Level::Info,
            _ => rule.level(scope.direction),
        };
        let subtree = Subtree { schema: self.schema_name(), path: &self.path, scope };
        let message = message::summary(subtree, rule, detail);
        let consequence = message::consequence(subject, kind, level, scope);
        let location = ElementLocation::of(&self.path);
        // Operations are added and removed one by one.
        let is_operation = matches!(subject, Subject::Operation | Subject::DeprecatedOperation);
        let operations = if is_operation { vec![location.operation] } else { Vec::new() };
        let change = Change {
            rule: rule.id,
            level,
            schema: self.schema_name().map(str::to_owned),
            operations,
            places: Vec::new(),
            direction: scope.direction,
            pointer: location.pointer,
            before,
            after,
            message: message.plain(consequence).plain("."),
            origins: Vec::new(),
            is_about_values: rule.is_about_values() && !is_policy,
            shows_witness: false,
        };
        self.changes.add(self.found_in(), change)
    }
}

fn both_have_strings(base: Option<&Constraint>, revision: Option<&Constraint>) -> bool {
    let has = |value: Option<&Constraint>| matches!(value, Some(Constraint::Types(types)) if types.contains("string"));
    has(base) && has(revision)
}

/// A required member that has a default is judged more leniently.
fn required_member(element: &Element) -> Subject {
    if element.facts.contains_key("default") {
        Subject::DefaultedMember
    } else {
        Subject::RequiredMember
    }
}
