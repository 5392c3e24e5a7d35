//! Schemas that are written alike, with all that they refer to.

use std::collections::HashSet;

use crate::document::{Member, Node, reference};

/// Keywords that do not affect values.
const ANNOTATIONS: [&str; 7] =
    ["description", "title", "example", "examples", "externalDocs", "xml", "summary"];

/// Keywords that hold schemas by name.
const MAPS: [&str; 5] =
    ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
/// Keywords with lists whose order has no meaning.
const SETS: [&str; 6] = ["allOf", "anyOf", "oneOf", "required", "enum", "type"];
/// Keywords that lead to other schemas.
const REFERENCES: [&str; 2] = ["$ref", "$dynamicRef"];

/// Compares what two schemas reach, apart from annotations.
pub(super) struct Reach<'d> {
    base: &'d Node,
    revision: &'d Node,
    visited: HashSet<(*const Node, *const Node)>,
    /// Pairs that are known to be the same.
    proven: HashSet<(*const Node, *const Node)>,
}

impl<'d> Reach<'d> {
    /// Schemas that are nested more deeply count as different.
    const MAX_DEPTH: usize = 200;

    pub(super) fn new(base: &'d Node, revision: &'d Node) -> Self {
        Self { base, revision, visited: HashSet::new(), proven: HashSet::new() }
    }

    pub(super) fn is_same_schema(&mut self, old: &'d Node, new: &'d Node) -> bool {
        let is_same = self.is_same(old, new, NodeKind::Schema, 0);
        let visited = std::mem::take(&mut self.visited);
        if is_same {
            self.proven.extend(visited);
        }
        is_same
    }

    fn is_same(&mut self, old: &'d Node, new: &'d Node, kind: NodeKind, depth: usize) -> bool {
        if depth > Self::MAX_DEPTH {
            return false;
        }
        if !old.members().is_empty() || !new.members().is_empty() {
            return self.has_same_members(old, new, kind, depth);
        }
        let (a, b) = (old.elements(), new.elements());
        if a.is_empty() && b.is_empty() {
            return old.to_json() == new.to_json();
        }
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_same(a, b, kind, depth + 1))
    }

    fn has_same_members(
        &mut self,
        old: &'d Node,
        new: &'d Node,
        kind: NodeKind,
        depth: usize,
    ) -> bool {
        let pair = (std::ptr::from_ref(old), std::ptr::from_ref(new));
        if self.proven.contains(&pair) || !self.visited.insert(pair) {
            return true;
        }
        let counts = |member: &&Member| kind.counts(&member.key);
        let keys = |node: &'d Node| node.members().iter().filter(counts).count();
        let is_same = keys(old) == keys(new)
            && old.members().iter().filter(counts).all(|member| {
                let kind = kind.below(&member.key);
                let other = new.get(&member.key);
                let Some(other) = other else { return false };
                if !SETS.contains(&&*member.key) || other.elements().is_empty() {
                    return self.is_same(&member.node, other, kind, depth + 1);
                }
                let (a, b) = in_common_order(member.node.elements(), other.elements());
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| self.is_same(a, b, kind, depth + 1))
            });
        if !is_same || kind != NodeKind::Schema {
            return is_same;
        }
        match (reference::target(old), reference::target(new)) {
            (Some(a), Some(b)) => match (self.base.find(&a), self.revision.find(&b)) {
                (Some(a), Some(b)) => self.is_same(a, b, kind, depth + 1),
                _ => false,
            },
            _ => REFERENCES.iter().all(|keyword| old.get(keyword).is_none()),
        }
    }
}

/// Returns two lists whose order has no meaning in the same order, if they have the same
/// elements.
fn in_common_order<'d>(old: &'d [Node], new: &'d [Node]) -> (Vec<&'d Node>, Vec<&'d Node>) {
    let sorted = |list: &'d [Node]| {
        let mut elements: Vec<_> =
            list.iter().map(|node| (node.to_json().to_string(), node)).collect();
        elements.sort_by(|a, b| a.0.cmp(&b.0));
        elements
    };
    let (a, b) = (sorted(old), sorted(new));
    if a.iter().map(|element| &element.0).eq(b.iter().map(|element| &element.0)) {
        let nodes =
            |list: Vec<(String, &'d Node)>| list.into_iter().map(|(_, node)| node).collect();
        (nodes(a), nodes(b))
    } else {
        (old.iter().collect(), new.iter().collect())
    }
}

/// The meaning of an object within a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    Schema,
    /// Schemas by name.
    Schemas,
    /// A value of `enum` or `const`.
    Constant,
}

impl NodeKind {
    /// Returns whether a member affects values.
    fn counts(self, key: &str) -> bool {
        self != Self::Schema || !ANNOTATIONS.contains(&key) && !key.starts_with("x-")
    }

    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Schemas, _) => Self::Schema,
            (Self::Schema, "enum" | "const") => Self::Constant,
            (Self::Schema, key) if MAPS.contains(&key) => Self::Schemas,
            _ => self,
        }
    }
}
