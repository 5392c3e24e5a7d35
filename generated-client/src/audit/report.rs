//! The report of an audit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::finding::Finding;
use super::rule::{AuditLevel, AuditRule};
use crate::validate::excerpt;

/// The maximum number of findings that are kept for each rule, and of unchecked resources that
/// are kept with their reasons. It bounds the memory of a report. Further ones are counted.
pub const MAX_KEPT: usize = 1000;

/// The maximum length of an identifier or the name of a list in a report, in bytes.
const MAX_NAME: usize = 128;

/// The results of an audit: for each rule the number of checks and the findings.
///
/// A report serializes as an object with the members `resources`, `errors`, `notes`, `rules` and
/// `not_checked`.
#[derive(Clone, Debug, Default)]
pub struct AuditReport {
    resources: BTreeMap<&'static str, u64>,
    rules: BTreeMap<AuditRule, RuleResult>,
    not_checked: NotChecked,
}

/// The results of one rule.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RuleResult {
    /// The number of times that the rule was checked. Rules are checked on complete evidence
    /// only.
    pub checked: u64,
    /// The number of findings.
    pub count: u64,
    /// The first findings by identifier, at most [`MAX_KEPT`].
    pub findings: Vec<Finding>,
}

/// The resources and lists that were not checked.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct NotChecked {
    /// The number of resources and lists.
    pub count: u64,
    /// The first ones, at most [`MAX_KEPT`].
    pub first: Vec<Unchecked>,
}

/// A resource or a list that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Unchecked {
    /// The identifier of the resource, or the name of the list.
    pub subject: String,
    /// The reason.
    pub reason: String,
}

impl AuditReport {
    /// Returns the number of resources by type, such as `CreditBatch`.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = (&'static str, u64)> {
        self.resources.iter().map(|(name, count)| (*name, *count))
    }

    /// Returns the results of the rules that were checked, in the order of [`AuditRule::ALL`].
    pub fn rules(&self) -> impl ExactSizeIterator<Item = (AuditRule, &RuleResult)> {
        self.rules.iter().map(|(rule, result)| (*rule, result))
    }

    /// Returns the findings that were kept, by rule and identifier.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.rules.values().flat_map(|result| &result.findings)
    }

    /// Returns the number of findings of a level.
    pub fn count(&self, level: AuditLevel) -> u64 {
        let of_level = self.rules.iter().filter(|(rule, _)| rule.level() == level);
        of_level.map(|(_, result)| result.count).sum()
    }

    /// Returns the resources and lists that were not checked, for example because the
    /// credentials cannot see them.
    pub fn not_checked(&self) -> &NotChecked {
        &self.not_checked
    }

    pub(super) fn add_resource(&mut self, name: &'static str) {
        *self.resources.entry(name).or_default() += 1;
    }

    pub(super) fn add_checks(&mut self, rule: AuditRule, count: usize) {
        if count > 0 {
            self.rules.entry(rule).or_default().checked += count as u64;
        }
    }

    pub(super) fn add_finding(
        &mut self,
        rule: AuditRule,
        id: &str,
        pointer: impl Into<Cow<'static, str>>,
        message: String,
    ) {
        let result = self.rules.entry(rule).or_default();
        result.count += 1;
        let (id, pointer) = (bounded(id), pointer.into());
        keep(&mut result.findings, Finding { rule, id, pointer, message }, sort_findings);
    }

    pub(super) fn add_not_checked(&mut self, subject: &str, reason: &str) {
        let (subject, reason) = (bounded(subject), reason.to_owned());
        self.not_checked.count += 1;
        keep(&mut self.not_checked.first, Unchecked { subject, reason }, <[_]>::sort);
    }

    /// Sorts what was kept, so that a report does not depend on the order of its resources.
    pub(super) fn finish(&mut self) {
        for result in self.rules.values_mut() {
            sort_findings(&mut result.findings);
            result.findings.truncate(MAX_KEPT);
        }
        self.not_checked.first.sort();
        self.not_checked.first.truncate(MAX_KEPT);
    }

    /// Returns the kept findings.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.rules.into_values().flat_map(|result| result.findings).collect()
    }
}

/// Returns a name, or the start of a name that is longer than any identifier.
fn bounded(name: &str) -> String {
    if name.len() <= MAX_NAME { name.to_owned() } else { excerpt(name) }
}

/// Adds an element to a list of which the first [`MAX_KEPT`] are wanted.
fn keep<T>(kept: &mut Vec<T>, element: T, sort: fn(&mut [T])) {
    kept.push(element);
    if kept.len() == 2 * MAX_KEPT {
        sort(kept);
        kept.truncate(MAX_KEPT);
    }
}

fn sort_findings(findings: &mut [Finding]) {
    let key = |it: &Finding| (it.id.clone(), it.pointer.clone(), it.message.clone());
    findings.sort_by_cached_key(key);
}

impl Serialize for AuditReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules: Vec<_> = self.rules().map(|(rule, result)| RuleEntry { rule, result }).collect();
        let mut report = serializer.serialize_struct("AuditReport", 5)?;
        report.serialize_field("resources", &self.resources)?;
        report.serialize_field("errors", &self.count(AuditLevel::Error))?;
        report.serialize_field("notes", &self.count(AuditLevel::Note))?;
        report.serialize_field("rules", &rules)?;
        report.serialize_field("not_checked", &self.not_checked)?;
        report.end()
    }
}

/// A rule with its results.
struct RuleEntry<'r> {
    rule: AuditRule,
    result: &'r RuleResult,
}

impl Serialize for RuleEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rule, result } = self;
        let mut entry = serializer.serialize_struct("RuleEntry", 7)?;
        entry.serialize_field("rule", rule)?;
        entry.serialize_field("level", &rule.level())?;
        entry.serialize_field("sentence", rule.sentence())?;
        entry.serialize_field("source", rule.source())?;
        entry.serialize_field("checked", &result.checked)?;
        entry.serialize_field("count", &result.count)?;
        entry.serialize_field("findings", &result.findings)?;
        entry.end()
    }
}
