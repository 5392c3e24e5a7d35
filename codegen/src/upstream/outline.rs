//! Facts as trees, in which the references to named schemas can be followed.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Fact, SCHEMA, schema_owner};

/// The text between two places, and between a place and a keyword.
pub(super) const SEPARATOR: &str = " · ";

/// The facts about a place, and the places inside it.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Values by keyword; empty for a keyword without a value.
    pub(super) facts: BTreeMap<String, String>,
    /// Places by the step that leads to them, such as `200` or `/size`.
    pub(super) children: BTreeMap<String, Outline>,
}

/// An outline and the name of its schema; `None` for a place that refers to schemas.
pub(super) type Layer<'o> = (Option<&'o str>, &'o Outline);

/// The outlines of the document, its operations and its named schemas, by owner.
#[derive(Debug, Default)]
pub(super) struct Outlines(pub(super) BTreeMap<String, Outline>);

impl Outlines {
    pub(super) fn of(facts: &[Fact]) -> Self {
        let mut outlines = Self::default();
        for Fact { owner, subject, value } in facts {
            let mut outline = outlines.0.entry(owner.clone()).or_default();
            let mut parts: Vec<&str> = subject.split(SEPARATOR).collect();
            let keyword = parts.pop().unwrap_or_default();
            for step in parts.into_iter().flat_map(steps) {
                outline = outline.children.entry(step.to_owned()).or_default();
            }
            outline.facts.insert(keyword.to_owned(), value.clone());
        }
        outlines
    }

    /// Returns an outline and the named schemas that it includes, the nearest first.
    /// Facts and places of a nearer layer replace those of the others.
    pub(super) fn layers<'o>(&'o self, outline: &'o Outline) -> Vec<Layer<'o>> {
        let mut layers: Vec<Layer> = vec![(None, outline)];
        let mut known = BTreeSet::new();
        let mut next = 0;
        while let Some((_, outline)) = layers.get(next) {
            let names = outline.facts.get(SCHEMA).map(String::as_str).unwrap_or_default();
            for name in names.split(" & ").filter(|name| known.insert(*name)) {
                layers.extend(self.0.get(&schema_owner(name)).map(|schema| (Some(name), schema)));
            }
            next += 1;
        }
        layers
    }
}

/// Splits a pointer at its slashes outside of parentheses.
fn steps(place: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (index, character) in place.char_indices().filter(|_| place.starts_with('/')) {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '/' if depth == 0 && index > start => {
                steps.push(&place[start..index]);
                start = index;
            }
            _ => {}
        }
    }
    steps.push(&place[start..]);
    steps
}
