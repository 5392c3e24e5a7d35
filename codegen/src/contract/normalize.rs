//! Reads schemas of either dialect into one form.
//!
//! Equivalent notations become equal: `nullable` and a `null` type or alternative,
//! an `allOf` and its merged items, alternatives of different types and a list of
//! types, a reference and its target.

use std::collections::HashMap;
use std::rc::Rc;

use super::constraint::{Constraint, StringSet};
use super::graph::{EXTERNAL_REFERENCE, EdgeLabel};
use super::keywords::{self, canonical, is_annotation};
use super::references::{
    LimitExceeded, Limited, MAX_NESTING, REFERENCE_KEYWORDS, References, TOO_DEEP, Targets,
};
use super::schema::FlatSchema;
use crate::document::{Node, Value as Json};

/// The limit of schemas that are read again because they are part of a cycle.
const MAX_REREADS: usize = 10_000;

/// Reads the schemas of one document.
pub(super) struct SchemaReader<'s> {
    references: Rc<References<'s>>,
    /// The members of `components/schemas`.
    names: HashMap<*const Node, &'s str>,
    /// True for OpenAPI 3.0, which ignores all siblings of `$ref`.
    ignores_siblings: bool,
    known: HashMap<*const Node, Rc<FlatSchema<'s>>>,
    /// The schemas that are being read, outermost first.
    open: Vec<*const Node>,
    /// The outermost of the open schemas that the schemas read since include.
    cycle_start: usize,
    rereads: usize,
}

impl<'s> SchemaReader<'s> {
    pub(super) fn new(
        references: Rc<References<'s>>,
        names: HashMap<*const Node, &'s str>,
        ignores_siblings: bool,
    ) -> Self {
        Self {
            references,
            names,
            ignores_siblings,
            known: HashMap::new(),
            open: Vec::new(),
            cycle_start: usize::MAX,
            rereads: 0,
        }
    }

    /// Follows references as long as they have no siblings that constrain values.
    pub(super) fn follow(&self, node: &'s Node) -> Limited<'s, &'s Node> {
        let is_neutral = |key: &str| REFERENCE_KEYWORDS.contains(&key) || is_annotation(key);
        self.references.follow(node, |node| {
            self.ignores_siblings || node.members().iter().all(|member| is_neutral(&member.key))
        })
    }

    /// Returns the name of a member of `components/schemas`.
    pub(super) fn name(&self, node: &Node) -> Option<&'s str> {
        self.names.get(&std::ptr::from_ref(node)).copied()
    }

    /// Merges schemas that must all be satisfied. A single schema has been followed.
    pub(super) fn merged(&mut self, nodes: &[&'s Node]) -> Limited<'s, FlatSchema<'s>> {
        if let [node] = nodes {
            return Ok((*self.resolved(node)?).clone());
        }
        let mut merged = FlatSchema::default();
        for node in nodes {
            self.merge(&mut merged, node)?;
        }
        Ok(merged)
    }

    fn merge(&mut self, schema: &mut FlatSchema<'s>, node: &'s Node) -> Limited<'s, ()> {
        let other = self.schema(node)?;
        if !try_merge(schema, &other) {
            let is_item = |label: &&EdgeLabel| matches!(label, EdgeLabel::AllOfItem(_));
            let index = schema.children.keys().filter(is_item).count();
            schema.children.insert(EdgeLabel::AllOfItem(index), vec![node]);
        }
        Ok(())
    }

    fn schema(&mut self, node: &'s Node) -> Limited<'s, Rc<FlatSchema<'s>>> {
        let node = self.follow(node)?;
        let schema = self.resolved(node)?;
        Ok(match self.name(node) {
            None => schema,
            Some(_) => Rc::new(FlatSchema { bases: vec![node], ..(*schema).clone() }),
        })
    }

    /// Reads a schema unless it is known.
    ///
    /// A schema that includes an open one is incomplete. It is known only once the
    /// open one is complete, since remembering it would hide constraints elsewhere.
    fn resolved(&mut self, node: &'s Node) -> Limited<'s, Rc<FlatSchema<'s>>> {
        let address = std::ptr::from_ref(node);
        if let Some(known) = self.known.get(&address) {
            return Ok(Rc::clone(known));
        }
        let depth = self.open.len();
        if let Some(start) = self.open.iter().position(|open| *open == address) {
            self.cycle_start = self.cycle_start.min(start);
            return Ok(Rc::new(FlatSchema::from_fact("endless reference", Constraint::Limit)));
        }
        if depth >= MAX_NESTING || self.rereads > MAX_REREADS {
            let message = if depth >= MAX_NESTING {
                format!("more than {MAX_NESTING} schemas include each other")
            } else {
                "schemas include each other in too many cycles".to_owned()
            };
            return Err(LimitExceeded { node, rule: TOO_DEEP, message });
        }
        let outer_start = std::mem::replace(&mut self.cycle_start, usize::MAX);
        self.open.push(address);
        let schema = Rc::new(self.read(node)?);
        self.open.pop();
        if self.cycle_start >= depth {
            self.known.insert(address, Rc::clone(&schema));
            self.cycle_start = outer_start;
        } else {
            self.rereads += 1;
            self.cycle_start = self.cycle_start.min(outer_start);
        }
        Ok(schema)
    }

    fn read(&mut self, node: &'s Node) -> Limited<'s, FlatSchema<'s>> {
        match &node.value {
            Json::Object(_) => {}
            Json::Null | Json::Bool(true) => return Ok(FlatSchema::default()),
            Json::Bool(false) => {
                return Ok(FlatSchema { types: Some(StringSet::new()), ..FlatSchema::default() });
            }
            _ => {
                let value = Constraint::Opaque(canonical(node));
                return Ok(FlatSchema::from_fact("not a schema", value));
            }
        }
        if self.ignores_siblings && node.get_str("$ref").is_some() {
            let mut schema = FlatSchema::default();
            self.merge_referenced(&mut schema, node, "$ref")?;
            return Ok(schema);
        }
        let mut schema = keywords::read(node);
        for keyword in REFERENCE_KEYWORDS {
            self.merge_referenced(&mut schema, node, keyword)?;
        }
        for item in elements(node, "allOf") {
            self.merge(&mut schema, item)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            let nodes = elements(node, keyword);
            let alternatives = self.alternatives(nodes, keyword == "oneOf")?;
            if !try_merge(&mut schema, &alternatives) {
                schema.groups.push(nodes.iter().map(|node| vec![node]).collect());
            }
        }
        // Strictly, `nullable` beside an `allOf` or `oneOf` allows null only if the
        // combined schemas do. Authors who write it mean that null is allowed.
        if node.is_true("nullable") && !schema.is_null_only() {
            schema.nullable = schema.restricts_null();
        }
        Ok(schema)
    }

    /// Merges the schema that a keyword refers to, or else states the reference as a fact.
    fn merge_referenced(
        &mut self,
        schema: &mut FlatSchema<'s>,
        node: &'s Node,
        keyword: &'static str,
    ) -> Limited<'s, ()> {
        match self.references.targets(node, keyword) {
            None => {}
            Some((_, Targets::One(target))) => self.merge(schema, target)?,
            Some((text, Targets::Several(targets))) => {
                for (index, target) in targets.into_iter().enumerate() {
                    let label = EdgeLabel::Keyed(keyword, format!("{text} {}", index + 1));
                    schema.children.insert(label, vec![target]);
                }
            }
            Some((text, Targets::None)) => {
                let value = Constraint::Opaque(text.to_owned());
                schema.facts.insert(EXTERNAL_REFERENCE.into(), value);
            }
        }
        Ok(())
    }

    fn alternatives(&mut self, nodes: &'s [Node], exclusive: bool) -> Limited<'s, FlatSchema<'s>> {
        let mut has_null = false;
        let mut alternatives = Vec::new();
        for node in nodes {
            let schema = self.schema(node)?;
            if schema.is_null_only() {
                has_null = true;
            } else {
                alternatives.push((node, schema));
            }
        }
        let mut schema = match &alternatives[..] {
            [] if has_null => return Ok(FlatSchema::null_only()),
            [] => return Ok(FlatSchema::default()),
            [(_, only)] => (**only).clone(),
            several => single_schema(several).unwrap_or_else(|| group(several, exclusive)),
        };
        schema.nullable |= has_null && schema.restricts_null();
        Ok(schema)
    }
}

/// Merges `other` into a schema; returns whether that is possible.
fn try_merge<'s>(schema: &mut FlatSchema<'s>, other: &FlatSchema<'s>) -> bool {
    let merged = if schema.is_empty() { Some(other.clone()) } else { schema.and(other) };
    let is_merged = merged.is_some();
    if let Some(merged) = merged {
        *schema = merged;
    }
    is_merged
}

type Alternative<'s> = (&'s Node, Rc<FlatSchema<'s>>);

fn single_schema<'s>(alternatives: &[Alternative<'s>]) -> Option<FlatSchema<'s>> {
    let ((_, first), others) = alternatives.split_first()?;
    let first = FlatSchema { bases: Vec::new(), ..(**first).clone() };
    others.iter().try_fold(first, |merged, (_, next)| merged.or(next))
}

fn group<'s>(alternatives: &[Alternative<'s>], exclusive: bool) -> FlatSchema<'s> {
    let nodes = alternatives.iter().map(|(node, _)| vec![*node]).collect();
    let mut schema = FlatSchema { groups: vec![nodes], ..FlatSchema::default() };
    if exclusive {
        schema.facts.insert("oneOf".into(), Constraint::Limit);
    }
    schema
}

fn elements<'s>(node: &'s Node, keyword: &str) -> &'s [Node] {
    node.get(keyword).map(Node::elements).unwrap_or_default()
}
