//! Matches the children of two elements.

use std::collections::{HashMap, HashSet};

use super::sides::{NameRelation, Side, Sides, fact_text};
use crate::contract::{ChildEdge, EdgeLabel, Element, ElementId, path_template};

/// The similarity below which two alternatives are different ones.
pub(super) const MIN_SIMILARITY: f64 = 0.5;
/// With more pairs of children only equal ones are matched.
const MAX_COMPARISONS: usize = 10_000;
/// The depth to which the contents of alternatives are compared.
const CONTENT_DEPTH: usize = 1;

pub(super) type LabelledEdge = (EdgeLabel, ChildEdge);

/// A child of one element, or of both.
#[derive(Debug)]
pub(super) enum Aligned {
    Removed(EdgeLabel, ChildEdge),
    Added(EdgeLabel, ChildEdge),
    Both(LabelledEdge, LabelledEdge),
}

/// Matches the children of two elements. Alternatives are matched if their similarity
/// is at least `min_similarity`.
pub(super) fn children(
    sides: &Sides,
    base: &Element,
    revision: &Element,
    min_similarity: f64,
) -> Vec<Aligned> {
    let mut aligned = Vec::new();
    let mut left = Vec::new();
    for (label, edge) in &base.children {
        let same = revision.children.get(label).filter(|_| !label.is_numbered());
        match same {
            Some(other) => {
                aligned.push(Aligned::Both((label.clone(), *edge), (label.clone(), *other)));
            }
            None => left.push((label.clone(), *edge)),
        }
    }
    let is_left_over =
        |label: &EdgeLabel| label.is_numbered() || !base.children.contains_key(label);
    let right = revision.children.iter().filter(|(label, _)| is_left_over(label));
    let mut right: Vec<LabelledEdge> = right.map(|(label, edge)| (label.clone(), *edge)).collect();

    let alternatives = match_alternatives(sides, min_similarity, &left, &right);
    take_matches(&mut left, &mut right, &mut aligned, &alternatives);
    let operations = match_operations(&left, &right);
    take_matches(&mut left, &mut right, &mut aligned, &operations);
    if left.len() * right.len() <= MAX_COMPARISONS {
        let covering = match_covering(&left, &right);
        take_matches(&mut left, &mut right, &mut aligned, &covering);
    }
    aligned.extend(left.into_iter().map(|(label, edge)| Aligned::Removed(label, edge)));
    aligned.extend(right.into_iter().map(|(label, edge)| Aligned::Added(label, edge)));
    aligned
}

/// The indices of matched children on either side.
type Match = (usize, usize);

fn take_matches(
    left: &mut Vec<LabelledEdge>,
    right: &mut Vec<LabelledEdge>,
    aligned: &mut Vec<Aligned>,
    matches: &[Match],
) {
    for &(i, j) in matches {
        aligned.push(Aligned::Both(left[i].clone(), right[j].clone()));
    }
    remove_all(left, matches.iter().map(|(i, _)| *i).collect());
    remove_all(right, matches.iter().map(|(_, j)| *j).collect());
}

fn remove_all(children: &mut Vec<LabelledEdge>, removed: HashSet<usize>) {
    let mut index = 0..;
    children.retain(|_| index.next().is_some_and(|index| !removed.contains(&index)));
}

/// Matches operations whose paths differ only in the names of parameters.
fn match_operations(left: &[LabelledEdge], right: &[LabelledEdge]) -> Vec<Match> {
    let key = |label: &EdgeLabel| match label {
        EdgeLabel::Operation { path, method } => {
            Some((path_template(path).join("{}"), method.clone()))
        }
        _ => None,
    };
    let keyed = right.iter().enumerate().filter_map(|(j, (label, _))| Some((key(label)?, j)));
    let mut by_key: HashMap<_, _> = keyed.collect();
    let matched = left.iter().enumerate();
    matched.filter_map(|(i, (label, _))| Some((i, by_key.remove(&key(label)?)?))).collect()
}

/// Matches statuses and media types of which one includes the other.
fn match_covering(left: &[LabelledEdge], right: &[LabelledEdge]) -> Vec<Match> {
    let mut taken = HashSet::new();
    let mut matches = Vec::new();
    for (i, (a, _)) in left.iter().enumerate() {
        let covering = |(j, (b, _)): &(usize, &LabelledEdge)| {
            (covers(a, b) || covers(b, a)) && !taken.contains(j)
        };
        if let Some((j, _)) = right.iter().enumerate().find(covering) {
            taken.insert(j);
            matches.push((i, j));
        }
    }
    matches
}

/// Returns whether `outer` includes everything that `inner` names.
pub(super) fn covers(outer: &EdgeLabel, inner: &EdgeLabel) -> bool {
    match (outer, inner) {
        (EdgeLabel::Response(outer), EdgeLabel::Response(inner)) => {
            outer.strip_suffix("XX").is_some_and(|class| inner.starts_with(class))
        }
        (EdgeLabel::MediaType(outer), EdgeLabel::MediaType(inner)) => {
            media_type_covers(outer, inner)
        }
        _ => false,
    }
}

/// `*/*` covers `application/*`, which covers `application/json`, which covers
/// `application/problem+json` (RFC 6839) and `application/json;version=1`.
pub(super) fn media_type_covers(outer: &str, inner: &str) -> bool {
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

/// An alternative or `allOf` item, with the contents by which it is matched.
struct NumberedChild {
    index: usize,
    /// The group of alternatives; `None` for `allOf` items.
    group: Option<usize>,
    element: ElementId,
    contents: Vec<String>,
}

/// Matches alternatives, and `allOf` items, by name if both documents have the named
/// schema, and otherwise by contents.
fn match_alternatives(
    sides: &Sides,
    min_similarity: f64,
    left: &[LabelledEdge],
    right: &[LabelledEdge],
) -> Vec<Match> {
    let left = numbered_children(&sides.base, left);
    let right = numbered_children(&sides.revision, right);
    if left.len() > 1 && right.len() > 1 && left.len() * right.len() > MAX_COMPARISONS {
        return match_equal(sides, &left, &right);
    }
    let mut candidates = Vec::new();
    for a in &left {
        for b in right.iter().filter(|b| a.group == b.group) {
            let similarity = match sides.name_relation(a.element, b.element) {
                NameRelation::Same => 2.0,
                NameRelation::Different => continue,
                NameRelation::Unknown => similarity(&a.contents, &b.contents),
            };
            if similarity >= min_similarity {
                candidates.push((similarity, (a.index, b.index)));
            }
        }
    }
    candidates.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut matches = Matches::default();
    for (_, candidate) in candidates {
        matches.add(candidate);
    }
    matches.list
}

fn numbered_children(side: &Side, children: &[LabelledEdge]) -> Vec<NumberedChild> {
    let numbered = children.iter().enumerate().filter_map(|(index, (label, edge))| {
        let group = match label {
            EdgeLabel::Alternative(group, _) => Some(*group),
            EdgeLabel::AllOfItem(_) => None,
            _ => return None,
        };
        let mut contents = contents(side, edge.element, CONTENT_DEPTH);
        contents.sort_unstable();
        contents.dedup();
        Some(NumberedChild { index, group, element: edge.element, contents })
    });
    numbered.collect()
}

/// Matches children of the same name, and then those with equal contents, in
/// less than quadratic time.
fn match_equal(sides: &Sides, left: &[NumberedChild], right: &[NumberedChild]) -> Vec<Match> {
    /// The number of equal children that are tried for a match.
    const MAX_TRIED: usize = 100;
    let mut matches = Matches::default();
    let mut match_by = |key: &dyn Fn(&Side, &NumberedChild) -> Option<Vec<String>>, relation| {
        let mut by_key: HashMap<_, Vec<&NumberedChild>> = HashMap::new();
        for b in right.iter().rev() {
            if let Some(key) = key(&sides.revision, b) {
                by_key.entry((b.group, key)).or_default().push(b);
            }
        }
        for a in left {
            let Some(key) = key(&sides.base, a) else { continue };
            let Some(equal) = by_key.get_mut(&(a.group, key)) else { continue };
            let is_match =
                |b: &&&NumberedChild| sides.name_relation(a.element, b.element) == relation;
            let found = equal.iter().rev().take(MAX_TRIED).find(is_match).map(|b| b.index);
            if let Some(found) = found {
                matches.add((a.index, found));
                equal.retain(|b| b.index != found);
            }
        }
    };
    let name = |side: &Side, child: &NumberedChild| {
        side.name(child.element).map(|name| vec![name.to_owned()])
    };
    match_by(&name, NameRelation::Same);
    match_by(&|_, child| Some(child.contents.clone()), NameRelation::Unknown);
    matches.list
}

/// Matches in which every child occurs once.
#[derive(Default)]
struct Matches {
    list: Vec<Match>,
    left: HashSet<usize>,
    right: HashSet<usize>,
}

impl Matches {
    /// Adds a match unless one of the children is already matched.
    fn add(&mut self, (left, right): Match) {
        if !self.left.contains(&left) && !self.right.contains(&right) {
            self.left.insert(left);
            self.right.insert(right);
            self.list.push((left, right));
        }
    }
}

/// Returns the similarity of two sorted lists, from 0 (disjoint) to 1 (equal).
fn similarity(a: &[String], b: &[String]) -> f64 {
    let common = a.iter().filter(|text| b.binary_search(text).is_ok()).count();
    let all = a.len() + b.len() - common;
    if all == 0 { 1.0 } else { common as f64 / all as f64 }
}

/// Returns the facts and children of an element as text, down to some depth.
fn contents(side: &Side, id: ElementId, depth: usize) -> Vec<String> {
    let element = side.element(id);
    let facts = element.facts.iter();
    let mut contents: Vec<String> =
        facts.map(|(keyword, value)| fact_text(keyword, value)).collect();
    for (label, edge) in &element.children {
        contents.push(label.to_string());
        if edge.required {
            contents.push(format!("{label} required"));
        }
        if depth > 0 {
            let inner = self::contents(side, edge.element, depth - 1);
            contents.extend(inner.into_iter().map(|text| format!("{label} {text}")));
        }
    }
    contents
}
