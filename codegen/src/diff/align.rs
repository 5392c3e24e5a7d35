//! Finds out which part of one contract is which part of the other.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::pairs::{Relation, Side, Sides};
use crate::contract::{Edge, Part, PartId, Step};

/// How alike alternatives usually have to be.
pub(super) const LEAST_LIKENESS: f64 = 0.5;
/// Beyond so many pairs of alternatives only those that say the same are paired.
const MAX_COMPARISONS: usize = 10_000;
/// How deep alternatives are looked into.
const LIKENESS_DEPTH: usize = 1;

/// A part that is in one contract, or in both.
#[derive(Debug)]
pub(super) enum Aligned {
    Removed(Step, Edge),
    Added(Step, Edge),
    Both((Step, Edge), (Step, Edge)),
}

type Child = (Step, Edge);

/// Aligns the children of two parts. Alternatives less alike than `least_likeness`
/// are different ones.
pub(super) fn children(
    sides: &Sides,
    base: &Part,
    revision: &Part,
    least_likeness: f64,
) -> Vec<Aligned> {
    let mut aligned = Vec::new();
    let mut left = Vec::new();
    for (step, edge) in &base.children {
        match revision.children.get(step).filter(|_| !is_numbered(step)) {
            Some(there) => {
                aligned.push(Aligned::Both((step.clone(), *edge), (step.clone(), *there)));
            }
            None => left.push((step.clone(), *edge)),
        }
    }
    let there_only = |step: &Step| is_numbered(step) || !base.children.contains_key(step);
    let right: Vec<Child> = revision.children.iter().map(|(s, e)| (s.clone(), *e)).collect();
    let mut right: Vec<Child> = right.into_iter().filter(|(step, _)| there_only(step)).collect();

    pair_alternatives(sides, least_likeness, &mut left, &mut right, &mut aligned);
    pair_operations(&mut left, &mut right, &mut aligned);
    if left.len() * right.len() <= MAX_COMPARISONS {
        pair_up(&mut left, &mut right, &mut aligned, |a, b| covers(a, b) || covers(b, a));
    }
    aligned.extend(left.into_iter().map(|(step, edge)| Aligned::Removed(step, edge)));
    aligned.extend(right.into_iter().map(|(step, edge)| Aligned::Added(step, edge)));
    aligned
}

/// Whether the number in a step says nothing about which part it leads to.
fn is_numbered(step: &Step) -> bool {
    matches!(step, Step::Alternative(..) | Step::Element(_))
}

/// Pairs operations whose paths differ only in what their parameters are called.
fn pair_operations(left: &mut Vec<Child>, right: &mut Vec<Child>, aligned: &mut Vec<Aligned>) {
    let key = |step: &Step| match step {
        Step::Operation { path, method } => Some((template(path).join("{}"), method.clone())),
        _ => None,
    };
    let mut there: HashMap<_, _> =
        right.iter().filter_map(|child| Some((key(&child.0)?, child.clone()))).collect();
    let mut taken = HashSet::new();
    left.retain(|child| {
        let found = key(&child.0).and_then(|key| there.remove(&key));
        let is_paired = found.is_some();
        if let Some(found) = found {
            taken.insert(found.0.clone());
            aligned.push(Aligned::Both(child.clone(), found));
        }
        !is_paired
    });
    right.retain(|child| !taken.contains(&child.0));
}

fn pair_up(
    left: &mut Vec<Child>,
    right: &mut Vec<Child>,
    aligned: &mut Vec<Aligned>,
    same: impl Fn(&Step, &Step) -> bool,
) {
    left.retain(|child| {
        let place = right.iter().position(|there| same(&child.0, &there.0));
        if let Some(place) = place {
            aligned.push(Aligned::Both(child.clone(), right.remove(place)));
        }
        place.is_none()
    });
}

/// Whether what `outer` names includes what `inner` names.
pub(super) fn covers(outer: &Step, inner: &Step) -> bool {
    match (outer, inner) {
        (Step::Response(outer), Step::Response(inner)) => {
            outer.strip_suffix("XX").is_some_and(|class| inner.starts_with(class))
        }
        (Step::MediaType(outer), Step::MediaType(inner)) => media_type_covers(outer, inner),
        _ => false,
    }
}

/// A path without the names of its parameters, which callers do not see.
pub(crate) fn template(path: &str) -> Vec<&str> {
    path.split(['{', '}']).step_by(2).collect()
}

/// The names of the parameters in a path.
pub(super) fn template_names(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

/// `*/*` covers `application/*`, that covers `application/json`, and that covers
/// `application/problem+json` (RFC 6839) and `application/json;version=1`.
fn media_type_covers(outer: &str, inner: &str) -> bool {
    let (whole, parameters) = outer.split_once(';').unwrap_or((outer, ""));
    let (inner_whole, inner_parameters) = inner.split_once(';').unwrap_or((inner, ""));
    let (Some((family, name)), Some((inner_family, inner_name))) =
        (whole.split_once('/'), inner_whole.split_once('/'))
    else {
        return false;
    };
    let suffix = inner_name.rsplit_once('+').map(|(_, suffix)| suffix);
    (family == "*" || family == inner_family)
        && (name == "*" || name == inner_name || suffix == Some(name))
        && (parameters.is_empty() || parameters == inner_parameters)
}

/// Pairs alternatives, and elements of `allOf`: by the component that they come
/// from where both documents have it, by what they say otherwise.
fn pair_alternatives(
    sides: &Sides,
    least_likeness: f64,
    left: &mut Vec<Child>,
    right: &mut Vec<Child>,
    aligned: &mut Vec<Aligned>,
) {
    let mut candidates = candidates(sides, left, right);
    candidates.retain(|candidate| candidate.likeness >= least_likeness);
    candidates.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    let (mut taken_left, mut taken_right) = (BTreeSet::new(), BTreeSet::new());
    for Candidate { left: i, right: j, .. } in candidates {
        if !taken_left.contains(&i) && !taken_right.contains(&j) {
            aligned.push(Aligned::Both(left[i].clone(), right[j].clone()));
            taken_left.insert(i);
            taken_right.insert(j);
        }
    }
    remove_all(left, &taken_left);
    remove_all(right, &taken_right);
}

fn remove_all(children: &mut Vec<Child>, taken: &BTreeSet<usize>) {
    let mut index = 0..;
    children.retain(|_| index.next().is_some_and(|index| !taken.contains(&index)));
}

struct Candidate {
    /// From 0, nothing in common, to 1, the same; 2 where both are one component.
    likeness: f64,
    left: usize,
    right: usize,
}

fn candidates(sides: &Sides, left: &[Child], right: &[Child]) -> Vec<Candidate> {
    let numbered = |children: &[Child]| children.iter().filter(|c| is_numbered(&c.0)).count();
    let too_many = numbered(left) * numbered(right) > MAX_COMPARISONS;
    let said = |side: &Side, children: &[Child]| -> Vec<HashSet<String>> {
        let says = |child: &Child| match is_numbered(&child.0) {
            true => says(side, child.1.part, LIKENESS_DEPTH),
            false => HashSet::new(),
        };
        children.iter().map(says).collect()
    };
    let (left_says, right_says) = (said(&sides.base, left), said(&sides.revision, right));
    let mut candidates = Vec::new();
    for (i, a) in left.iter().enumerate().filter(|(_, a)| is_numbered(&a.0)) {
        for (j, b) in right.iter().enumerate().filter(|(_, b)| same_group(&a.0, &b.0)) {
            let likeness = match sides.relation(a.1.part, b.1.part) {
                Relation::Same => 2.0,
                Relation::Different => continue,
                Relation::Unknown if too_many => f64::from(left_says[i] == right_says[j]),
                Relation::Unknown => likeness(&left_says[i], &right_says[j]),
            };
            candidates.push(Candidate { likeness, left: i, right: j });
        }
    }
    candidates
}

fn same_group(a: &Step, b: &Step) -> bool {
    match (a, b) {
        (Step::Alternative(a, _), Step::Alternative(b, _)) => a == b,
        (Step::Element(_), Step::Element(_)) => true,
        _ => false,
    }
}

fn likeness(a: &HashSet<String>, b: &HashSet<String>) -> f64 {
    let common = a.intersection(b).count();
    let all = a.len() + b.len() - common;
    if all == 0 { 1.0 } else { common as f64 / all as f64 }
}

/// What a part says, without what lies deep in it.
fn says(side: &Side, id: PartId, depth: usize) -> HashSet<String> {
    let part = side.part(id);
    let facts = part.facts.iter().map(|(keyword, value)| format!("{keyword} = {value}"));
    let mut said: HashSet<String> = facts.collect();
    for (step, edge) in &part.children {
        said.insert(step.to_string());
        if edge.required {
            said.insert(format!("{step} required"));
        }
        if depth > 0 {
            let inner = says(side, edge.part, depth - 1);
            said.extend(inner.into_iter().map(|fact| format!("{step} {fact}")));
        }
    }
    said
}
