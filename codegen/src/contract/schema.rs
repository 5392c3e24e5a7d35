//! A normalized schema: the form to which equivalent schemas are reduced.

use std::collections::{BTreeMap, BTreeSet};

use super::constraint::{Constraint, StringSet};
use super::graph::{EdgeLabel, Keyword};
use crate::document::Node;

/// Schemas that must all be satisfied by a value. An empty list allows any value.
pub(super) type AllOf<'s> = Vec<&'s Node>;

/// The constraints of a schema, without those of the schemas inside it.
#[derive(Clone, Debug, Default)]
pub(super) struct FlatSchema<'s> {
    /// The types apart from null; `None` allows any type.
    pub(super) types: Option<StringSet>,
    pub(super) nullable: bool,
    pub(super) facts: BTreeMap<Keyword, Constraint>,
    pub(super) children: BTreeMap<EdgeLabel, AllOf<'s>>,
    pub(super) required: BTreeSet<String>,
    /// The named schemas that it includes.
    pub(super) bases: Vec<&'s Node>,
    /// Groups of alternatives, from `oneOf` and `anyOf`.
    pub(super) groups: Vec<Vec<AllOf<'s>>>,
}

impl FlatSchema<'_> {
    pub(super) fn from_fact(keyword: &'static str, value: Constraint) -> Self {
        Self { facts: BTreeMap::from([(keyword.into(), value)]), ..Self::default() }
    }

    pub(super) fn null_only() -> Self {
        Self { types: Some(StringSet::new()), nullable: true, ..Self::default() }
    }

    pub(super) fn is_null_only(&self) -> bool {
        self.nullable && self.types.as_ref().is_some_and(StringSet::is_empty)
    }

    /// Returns whether the schema allows any value.
    pub(super) fn is_empty(&self) -> bool {
        self.types.is_none() && !self.nullable && self.is_bare()
    }

    /// Returns whether the schema constrains nothing but the type.
    pub(super) fn is_bare(&self) -> bool {
        self.facts.is_empty() && self.has_no_parts()
    }

    /// Returns whether the schema has no properties, items or alternatives.
    pub(super) fn has_no_parts(&self) -> bool {
        self.children.is_empty() && self.required.is_empty() && self.groups.is_empty()
    }

    /// Returns whether the schema restricts types or has alternatives, so that null
    /// is not allowed anyway.
    pub(super) fn restricts_null(&self) -> bool {
        self.types.is_some() || !self.groups.is_empty()
    }

    fn allows_null(&self) -> bool {
        self.nullable || self.types.is_none()
    }

    fn has(&self, keyword: &'static str) -> bool {
        self.children.contains_key(&EdgeLabel::Keyword(keyword))
    }
}

impl FlatSchema<'_> {
    /// Turns types into facts, and alternatives into children.
    pub(super) fn finish(mut self) -> Self {
        let null_only = self.is_null_only();
        let is_integer = |types: &StringSet| types.contains("integer") && !types.contains("number");
        if self.types.as_ref().is_some_and(is_integer)
            && let Some(Constraint::Range(range)) = self.facts.get_mut("value")
        {
            *range = range.of_integers();
        }
        if let Some(types) = self.types.take() {
            let types = if null_only { StringSet::from(["null".to_owned()]) } else { types };
            self.facts.insert("type".into(), Constraint::Types(without_covered_types(types)));
        }
        if self.nullable && !null_only {
            self.facts.insert("nullable".into(), Constraint::Permission);
        }
        for (group, alternatives) in self.groups.drain(..).enumerate() {
            for (index, nodes) in alternatives.into_iter().enumerate() {
                self.children.insert(EdgeLabel::Alternative(group, index), nodes);
            }
        }
        self
    }

    /// Merges two schemas of which both must be satisfied; `None` if a single schema
    /// cannot express that.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        if self.interferes_with(other) || other.interferes_with(self) || other.overlooks(self) {
            return None;
        }
        let mut both = self.clone();
        (both.types, both.nullable) = self.types_in_both(other);
        for (keyword, value) in &other.facts {
            let value = match both.facts.remove(keyword) {
                Some(nearer) => nearer.and(value.clone()),
                None => value.clone(),
            };
            both.facts.insert(keyword.clone(), value);
        }
        for (label, nodes) in &other.children {
            let merged = both.children.entry(label.clone()).or_default();
            for &node in nodes {
                if !merged.iter().any(|known| std::ptr::eq(*known, node)) {
                    merged.push(node);
                }
            }
        }
        both.required.extend(other.required.iter().cloned());
        both.groups.extend(other.groups.iter().cloned());
        both.bases.extend(&other.bases);
        Some(both)
    }

    fn types_in_both(&self, other: &Self) -> (Option<StringSet>, bool) {
        match (&self.types, &other.types) {
            (None, None) => (None, self.nullable || other.nullable),
            (Some(a), Some(b)) => {
                let both = Constraint::Types(a.clone()).and(Constraint::Types(b.clone()));
                let Constraint::Types(types) = both else { return (None, false) };
                (Some(types), self.nullable && other.nullable)
            }
            (a, b) => {
                let types = a.as_ref().or(b.as_ref()).cloned();
                (types, self.allows_null() && other.allows_null())
            }
        }
    }

    /// Returns whether merging with `other` would change the meaning of a keyword
    /// here that depends on its siblings, or of a keyword that both have.
    fn interferes_with(&self, other: &Self) -> bool {
        let is_unknown_here = |label: &EdgeLabel| match label {
            EdgeLabel::Property(_) | EdgeLabel::Keyed("patternProperties", _) => {
                !self.children.contains_key(label)
            }
            _ => false,
        };
        let is_prefix_item =
            |label: &EdgeLabel| matches!(label, EdgeLabel::Keyed("prefixItems", _));
        let is_in_both = |keyword| self.has(keyword) && other.has(keyword);
        self.has("additionalProperties") && other.children.keys().any(is_unknown_here)
            || self.has("items") && other.children.keys().any(is_prefix_item)
            || ["contains", "not", "if", "then", "else"].into_iter().any(is_in_both)
    }

    /// Returns whether an `unevaluated...` keyword here, inside of `outer`, does not
    /// see all of its siblings.
    fn overlooks(&self, outer: &Self) -> bool {
        let is_unevaluated = |label: &EdgeLabel| {
            matches!(label, EdgeLabel::Keyword("unevaluatedProperties" | "unevaluatedItems"))
        };
        self.children.keys().any(is_unevaluated) && !outer.children.is_empty()
    }

    /// Merges `next` into the alternatives collected in `self`; `None` if one schema
    /// cannot express both.
    ///
    /// Alternatives that differ only by type are one schema with several types, since
    /// every other keyword applies to values of one type. Plain lists of values are
    /// merged as well.
    pub(super) fn or(mut self, next: &Self) -> Option<Self> {
        let (Some(types), Some(next_types)) = (&self.types, &next.types) else { return None };
        if !self.groups.is_empty() || !next.groups.is_empty() {
            return None;
        }
        let all_types = types | next_types;
        match (self.values(), next.values()) {
            (Some(values), Some(next_values)) => {
                let has_only_values = |s: &Self| s.facts.len() == 1 && s.has_no_parts();
                if !has_only_values(&self) || !has_only_values(next) {
                    return None;
                }
                let values = values | next_values;
                self.facts.insert("enum".into(), Constraint::AnyOf(values));
            }
            (None, None) => {
                let overlap = !types.is_disjoint(next_types)
                    || without_covered_types(all_types.clone()) != all_types;
                if overlap && !(self.is_bare() && next.is_bare()) || !self.is_separate(next) {
                    return None;
                }
                self.facts.extend(next.facts.clone());
                self.children.extend(next.children.clone());
                self.required.extend(next.required.iter().cloned());
            }
            _ => return None,
        }
        self.types = Some(all_types);
        self.nullable |= next.nullable;
        Some(self)
    }

    fn values(&self) -> Option<&StringSet> {
        match self.facts.get("enum") {
            Some(Constraint::AnyOf(values)) => Some(values),
            _ => None,
        }
    }

    /// Returns whether the two have no keyword in common, and no keyword that applies
    /// to all types.
    fn is_separate(&self, other: &Self) -> bool {
        let applies_to_all_types = |schema: &Self| {
            schema.facts.values().any(|value| matches!(value, Constraint::Opaque(_)))
                || schema.children.keys().any(|label| {
                    matches!(
                        label,
                        EdgeLabel::Keyword("not" | "if" | "then" | "else")
                            | EdgeLabel::AllOfItem(_)
                    )
                })
        };
        !applies_to_all_types(self)
            && !applies_to_all_types(other)
            && !self.facts.keys().any(|keyword| other.facts.contains_key(keyword))
            && !self.children.keys().any(|label| other.children.contains_key(label))
    }
}

/// Removes `integer` beside `number`, which includes it.
pub(super) fn without_covered_types(mut types: StringSet) -> StringSet {
    if types.contains("number") {
        types.remove("integer");
    }
    types
}
