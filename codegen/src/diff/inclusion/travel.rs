//! Properties that do not travel: `readOnly`, `writeOnly`, and undeclared ones.

use std::collections::{BTreeSet, HashSet};

use super::form::{Form, FormId, NameSelector};
use super::normalize::{PlacedSchema, keys};
use super::{InclusionChecker, UndeclaredProperties};
use crate::contract::WireDirection;
use crate::document::Node;

/// Schemas for one value that are searched for declarations.
const MAX_REACHED: usize = 1_000;
/// Absent properties of all alternatives of a list together.
const MAX_ABSENT: usize = 50_000;

impl<'d> super::normalize::Normalizer<'d> {
    /// Adds what a schema says of properties to its context, for the schemas within.
    pub(super) fn with_context(&mut self, schema: &PlacedSchema<'d>) -> PlacedSchema<'d> {
        let options = self.options;
        let closes = options.undeclared != UndeclaredProperties::Any;
        if options.direction.is_none() && !closes {
            return schema.clone();
        }
        let mut context = self.contexts.list[schema.context.0].clone();
        for schema in self.reach(schema, false) {
            let properties = schema.node.get("properties").map_or(&[][..], Node::members);
            for property in properties {
                if closes {
                    context.declared.insert(&property.key);
                }
                if self.does_not_travel(&schema.part(&property.node)) {
                    context.unsent.insert(&property.key);
                }
            }
        }
        PlacedSchema { context: self.contexts.intern(context), ..schema.clone() }
    }

    pub(super) fn is_unsent(&self, schema: &PlacedSchema<'d>, name: &str) -> bool {
        self.contexts.list[schema.context.0].unsent.contains(name)
    }

    fn does_not_travel(&self, property: &PlacedSchema<'d>) -> bool {
        let keyword = match self.options.direction {
            None => return false,
            Some(WireDirection::Request) => "readOnly",
            Some(WireDirection::Response) => "writeOnly",
        };
        let is_set =
            |part: &PlacedSchema| part.node.get(keyword).and_then(Node::as_bool) == Some(true);
        self.reach(property, false).iter().any(is_set)
    }

    /// The schema with all that it applies to the same value by `$ref` and `allOf`, and
    /// by keywords that depend on the value if `alternatives` is set.
    pub(super) fn reach(
        &self,
        schema: &PlacedSchema<'d>,
        alternatives: bool,
    ) -> Vec<PlacedSchema<'d>> {
        let keywords: &[&str] = if alternatives {
            &["allOf", "anyOf", "oneOf", "dependentSchemas", "then", "else"]
        } else {
            &["allOf"]
        };
        let mut seen = HashSet::new();
        let mut result = Vec::new();
        let mut pending = vec![schema.clone()];
        while let Some(schema) = pending.pop() {
            if seen.len() >= MAX_REACHED || !seen.insert(schema.key()) {
                continue;
            }
            pending.extend(self.target(&schema, "$ref").and_then(Result::ok));
            if self.is_30(&schema) && schema.node.get("$ref").is_some() {
                continue;
            }
            for node in keywords.iter().filter_map(|keyword| schema.node.get(keyword)) {
                let inner: Vec<_> = match (node.elements(), node.members()) {
                    ([], []) => Vec::new(),
                    (elements @ [_, ..], _) => elements.iter().collect(),
                    (_, members) => {
                        members.iter().map(|member| &member.node).chain([node]).collect()
                    }
                };
                pending.extend(inner.into_iter().map(|node| schema.in_place(node)));
            }
            result.push(schema);
        }
        result
    }
}

impl<'d> InclusionChecker<'d> {
    fn closes(&self, schema: &PlacedSchema<'d>) -> bool {
        match self.normalizer.options.undeclared {
            UndeclaredProperties::Any => false,
            UndeclaredProperties::Unsent => schema.side == 0,
            UndeclaredProperties::Unknown => true,
        }
    }

    /// Rules out properties that are declared nowhere, where the sender is taken to send
    /// none: the schema is one of objects, and has no keyword about others.
    pub(super) fn closed(&mut self, schema: &PlacedSchema<'d>, form: FormId) -> FormId {
        if schema.is_in_place || !self.closes(schema) || self.normalizer.is_abandoned() {
            return form;
        }
        let reached = self.normalizer.reach(schema, true);
        let is_open = |schema: &PlacedSchema| {
            let keywords = ["additionalProperties", "unevaluatedProperties"];
            let mut others = keywords.iter().filter_map(|keyword| schema.node.get(keyword));
            others.any(|others| others.as_bool() != Some(true) && !others.members().is_empty())
        };
        let is_object = |schema: &PlacedSchema| schema.node.get_str("type") == Some("object");
        let all = |keyword| reached.iter().flat_map(move |schema| keys(schema.node, keyword));
        let names: BTreeSet<_> = all("properties").collect();
        let patterns = all("patternProperties").collect();
        let is_free = names.is_empty() && !reached.iter().any(is_object);
        if is_free || reached.iter().any(is_open) {
            return form;
        }
        let never = self.forms.never();
        let rest = Form::Members(NameSelector::Rest { names, patterns }, never);
        let rest = self.forms.intern(rest);
        self.forms.all([form, rest])
    }

    /// Reads alternatives. Of a sender, each has none of the properties that only others
    /// declare.
    pub(super) fn read_alternatives(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &'d Node,
    ) -> Option<Vec<FormId>> {
        let forms = self.in_place(schema, node)?;
        let forms = self.discriminated(schema, node, forms);
        if !self.closes(schema) || self.normalizer.is_abandoned() {
            return Some(forms);
        }
        let names: Vec<BTreeSet<_>> = node
            .elements()
            .iter()
            .map(|part| {
                let reached = self.normalizer.reach(&schema.in_place(part), true);
                reached.iter().flat_map(|schema| keys(schema.node, "properties")).collect()
            })
            .collect();
        let all: BTreeSet<_> = names.iter().flatten().cloned().collect();
        if all.len() * forms.len() > MAX_ABSENT {
            return Some(forms);
        }
        let never = self.forms.never();
        let mut closed = Vec::new();
        for (form, own) in forms.into_iter().zip(&names) {
            let context = &self.normalizer.contexts.list[schema.context.0];
            let foreign: Vec<_> = all
                .difference(own)
                .filter(|name| !own.is_empty() && !context.declared.contains(&***name))
                .cloned()
                .collect();
            let absent = foreign
                .into_iter()
                .map(|name| self.forms.intern(Form::Members(NameSelector::Name(name), never)));
            let parts: Vec<_> = absent.chain([form]).collect();
            closed.push(self.forms.all(parts));
        }
        Some(closed)
    }
}
