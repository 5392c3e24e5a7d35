//! Collects the facts about resources and checks the rules between them.

mod facts;
mod lineage;
mod names;
mod resource;
mod totals;

use std::collections::BTreeMap;

use serde::Deserialize;

use self::facts::{BatchFacts, Facts};
use self::names::{Key, Names};
pub use self::resource::{Audited, findings_in, findings_within};
use super::collection::Collection;
use super::finding::{Finding, ViolationSummary};
use super::kind::ResourceKind;
use super::report::AuditReport;
use super::rule::AuditRule;
use crate::validate::excerpt;

/// The approximate size of the facts about a resource, in bytes.
const FACTS_SIZE: usize = 160;

/// Resources and lists, of which only compact facts are kept.
///
/// A batch takes about 250 bytes. The rules between resources are checked at the end, by
/// [`report`](Self::report), and only on complete evidence: the sum of a list is compared with a
/// total only if the list is [complete](Self::complete).
///
/// ```
/// use isometric_registry::audit::{AuditRule, Collection, Records};
/// # use isometric_registry::types::{Delivery, CreditBatch};
/// # fn example(delivery: &Delivery, batches: &[CreditBatch]) {
/// let mut records = Records::new();
/// records.add(delivery);
/// for batch in batches {
///     records.add_listed(Collection::DeliveryBatches, delivery.id.as_str(), batch);
/// }
/// records.complete(Collection::DeliveryBatches, delivery.id.as_str());
/// for finding in records.report().findings() {
///     println!("{finding}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Records {
    names: Names,
    batches: BTreeMap<Key, BatchFacts>,
    facts: BTreeMap<Key, Facts>,
    /// The batches of issuances: those of the supplier and those of the buffer pool.
    pools: BTreeMap<Key, [Vec<Key>; 2]>,
    lists: BTreeMap<(Collection, Key), ListFacts>,
    report: AuditReport,
    /// The number of elements in lists.
    listed: usize,
    /// The size of other things that count towards the limit, in bytes.
    charged: usize,
    limit: usize,
    is_full: bool,
}

/// The items of a list.
#[derive(Clone, Debug, Default)]
struct ListFacts {
    items: Vec<Key>,
    is_complete: bool,
    /// True if an item could not be decoded.
    is_broken: bool,
}

impl Default for Records {
    fn default() -> Self {
        Self::new()
    }
}

impl Records {
    /// The default limit of the facts in memory, in bytes: 512 MiB, or about two
    /// million batches.
    pub const DEFAULT_LIMIT: usize = 512 << 20;

    /// Creates an empty collector with the default limit.
    pub fn new() -> Self {
        Self::with_limit(Self::DEFAULT_LIMIT)
    }

    /// Creates an empty collector that keeps about `limit` bytes of facts. Resources beyond the
    /// limit are ignored, which the report states.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            names: Names::default(),
            batches: BTreeMap::new(),
            facts: BTreeMap::new(),
            pools: BTreeMap::new(),
            lists: BTreeMap::new(),
            report: AuditReport::default(),
            listed: 0,
            charged: 0,
            limit,
            is_full: false,
        }
    }

    /// Adds a resource and checks the rules within it. A resource that was added before is
    /// compared with its earlier version.
    pub fn add(&mut self, resource: &impl Audited) {
        self.add_owned("", resource);
    }

    /// Adds an item of a list. `owner` is the argument of the list, or empty for a list of the
    /// whole registry.
    pub fn add_listed(&mut self, list: Collection, owner: &str, item: &impl Audited) {
        let key = self.add_owned(owner, item);
        self.list(list, owner, key);
    }

    /// Adds an item of a list from JSON, and validates it. Returns whether it could be decoded.
    pub fn add_listed_json(&mut self, list: Collection, owner: &str, json: &[u8]) -> bool {
        let key = resource::add_json(self, list.item(), owner, json).flatten();
        self.list(list, owner, key);
        key.is_some()
    }

    /// Adds a resource from JSON, and validates it. Its type is found by the prefix of its `id`.
    /// Returns whether the type is known and the resource could be decoded.
    pub fn add_json(&mut self, json: &[u8]) -> bool {
        /// The properties that tell the type of a resource.
        #[derive(Deserialize)]
        struct Identity {
            id: Option<String>,
            issuance_id: Option<String>,
        }
        let Ok(identity) = serde_json::from_slice::<Identity>(json) else { return false };
        match (identity.id, identity.issuance_id) {
            (Some(id), _) => {
                let kind = ResourceKind::of(&id);
                kind.is_some_and(|kind| self.add_typed_json(kind.type_name, json))
            }
            (None, Some(_)) => self.add_typed_json("IssuanceCreditBatches", json),
            (None, None) => false,
        }
    }

    /// Adds a resource of a type from JSON, and validates it. Returns whether the audit has rules
    /// for the type and the resource could be decoded.
    pub(super) fn add_typed_json(&mut self, type_name: &str, json: &[u8]) -> bool {
        resource::add_json(self, type_name, "", json).flatten().is_some()
    }

    /// Adds an item of a list that cannot be read, so that the list is never complete.
    pub fn add_unreadable(&mut self, list: Collection, owner: &str) {
        self.list(list, owner, None);
    }

    /// Marks a list as complete: all its items were added.
    pub fn complete(&mut self, list: Collection, owner: &str) {
        if self.is_full() {
            return;
        }
        let owner = self.names.intern(owner);
        self.lists.entry((list, owner)).or_default().is_complete = true;
    }

    /// Adds a batch that a relative names and that does not exist.
    pub fn add_absent(&mut self, id: &str, reason: &str) {
        self.report.add_checks(AuditRule::Present, 1);
        self.report.add_finding(AuditRule::Present, id, "", format!("not fetched: {reason}"));
    }

    /// Adds the result of the validation of a resource.
    pub(super) fn add_violations(&mut self, id: &str, violations: Option<ViolationSummary>) {
        self.report.add_checks(AuditRule::ValidResponse, 1);
        if let Some(ViolationSummary { pointer, message }) = violations {
            self.report.add_finding(AuditRule::ValidResponse, id, pointer, message);
        }
    }

    /// Adds a resource or a list that could not be checked, with the reason.
    pub fn add_not_checked(&mut self, subject: &str, reason: &str) {
        self.report.add_not_checked(subject, reason);
    }

    /// Returns the children of added batches that were not added, without duplicates.
    pub fn missing_children(&self) -> impl Iterator<Item = &str> {
        let named = self.batches.values().flat_map(BatchFacts::named_children);
        let mut missing: Vec<_> = named.filter(|key| !self.batches.contains_key(key)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.into_iter().map(|key| self.names.text(key))
    }

    /// Returns whether a batch was added.
    pub fn has_batch(&self, id: &str) -> bool {
        self.names.find(id).is_some_and(|key| self.batches.contains_key(&key))
    }

    /// Counts bytes elsewhere towards the limit.
    pub(super) fn charge(&mut self, bytes: usize) {
        self.charged += bytes;
    }

    /// Returns whether resources were ignored because of the limit.
    pub(super) fn is_limited(&self) -> bool {
        self.is_full
    }

    /// Checks the rules between resources and returns the report.
    pub fn report(mut self) -> AuditReport {
        let mut report = std::mem::take(&mut self.report);
        lineage::check(&self, &mut report);
        totals::check(&self, &mut report);
        report.finish();
        report
    }

    /// Returns the findings of the report.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.report().into_findings()
    }

    /// Returns the approximate size of the facts in bytes.
    fn bytes(&self) -> usize {
        let resources = self.batches.len() + self.facts.len() + self.lists.len() + self.pools.len();
        let items = self.listed * size_of::<Key>();
        self.names.bytes + resources * FACTS_SIZE + items + self.charged
    }

    /// Returns whether the limit is reached, and reports it once.
    fn is_full(&mut self) -> bool {
        if !self.is_full && self.bytes() >= self.limit {
            self.is_full = true;
            let reason = format!("an audit is limited to {} MiB of facts", self.limit >> 20);
            self.report.add_not_checked("further resources", &reason);
        }
        self.is_full
    }

    /// Adds a resource. Returns its key, or `None` beyond the limit.
    fn add_owned<T: Audited>(&mut self, owner: &str, resource: &T) -> Option<Key> {
        if self.is_full() {
            return None;
        }
        let id = resource.own_id().unwrap_or(owner);
        let key = self.names.intern(id);
        if resource.collect(key, self) {
            self.report.add_resource(T::NAME);
            resource::rules::<T>().for_each(|rule| self.report.add_checks(rule, 1));
            for (rule, (pointer, message)) in resource::contradictions(resource) {
                self.report.add_finding(rule, id, pointer, message);
            }
        }
        Some(key)
    }

    /// Adds an item to a list.
    fn list(&mut self, list: Collection, owner: &str, item: Option<Key>) {
        let owner = self.names.intern(owner);
        let facts = self.lists.entry((list, owner)).or_default();
        facts.is_broken |= item.is_none();
        facts.items.extend(item);
        self.listed += 1;
    }

    fn add_batch(&mut self, id: Key, facts: BatchFacts) -> bool {
        let Some(earlier) = self.batches.get(&id) else {
            return self.batches.insert(id, facts).is_none();
        };
        let is_same = *earlier == facts;
        self.compare(id, is_same)
    }

    fn add_facts(&mut self, id: Key, facts: Facts) -> bool {
        let Some(earlier) = self.facts.get(&id) else {
            return self.facts.insert(id, facts).is_none();
        };
        let is_same = *earlier == facts;
        self.compare(id, is_same)
    }

    fn add_pools(&mut self, id: Key, pools: [Vec<Key>; 2]) -> bool {
        let Some(earlier) = self.pools.get(&id) else {
            self.listed += pools.iter().map(Vec::len).sum::<usize>();
            return self.pools.insert(id, pools).is_none();
        };
        let is_same = *earlier == pools;
        self.compare(id, is_same)
    }

    /// Reports a resource that differs from its earlier version. Returns `false`.
    fn compare(&mut self, id: Key, is_same: bool) -> bool {
        self.report.add_checks(AuditRule::SameEverywhere, 1);
        if !is_same {
            let message = "differs from an earlier response".to_owned();
            self.report.add_finding(AuditRule::SameEverywhere, self.names.text(id), "", message);
        }
        false
    }

    /// Returns the items of a complete list.
    fn items(&self, list: Collection, owner: Key) -> Option<&[Key]> {
        let facts = self.lists.get(&(list, owner))?;
        (facts.is_complete && !facts.is_broken).then_some(facts.items.as_slice())
    }

    /// Returns whether a list of the whole registry is complete.
    fn is_whole(&self, list: Collection) -> bool {
        self.names.find("").is_some_and(|key| self.items(list, key).is_some())
    }

    /// Returns the kilograms of batches. `None` if one was not added.
    fn kilograms<'k>(&self, batches: impl IntoIterator<Item = &'k Key>) -> Option<i128> {
        let sizes =
            batches.into_iter().map(|key| Some(i128::from(self.batches.get(key)?.kilograms)));
        sizes.sum()
    }

    /// Returns an identifier, quoted for a message.
    fn quoted(&self, id: Key) -> String {
        excerpt(self.names.text(id))
    }
}
