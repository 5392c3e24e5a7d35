//! What must hold over a lineage.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Serialize, Serializer};

use super::{Lineage, SerialRange, named_children};
use crate::types::{CreditBatch, CreditBatchId};
use crate::validate::excerpt;

/// A rule that a lineage must keep. The source of each is in its description, as in
/// [`consistency::Rule`](crate::audit::consistency::Rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Every parent and every child can be fetched.
    ///
    /// Source: concepts, *Credit Batch Splitting*: the children of a batch are found by
    /// the identifiers that it names.
    Present,
    /// What is fetched by an identifier has that identifier.
    ///
    /// Source: upstream, on `GET /credit_batches/{id}`.
    Identity,
    /// Every batch keeps the rules of the spec.
    ///
    /// Source: the spec.
    ValidResponse,
    /// No batch descends from itself.
    ///
    /// Source: concepts, *Credit Batch Splitting*: a batch that is split can no longer
    /// be interacted with, so that nothing later becomes its parent.
    Acyclic,
    /// A batch is named as a child once, by one parent.
    ///
    /// Source: concepts, *Credit Batch Splitting*: a split creates two batches. One that
    /// comes from two splits is counted twice.
    NamedOnce,
    /// A child names the batch it is a child of as its parent.
    ///
    /// Source: concepts, *Credit Batch Splitting*: a child has a `parent_id` that points
    /// at the batch that was split.
    NamesParent,
    /// A parent names the batch it is the parent of as its child.
    ///
    /// Source: concepts, *Credit Batch Splitting*: a batch that was split has its two
    /// children in `left_child_id` and `right_child_id`.
    NamesChild,
    /// The children of a batch hold together what it held.
    ///
    /// Source: concepts, *Credit Batch Splitting*: they are the two halves of the split.
    KilogramsConserved,
    /// No two batches that are not split have units in common, as far as serial numbers
    /// [tell](SerialRange).
    ///
    /// Source: concepts, *Credits*: every credit is uniquely identifiable.
    SerialsDisjoint,
    /// All batches have the supplier of the origin.
    ///
    /// Source: concepts, *Credit Batches*: all credits in a batch have the same initial
    /// supplier, project and issuance.
    SharedSupplier,
    /// All batches have the project of the origin. Source: as for the supplier.
    SharedProject,
    /// All batches have the issuance of the origin. Source: as for the supplier.
    SharedIssuance,
}

impl Rule {
    /// The rule's name in lower case with hyphens, as in `kilograms-conserved`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Identity => "identity",
            Self::ValidResponse => "valid-response",
            Self::Acyclic => "acyclic",
            Self::NamedOnce => "named-once",
            Self::NamesParent => "names-parent",
            Self::NamesChild => "names-child",
            Self::KilogramsConserved => "kilograms-conserved",
            Self::SerialsDisjoint => "serials-disjoint",
            Self::SharedSupplier => "shared-supplier",
            Self::SharedProject => "shared-project",
            Self::SharedIssuance => "shared-issuance",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Something that does not fit within a lineage. It displays as one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The batch that does not fit, or that is not there.
    pub id: CreditBatchId,
    /// Why it does not fit.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, id, message } = self;
        write!(f, "{}: {rule}: {message}", id.as_str().escape_debug())
    }
}

/// A batch and what is wrong with it.
type Breach = (CreditBatchId, String);

type Check = fn(&Lineage) -> Vec<Breach>;

const CHECKS: [(Rule, Check); 12] = [
    (Rule::Present, present),
    (Rule::Identity, identity),
    (Rule::ValidResponse, valid_response),
    (Rule::Acyclic, acyclic),
    (Rule::NamedOnce, named_once),
    (Rule::NamesParent, names_parent),
    (Rule::NamesChild, names_child),
    (Rule::KilogramsConserved, kilograms_conserved),
    (Rule::SerialsDisjoint, serials_disjoint),
    (Rule::SharedSupplier, shared_supplier),
    (Rule::SharedProject, shared_project),
    (Rule::SharedIssuance, shared_issuance),
];

pub(super) fn check(lineage: &Lineage) -> Vec<Finding> {
    let finding = |rule| move |(id, message)| Finding { rule, id, message };
    CHECKS.iter().flat_map(|(rule, check)| check(lineage).into_iter().map(finding(*rule))).collect()
}

fn present(lineage: &Lineage) -> Vec<Breach> {
    let absent = lineage.fetched.absent.iter();
    absent.map(|(id, why)| (id.clone(), format!("is not there: {why}"))).collect()
}

fn identity(lineage: &Lineage) -> Vec<Breach> {
    let others = lineage.batches().filter(|(id, batch)| **id != batch.id);
    others
        .map(|(id, batch)| (id.clone(), format!("is answered with {}", excerpt(batch.id.as_str()))))
        .collect()
}

fn valid_response(lineage: &Lineage) -> Vec<Breach> {
    let breach = |(id, violations): (&CreditBatchId, &Vec<_>)| match &violations[..] {
        [] => None,
        [only] => Some((id.clone(), format!("breaks the spec: {only}"))),
        [first, others @ ..] => {
            Some((id.clone(), format!("breaks the spec: {first}; and {} more", others.len())))
        }
    };
    lineage.fetched.violations.iter().filter_map(breach).collect()
}

/// Follows every path down from the origin.
fn acyclic(lineage: &Lineage) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut seen = BTreeSet::new();
    let mut path: Vec<&CreditBatchId> = Vec::new();
    let mut on_path = BTreeSet::new();
    let mut pending = vec![(0, lineage.origin())];
    while let Some((depth, id)) = pending.pop() {
        for left in path.drain(depth..) {
            on_path.remove(left);
        }
        if on_path.contains(id) {
            let below = path.last().map_or("itself", |last| last.as_str());
            let message = format!("descends from itself: it is a child of {}", excerpt(below));
            breaches.push((id.clone(), message));
        } else if seen.insert(id) {
            path.push(id);
            on_path.insert(id);
            pending.extend(lineage.children(id).iter().map(|child| (depth + 1, child)));
        }
    }
    breaches
}

fn named_once(lineage: &Lineage) -> Vec<Breach> {
    let mut namers = BTreeMap::<_, Vec<_>>::new();
    for (parent, child) in named_pairs(lineage) {
        namers.entry(child).or_default().push(parent);
    }
    let often = namers.into_iter().filter(|(_, parents)| parents.len() > 1);
    often
        .map(|(child, parents)| {
            (
                child.clone(),
                format!("is named as a child {} times: by {}", parents.len(), list(&parents)),
            )
        })
        .collect()
}

fn names_parent(lineage: &Lineage) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (parent, child) in named_pairs(lineage) {
        let Some(batch) = lineage.get(child) else { continue };
        if batch.parent_id.as_ref() != Some(parent) {
            let named = batch.parent_id.as_ref().map(|id| excerpt(id.as_str()));
            let named = named.unwrap_or_else(|| "none".to_owned());
            let message =
                format!("names {named} as its parent, and is a child of {}", list(&[parent]));
            breaches.push((child.clone(), message));
        }
    }
    breaches
}

fn names_child(lineage: &Lineage) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for pair in lineage.ancestors.windows(2) {
        let (child, parent) = (&pair[0], &pair[1]);
        let is_named = |batch| named_children(batch).any(|named| named == child);
        if lineage.get(parent).is_some_and(|batch| !is_named(batch)) {
            let child = list(&[child]);
            let message = format!("does not name {child} as a child, which names it as its parent");
            breaches.push((parent.clone(), message));
        }
    }
    breaches
}

fn kilograms_conserved(lineage: &Lineage) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (id, batch) in lineage.batches() {
        let children: Vec<_> = named_children(batch).collect();
        let held = children.iter().map(|child| Some(kilograms(lineage.get(child)?)));
        // What a child that is not there holds is unknown.
        let Some(held) = held.sum::<Option<i128>>() else { continue };
        if !children.is_empty() && held != kilograms(batch) {
            let message = format!("held {} kg, and its children hold {held} kg", kilograms(batch));
            breaches.push((id.clone(), message));
        }
    }
    breaches
}

fn kilograms(batch: &CreditBatch) -> i128 {
    batch.size.credit_kgs.into()
}

/// Compares each range with the one that reaches furthest among those that begin before
/// it: if it overlaps with any, it does with that.
fn serials_disjoint(lineage: &Lineage) -> Vec<Breach> {
    let leaves = lineage.batches().filter(|(_, batch)| named_children(batch).next().is_none());
    let mut ranges: Vec<_> = leaves
        .filter_map(|(id, batch)| Some((SerialRange::read(&batch.serial_number)?, id)))
        .collect();
    ranges.sort_unstable();
    let mut breaches = Vec::new();
    let mut furthest: Option<(SerialRange<'_>, &CreditBatchId)> = None;
    for (range, id) in ranges {
        if let Some((before, other)) = furthest
            && before.overlaps(&range)
        {
            let SerialRange { first, last, .. } = before;
            let other = list(&[other]);
            let message = format!(
                "has the serial numbers {} to {}, and {other} has {first} to {last}",
                range.first, range.last
            );
            breaches.push((id.clone(), message));
        }
        let reaches_further =
            furthest.is_none_or(|(far, _)| far.series != range.series || far.last <= range.last);
        if reaches_further {
            furthest = Some((range, id));
        }
    }
    breaches
}

fn shared_supplier(lineage: &Lineage) -> Vec<Breach> {
    shared(lineage, "supplier", |batch| batch.supplier_id.as_str())
}

fn shared_project(lineage: &Lineage) -> Vec<Breach> {
    shared(lineage, "project", |batch| batch.project_id.as_str())
}

fn shared_issuance(lineage: &Lineage) -> Vec<Breach> {
    shared(lineage, "issuance", |batch| batch.issuance_id.as_str())
}

fn shared(lineage: &Lineage, what: &str, of: fn(&CreditBatch) -> &str) -> Vec<Breach> {
    let Some(origin) = lineage.get(lineage.origin()).map(of) else { return Vec::new() };
    let others = lineage.batches().filter(|(_, batch)| of(batch) != origin);
    others
        .map(|(id, batch)| {
            let (own, origin) = (excerpt(of(batch)), excerpt(origin));
            (id.clone(), format!("has the {what} {own}, and the origin has {origin}"))
        })
        .collect()
}

/// Every batch with each child that it names.
fn named_pairs(lineage: &Lineage) -> impl Iterator<Item = (&CreditBatchId, &CreditBatchId)> {
    lineage.batches().flat_map(|(id, batch)| named_children(batch).map(move |child| (id, child)))
}

fn list(ids: &[&CreditBatchId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| excerpt(id.as_str())).collect();
    ids.join(" and ")
}
