//! Rules for the relations between the batches of a lineage.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::tree::BatchTree;
use crate::audit::batch::named_children;
use crate::audit::finding::Finding;
use crate::audit::rule::AuditRule;
use crate::audit::serial::SerialRange;
use crate::types::{CreditBatch, CreditBatchId};
use crate::validate::{Violation, excerpt};

/// The batch, the pointer and the message of a finding.
type Mismatch = (CreditBatchId, Cow<'static, str>, String);

type LineageCheck = fn(&BatchTree) -> Vec<Mismatch>;

const LINEAGE_CHECKS: [(AuditRule, LineageCheck); 12] = [
    (AuditRule::Present, present),
    (AuditRule::Identity, identity),
    (AuditRule::ValidResponse, valid_response),
    (AuditRule::Acyclic, acyclic),
    (AuditRule::NamedOnce, named_once),
    (AuditRule::NamesParent, names_parent),
    (AuditRule::NamesChild, names_child),
    (AuditRule::KilogramsConserved, kilograms_conserved),
    (AuditRule::SerialsDisjoint, serials_disjoint),
    (AuditRule::SharedSupplier, shared_supplier),
    (AuditRule::SharedProject, shared_project),
    (AuditRule::SharedIssuance, shared_issuance),
];

/// Returns the findings of each batch, followed by those between batches.
pub(super) fn findings(tree: &BatchTree) -> Vec<Finding> {
    let mut findings: Vec<_> = tree.batches().flat_map(|(_, batch)| batch.findings()).collect();
    for (rule, check) in LINEAGE_CHECKS {
        findings.extend(check(tree).into_iter().map(|(id, pointer, message)| Finding {
            rule,
            id: id.to_string(),
            pointer,
            message,
        }));
    }
    findings
}

fn present(tree: &BatchTree) -> Vec<Mismatch> {
    let absent = tree.fetched.absent.iter();
    absent.map(|(id, reason)| (id.clone(), "".into(), format!("not fetched: {reason}"))).collect()
}

fn identity(tree: &BatchTree) -> Vec<Mismatch> {
    let others = tree.batches().filter(|(id, batch)| **id != batch.id);
    others
        .map(|(id, batch)| {
            let message = format!("is {}, not the requested identifier", quoted(&batch.id));
            (id.clone(), "/id".into(), message)
        })
        .collect()
}

/// Reports the first violation of each batch, and the number of further violations.
fn valid_response(tree: &BatchTree) -> Vec<Mismatch> {
    let mismatch = |(id, violations): (&CreditBatchId, &Vec<Violation>)| {
        let (first, others) = violations.split_first()?;
        let mut message = format!("{}: {}", first.rule, first.message());
        if !others.is_empty() {
            message += &format!("; {} more", others.len());
        }
        Some((id.clone(), first.pointer.clone().into(), message))
    };
    tree.fetched.violations.iter().filter_map(mismatch).collect()
}

/// Searches the descendants of the origin depth-first for a batch that is its own ancestor.
fn acyclic(tree: &BatchTree) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    let mut seen = BTreeSet::new();
    let mut path: Vec<&CreditBatchId> = Vec::new();
    let mut on_path = BTreeSet::new();
    let mut pending = vec![(0, tree.origin())];
    while let Some((depth, id)) = pending.pop() {
        for finished in path.drain(depth..) {
            on_path.remove(finished);
        }
        if on_path.contains(id) {
            let parent = path.last().map_or_else(|| "itself".to_owned(), |last| quoted(last));
            let message = format!("descends from itself, as a child of {parent}");
            mismatches.push((id.clone(), "".into(), message));
        } else if seen.insert(id) {
            path.push(id);
            on_path.insert(id);
            pending.extend(tree.children(id).iter().map(|child| (depth + 1, child)));
        }
    }
    mismatches
}

fn named_once(tree: &BatchTree) -> Vec<Mismatch> {
    let mut parents_of = BTreeMap::<_, Vec<_>>::new();
    for (parent, child) in named_pairs(tree) {
        parents_of.entry(child).or_default().push(quoted(parent));
    }
    let repeated = parents_of.into_iter().filter(|(_, parents)| parents.len() > 1);
    repeated
        .map(|(child, parents)| {
            let (count, parents) = (parents.len(), parents.join(" and "));
            (child.clone(), "".into(), format!("is named as a child {count} times: by {parents}"))
        })
        .collect()
}

fn names_parent(tree: &BatchTree) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for (parent, child) in named_pairs(tree) {
        let Some(batch) = tree.get(child) else { continue };
        if batch.parent_id.as_ref() != Some(parent) {
            let actual = batch.parent_id.as_ref().map_or_else(|| "null".to_owned(), quoted);
            let message =
                format!("is {actual}, but {} names this batch as a child", quoted(parent));
            mismatches.push((child.clone(), "/parent_id".into(), message));
        }
    }
    mismatches
}

fn names_child(tree: &BatchTree) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for pair in tree.ancestors.windows(2) {
        let (child, parent) = (&pair[0], &pair[1]);
        let is_named = |batch| named_children(batch).any(|named| named == child);
        if tree.get(parent).is_some_and(|batch| !is_named(batch)) {
            let child = quoted(child);
            let message = format!("does not name its child {child}, which names it as the parent");
            mismatches.push((parent.clone(), "".into(), message));
        }
    }
    mismatches
}

fn kilograms_conserved(tree: &BatchTree) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for (id, batch) in tree.batches() {
        let children: Vec<_> = named_children(batch).collect();
        let sizes = children.iter().map(|child| Some(kilograms(tree.get(child)?)));
        // The size of a missing child is unknown.
        let Some(sum) = sizes.sum::<Option<i128>>() else { continue };
        if !children.is_empty() && sum != kilograms(batch) {
            let message = format!("is {}, but the children hold {sum} kg", kilograms(batch));
            mismatches.push((id.clone(), "/size/credit_kgs".into(), message));
        }
    }
    mismatches
}

fn kilograms(batch: &CreditBatch) -> i128 {
    batch.size.credit_kgs.into()
}

/// Sorts the ranges by their start and compares each with the earlier range that ends last. A
/// range that overlaps any earlier range overlaps that range.
fn serials_disjoint(tree: &BatchTree) -> Vec<Mismatch> {
    let leaves = tree.batches().filter(|(_, batch)| named_children(batch).next().is_none());
    let mut ranges: Vec<_> = leaves
        .filter_map(|(id, batch)| Some((SerialRange::parse(&batch.serial_number)?, id)))
        .collect();
    ranges.sort_unstable();
    let mut mismatches = Vec::new();
    let mut furthest: Option<(SerialRange<'_>, &CreditBatchId)> = None;
    for (range, id) in ranges {
        if let Some((earlier, other)) = furthest
            && earlier.overlaps(&range)
        {
            let message = format!(
                "range {}-{} overlaps {}-{} of {}",
                range.first,
                range.last,
                earlier.first,
                earlier.last,
                quoted(other)
            );
            mismatches.push((id.clone(), "/serial_number".into(), message));
        }
        let reaches_further =
            furthest.is_none_or(|(far, _)| far.series != range.series || far.last <= range.last);
        if reaches_further {
            furthest = Some((range, id));
        }
    }
    mismatches
}

fn shared_supplier(tree: &BatchTree) -> Vec<Mismatch> {
    differs_from_origin(tree, "/supplier_id", |batch| batch.supplier_id.as_str())
}

fn shared_project(tree: &BatchTree) -> Vec<Mismatch> {
    differs_from_origin(tree, "/project_id", |batch| batch.project_id.as_str())
}

fn shared_issuance(tree: &BatchTree) -> Vec<Mismatch> {
    differs_from_origin(tree, "/issuance_id", |batch| batch.issuance_id.as_str())
}

fn differs_from_origin(
    tree: &BatchTree,
    pointer: &'static str,
    property: fn(&CreditBatch) -> &str,
) -> Vec<Mismatch> {
    let Some(expected) = tree.get(tree.origin()).map(property) else { return Vec::new() };
    let others = tree.batches().filter(|(_, batch)| property(batch) != expected);
    others
        .map(|(id, batch)| {
            let (actual, expected) = (excerpt(property(batch)), excerpt(expected));
            (id.clone(), pointer.into(), format!("is {actual}, but the origin has {expected}"))
        })
        .collect()
}

/// Returns all pairs of a batch and a child that it names.
fn named_pairs(tree: &BatchTree) -> impl Iterator<Item = (&CreditBatchId, &CreditBatchId)> {
    tree.batches().flat_map(|(id, batch)| named_children(batch).map(move |child| (id, child)))
}

fn quoted(id: &CreditBatchId) -> String {
    excerpt(id.as_str())
}
