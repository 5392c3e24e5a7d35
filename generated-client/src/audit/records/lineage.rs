//! Rules for the relations between batches.

use std::collections::{BTreeMap, BTreeSet};

use super::Records;
use super::facts::{BatchFacts, SerialFacts};
use super::names::Key;
use crate::audit::report::AuditReport;
use crate::audit::rule::AuditRule;

/// The relations between all batches.
struct BatchGraph<'r> {
    records: &'r Records,
    /// The pairs of a child and a batch that names it, in order.
    named: Vec<(Key, Key)>,
    /// The pairs of a parent and a child that no batch names, in order.
    unnamed: Vec<(Key, Key)>,
    /// The origin of each batch.
    origins: BTreeMap<Key, Key>,
    /// The pairs of a batch and its descendant that has it as a child.
    cycles: Vec<(Key, Key)>,
}

/// Checks all relations.
pub(super) fn check(records: &Records, report: &mut AuditReport) {
    let graph = BatchGraph::new(records);
    report.add_checks(AuditRule::Present, graph.links().count());
    acyclic(&graph, report);
    named_once(&graph, report);
    names_parent(&graph, report);
    names_child(&graph, report);
    kilograms_conserved(&graph, report);
    serials_disjoint(&graph, report);
    serials_within_parent(&graph, report);
    shared_origin(&graph, report);
}

impl<'r> BatchGraph<'r> {
    fn new(records: &'r Records) -> Self {
        let pairs = |(id, batch): (&Key, &'r BatchFacts)| {
            let parent = *id;
            batch.named_children().map(move |child| (child, parent)).collect::<Vec<_>>()
        };
        let mut named: Vec<_> = records.batches.iter().flat_map(pairs).collect();
        named.sort_unstable();
        let mut graph = Self {
            records,
            named,
            unnamed: Vec::new(),
            origins: BTreeMap::new(),
            cycles: Vec::new(),
        };
        let children = records.batches.iter().filter_map(|(id, batch)| Some((batch.parent?, *id)));
        let unnamed =
            children.filter(|(parent, id)| graph.get(*parent).is_some() && !graph.is_named(*id));
        graph.unnamed = unnamed.collect();
        graph.unnamed.sort_unstable();
        graph.visit();
        graph
    }

    fn get(&self, id: Key) -> Option<&'r BatchFacts> {
        self.records.batches.get(&id)
    }

    fn is_named(&self, id: Key) -> bool {
        let at = self.named.partition_point(|(child, _)| *child < id);
        self.named.get(at).is_some_and(|(child, _)| *child == id)
    }

    /// Returns the children of a batch: those that it names, and those that name it and that no
    /// batch names.
    fn children(&self, id: Key) -> Vec<Key> {
        let at = self.unnamed.partition_point(|(parent, _)| *parent < id);
        let unnamed = self.unnamed[at..].iter().take_while(|(parent, _)| *parent == id);
        let named = self.get(id).into_iter().flat_map(BatchFacts::named_children);
        named.chain(unnamed.map(|(_, child)| *child)).collect()
    }

    /// Returns all identifiers in an order that does not depend on that of the resources: those
    /// of batches without a known parent first.
    fn roots(&self) -> Vec<Key> {
        let has_parent = |id: &Key| {
            let is_unnamed = self.get(*id).and_then(|batch| self.get(batch.parent?)).is_some();
            self.is_named(*id) || is_unnamed
        };
        let mut roots: Vec<_> = self.records.batches.keys().copied().collect();
        roots.sort_by_cached_key(|id| (has_parent(id), self.records.names.text(*id)));
        roots
    }

    /// Visits all batches depth-first, and finds their origins and the cycles.
    fn visit(&mut self) {
        for origin in self.roots() {
            if !self.origins.contains_key(&origin) {
                self.visit_from(origin);
            }
        }
    }

    fn visit_from(&mut self, origin: Key) {
        let mut path: Vec<Key> = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut pending = vec![(0, origin)];
        while let Some((depth, id)) = pending.pop() {
            for finished in path.drain(depth..) {
                on_path.remove(&finished);
            }
            if on_path.contains(&id) {
                self.cycles.extend(path.last().map(|last| (id, *last)));
            } else if self.get(id).is_some() && !self.origins.contains_key(&id) {
                self.origins.insert(id, origin);
                path.push(id);
                on_path.insert(id);
                pending.extend(self.children(id).into_iter().map(|child| (depth + 1, child)));
            }
        }
    }

    /// Returns the pairs of a child and a parent that were both added.
    fn links(&self) -> impl Iterator<Item = (Key, &'r BatchFacts, Key, &'r BatchFacts)> {
        let pairs = self.named.iter();
        pairs.filter_map(|&(child, parent)| {
            Some((child, self.get(child)?, parent, self.get(parent)?))
        })
    }

    fn text(&self, id: Key) -> &'r str {
        self.records.names.text(id)
    }

    fn quoted(&self, id: Key) -> String {
        self.records.quoted(id)
    }
}

fn acyclic(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    report.add_checks(AuditRule::Acyclic, graph.records.batches.len());
    for (id, last) in &graph.cycles {
        let message = format!("descends from itself, as a child of {}", graph.quoted(*last));
        report.add_finding(AuditRule::Acyclic, graph.text(*id), "", message);
    }
}

fn named_once(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    for pairs in graph.named.chunk_by(|left, right| left.0 == right.0) {
        report.add_checks(AuditRule::NamedOnce, 1);
        if let [(child, _), _, ..] = pairs {
            let mut parents: Vec<_> =
                pairs.iter().map(|(_, parent)| graph.quoted(*parent)).collect();
            parents.sort_unstable();
            let (count, parents) = (parents.len(), parents.join(" and "));
            let message = format!("is named as a child {count} times: by {parents}");
            report.add_finding(AuditRule::NamedOnce, graph.text(*child), "", message);
        }
    }
}

fn names_parent(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    for (child, batch, parent, _) in graph.links() {
        report.add_checks(AuditRule::NamesParent, 1);
        if batch.parent != Some(parent) {
            let actual = batch.parent.map_or_else(|| "null".to_owned(), |id| graph.quoted(id));
            let parent = graph.quoted(parent);
            let message = format!("is {actual}, but {parent} names this batch as a child");
            report.add_finding(AuditRule::NamesParent, graph.text(child), "/parent_id", message);
        }
    }
}

fn names_child(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    report.add_checks(AuditRule::NamesChild, graph.links().count() + graph.unnamed.len());
    for (parent, child) in &graph.unnamed {
        let child = graph.quoted(*child);
        let message = format!("does not name its child {child}, which names it as the parent");
        report.add_finding(AuditRule::NamesChild, graph.text(*parent), "", message);
    }
}

fn kilograms_conserved(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    for (id, batch) in &graph.records.batches {
        let children: Vec<_> = batch.named_children().collect();
        // The size of a missing child is unknown.
        let Some(sum) = graph.records.kilograms(&children) else { continue };
        if children.is_empty() {
            continue;
        }
        report.add_checks(AuditRule::KilogramsConserved, 1);
        if sum != batch.kilograms.into() {
            let message = format!("is {}, but the children hold {sum} kg", batch.kilograms);
            let (rule, pointer) = (AuditRule::KilogramsConserved, "/size/credit_kgs");
            report.add_finding(rule, graph.text(*id), pointer, message);
        }
    }
}

/// Sorts the ranges by their start and compares each with the earlier range that ends last. A
/// range that overlaps any earlier range overlaps that range.
fn serials_disjoint(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    let names = &graph.records.names;
    let leaves = graph.records.batches.iter();
    let leaves = leaves.filter(|(_, batch)| batch.named_children().next().is_none());
    let mut ranges: Vec<(SerialFacts, &str)> =
        leaves.filter_map(|(id, batch)| Some((batch.serial?, graph.text(*id)))).collect();
    ranges.sort_unstable();
    report.add_checks(AuditRule::SerialsDisjoint, ranges.len());
    let mut furthest: Option<(SerialFacts, &str)> = None;
    for (serial, id) in ranges {
        if let Some((earlier, other)) = furthest
            && earlier.range(names).overlaps(&serial.range(names))
        {
            let message = format!(
                "range {} overlaps {} of {}",
                numbers(serial),
                numbers(earlier),
                crate::validate::excerpt(other)
            );
            report.add_finding(AuditRule::SerialsDisjoint, id, "/serial_number", message);
        }
        if furthest.is_none_or(|(far, _)| far.series != serial.series || far.last <= serial.last) {
            furthest = Some((serial, id));
        }
    }
}

fn serials_within_parent(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    for (child, batch, parent, whole) in graph.links() {
        let (Some(range), Some(outer)) = (batch.serial, whole.serial) else { continue };
        report.add_checks(AuditRule::SerialsWithinParent, 1);
        let is_same_series = range.series == outer.series;
        if !is_same_series || range.first < outer.first || range.last > outer.last {
            let series = if is_same_series { "" } else { " of another series" };
            let message = format!(
                "range {} is not within {}{series} of the parent {}",
                numbers(range),
                numbers(outer),
                graph.quoted(parent)
            );
            let (rule, pointer) = (AuditRule::SerialsWithinParent, "/serial_number");
            report.add_finding(rule, graph.text(child), pointer, message);
        }
    }
}

fn numbers(serial: SerialFacts) -> String {
    format!("{}-{}", serial.first, serial.last)
}

fn shared_origin(graph: &BatchGraph<'_>, report: &mut AuditReport) {
    type Property = fn(&BatchFacts) -> Key;
    let properties: [(AuditRule, &'static str, Property); 3] = [
        (AuditRule::SharedSupplier, "/supplier_id", |batch| batch.supplier),
        (AuditRule::SharedProject, "/project_id", |batch| batch.project),
        (AuditRule::SharedIssuance, "/issuance_id", |batch| batch.issuance),
    ];
    let relatives = graph.origins.iter().filter(|(id, origin)| id != origin);
    for (id, origin) in relatives {
        let (Some(batch), Some(origin)) = (graph.get(*id), graph.get(*origin)) else { continue };
        for (rule, pointer, property) in properties {
            report.add_checks(rule, 1);
            let (actual, expected) = (property(batch), property(origin));
            if actual != expected {
                let (actual, expected) = (graph.quoted(actual), graph.quoted(expected));
                let message = format!("is {actual}, but the origin has {expected}");
                report.add_finding(rule, graph.text(*id), pointer, message);
            }
        }
    }
}
