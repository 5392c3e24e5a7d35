//! The two contracts of a comparison.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::contract::{ChildEdge, Contract, EdgeLabel, Element, ElementId, StringSet};
use crate::contract::{Constraint, Keyword};

/// The length at which the summary of an element is truncated.
const MAX_SUMMARY: usize = 160;

/// One contract, with additional elements that only the comparison needs.
pub(super) struct Side<'c> {
    elements: Vec<Rc<Element>>,
    components: &'c StringSet,
}

impl<'c> Side<'c> {
    fn new(contract: &'c Contract) -> Self {
        Self { elements: contract.elements().to_vec(), components: contract.components() }
    }

    pub(super) fn element(&self, id: ElementId) -> &Rc<Element> {
        &self.elements[id.0]
    }

    pub(super) fn add(&mut self, element: Element) -> ChildEdge {
        self.elements.push(Rc::new(element));
        ChildEdge { element: ElementId(self.elements.len() - 1), required: false }
    }

    /// Returns the named schema that an element is, or else those that it includes.
    pub(super) fn named(&self, id: ElementId) -> Vec<ElementId> {
        let element = self.element(id);
        if element.name.is_some() { vec![id] } else { element.bases.clone() }
    }

    /// Returns the name of a schema, or of the only named schema that it includes.
    pub(super) fn name(&self, id: ElementId) -> Option<&str> {
        match self.named(id)[..] {
            [only] => self.element(only).name.as_deref(),
            _ => None,
        }
    }

    /// Summarizes an element in a few words.
    pub(super) fn summary(&self, id: ElementId) -> String {
        let element = self.element(id);
        if let Some(value) = element.children.get(&EdgeLabel::Value) {
            return self.summary(value.element);
        }
        let facts = element.facts.iter().filter(|(_, value)| !value.is_no_credentials());
        let facts = facts.map(|(keyword, value)| fact_text(keyword, value));
        let children = element.children.keys().map(EdgeLabel::to_string);
        let mut summary = String::new();
        for part in facts.chain(children) {
            if !summary.is_empty() {
                summary += ", ";
            }
            summary += &part;
            if summary.len() > 4 * MAX_SUMMARY {
                break;
            }
        }
        if summary.is_empty() {
            summary = self.name(id).unwrap_or("anything").to_owned();
        }
        if let Some((end, _)) = summary.char_indices().nth(MAX_SUMMARY) {
            summary.truncate(end);
            summary.push('…');
        }
        summary
    }

    /// Returns an element whose only alternative is the element `id`, and which otherwise
    /// resembles `other`, so that a single schema can be compared with several
    /// alternatives; `None` if the element allows any value.
    pub(super) fn as_alternative(&mut self, id: ElementId, other: &Element) -> Option<Element> {
        let element = Rc::clone(self.element(id));
        let stays = |keyword: &Keyword| *keyword == "nullable" || other.facts.contains_key(keyword);
        let (facts, own_facts): (BTreeMap<_, _>, BTreeMap<_, _>) =
            element.facts.clone().into_iter().partition(|(keyword, _)| stays(keyword));
        let (mut children, own_children): (BTreeMap<_, _>, BTreeMap<_, _>) = element
            .children
            .clone()
            .into_iter()
            .partition(|(label, _)| other.children.contains_key(label));
        let bases = self.named(id);
        let alternative = Element { facts: own_facts, children: own_children, name: None, bases };
        if alternative.is_empty() {
            return None;
        }
        children.insert(EdgeLabel::Alternative(0, 0), self.add(alternative));
        Some(Element { facts, children, ..Element::default() })
    }

    /// Returns an operation with the names of its path parameters replaced by those
    /// of another path.
    pub(super) fn with_path(&mut self, id: ElementId, path: &str, other: &str) -> ElementId {
        let mut operation = Element::clone(self.element(id));
        let label =
            |name: &str| EdgeLabel::Parameter { location: "path".into(), name: name.into() };
        let names = parameter_names(path).zip(parameter_names(other));
        let renamed: Vec<_> = names
            .filter_map(|(old, new)| Some((label(new), operation.children.remove(&label(old))?)))
            .collect();
        operation.children.extend(renamed);
        self.add(operation).element
    }

    /// Returns whether the value of a parameter is a scalar, which is written alike with
    /// and without `explode`.
    pub(super) fn is_scalar(&self, parameter: &Element) -> bool {
        let value = parameter.children.get(&EdgeLabel::Value);
        let types = value.and_then(|value| self.element(value.element).facts.get("type"));
        let Some(Constraint::Types(types)) = types else { return false };
        !types.contains("array") && !types.contains("object")
    }

    /// Returns the edge to the value of a parameter, and the types of the value;
    /// `None` if the parameter has a serialization style of its own.
    pub(super) fn parameter_value(&self, parameter: ElementId) -> Option<(ChildEdge, StringSet)> {
        let parameter = self.element(parameter);
        if ["style", "explode"].iter().any(|keyword| parameter.facts.contains_key(*keyword)) {
            return None;
        }
        let value = *parameter.children.get(&EdgeLabel::Value)?;
        match self.element(value.element).facts.get("type") {
            Some(Constraint::Types(types)) => Some((value, types.clone())),
            _ => None,
        }
    }
}

/// Returns the names of the parameters in a path.
fn parameter_names(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

/// Returns a fact as text, such as `length = 3..=3` or `nullable`.
pub(super) fn fact_text(keyword: &str, value: &Constraint) -> String {
    let text = value.to_string();
    if text.is_empty() { keyword.to_owned() } else { format!("{keyword} = {text}") }
}

/// Both contracts.
pub(super) struct Sides<'c> {
    pub(super) base: Side<'c>,
    pub(super) revision: Side<'c>,
}

/// The relation of two alternatives by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameRelation {
    Same,
    Different,
    Unknown,
}

impl<'c> Sides<'c> {
    pub(super) fn new(base: &'c Contract, revision: &'c Contract) -> Self {
        Self { base: Side::new(base), revision: Side::new(revision) }
    }

    /// Compares the names of two alternatives. A name of both documents means the same
    /// schema; a new schema may be an old one that was renamed.
    pub(super) fn name_relation(&self, base: ElementId, revision: ElementId) -> NameRelation {
        match (self.base.name(base), self.revision.name(revision)) {
            (Some(base), Some(revision)) if base == revision => NameRelation::Same,
            (Some(base), Some(revision))
                if self.revision.components.contains(base)
                    || self.base.components.contains(revision) =>
            {
                NameRelation::Different
            }
            _ => NameRelation::Unknown,
        }
    }
}
