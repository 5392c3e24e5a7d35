//! `unevaluatedProperties` and `unevaluatedItems`: what no other keyword is about.
//!
//! Which properties and elements others are about may depend on the value. Then there
//! is one case for each combination of conditions.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::InclusionChecker;
use super::form::{Form, FormId, NameSelector, TypeSet};
use super::normalize::{PlacedSchema, keys};
use crate::document::Node;

/// Conditions of which all combinations are told apart.
const MAX_CONDITIONS: usize = 5;
/// Schemas in schemas for the same value that are followed.
const MAX_DEPTH: usize = 12;

/// Properties and elements that a schema is about, if the conditions hold.
#[derive(Clone, Debug, Default)]
struct Evaluated {
    conditions: BTreeSet<FormId>,
    names: BTreeSet<Rc<str>>,
    patterns: BTreeSet<Rc<str>>,
    all_members: bool,
    prefix: usize,
    all_items: bool,
    contained: BTreeSet<FormId>,
}

impl Evaluated {
    fn add(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.patterns.extend(other.patterns.iter().cloned());
        self.all_members |= other.all_members;
        self.prefix = self.prefix.max(other.prefix);
        self.all_items |= other.all_items;
        self.contained.extend(&other.contained);
    }

    fn is_nothing(&self) -> bool {
        self.names.is_empty()
            && self.patterns.is_empty()
            && self.contained.is_empty()
            && self.prefix == 0
            && !self.all_members
            && !self.all_items
    }
}

/// The cases of one schema. A long list is given up.
type Cases = Vec<Evaluated>;

impl<'d> InclusionChecker<'d> {
    pub(super) fn unevaluated_properties(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &'d Node,
    ) -> FormId {
        let value = self.read_part(schema, node);
        self.unevaluated(schema, "unevaluatedProperties", |checker, evaluated| {
            let Evaluated { names, patterns, all_members, .. } = evaluated;
            if all_members {
                checker.forms.always()
            } else {
                let selector = NameSelector::Rest { names, patterns };
                checker.forms.intern(Form::Members(selector, value))
            }
        })
    }

    pub(super) fn unevaluated_items(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &'d Node,
    ) -> FormId {
        let value = self.read_part(schema, node);
        self.unevaluated(schema, "unevaluatedItems", |checker, evaluated| {
            if evaluated.all_items {
                checker.forms.always()
            } else {
                let item = checker.forms.any(evaluated.contained.into_iter().chain([value]));
                checker.forms.intern(Form::Items(evaluated.prefix, None, item))
            }
        })
    }

    /// Puts together what `rest` makes of each combination of conditions.
    fn unevaluated(
        &mut self,
        schema: &PlacedSchema<'d>,
        keyword: &str,
        rest: impl Fn(&mut Self, Evaluated) -> FormId,
    ) -> FormId {
        let mut cases = Cases::new();
        self.own(schema, &BTreeSet::new(), &mut cases, keyword);
        if self.applied(schema, &BTreeSet::new(), &mut cases, 0).is_none() {
            return self.too_complex(schema, keyword);
        }
        cases.retain(|case| !case.is_nothing());
        let conditions: BTreeSet<_> =
            cases.iter().flat_map(|case| case.conditions.clone()).collect();
        if conditions.len() > MAX_CONDITIONS {
            return self.too_complex(schema, keyword);
        }
        let mut alternatives = Vec::new();
        for combination in 0..1_u32 << conditions.len() {
            let (mut parts, mut held) = (Vec::new(), BTreeSet::new());
            for (index, condition) in conditions.iter().enumerate() {
                if combination & (1 << index) == 0 {
                    parts.push(self.forms.not(*condition));
                } else {
                    parts.push(*condition);
                    held.insert(*condition);
                }
            }
            let mut evaluated = Evaluated::default();
            for case in cases.iter().filter(|case| case.conditions.is_subset(&held)) {
                evaluated.add(case);
            }
            parts.push(rest(self, evaluated));
            alternatives.push(self.forms.all(parts));
        }
        self.forms.any(alternatives)
    }

    fn too_complex(&mut self, schema: &PlacedSchema<'d>, keyword: &str) -> FormId {
        let reason = format!("`{keyword}` depends on too many conditions");
        self.opaque_by_text(schema, schema.node(), TypeSet::ALL, &reason)
    }

    /// Adds the subjects of a schema's own keywords, other than `except`.
    fn own(
        &mut self,
        schema: &PlacedSchema<'d>,
        conditions: &BTreeSet<FormId>,
        cases: &mut Cases,
        except: &str,
    ) {
        let node = schema.node();
        let has = |keyword: &str| keyword != except && node.get(keyword).is_some();
        let contained = node.get("contains").map(|node| self.read_part(schema, node));
        cases.push(Evaluated {
            conditions: conditions.clone(),
            names: keys(node, "properties").collect(),
            patterns: keys(node, "patternProperties").collect(),
            all_members: has("additionalProperties") || has("unevaluatedProperties"),
            prefix: node.get("prefixItems").map_or(0, |node| node.elements().len()),
            all_items: has("items") || has("unevaluatedItems"),
            contained: contained.into_iter().collect(),
        });
    }

    /// Adds the subjects of the schemas that a schema applies to the same value. Returns
    /// `None` where they are too many.
    fn applied(
        &mut self,
        schema: &PlacedSchema<'d>,
        conditions: &BTreeSet<FormId>,
        cases: &mut Cases,
        depth: usize,
    ) -> Option<()> {
        if depth > MAX_DEPTH || cases.len() > 64 {
            return None;
        }
        for (inner, condition) in self.applicators(schema) {
            let mut conditions = conditions.clone();
            conditions.extend(condition);
            self.own(&inner, &conditions, cases, "");
            self.applied(&inner, &conditions, cases, depth + 1)?;
        }
        Some(())
    }

    /// The schemas that a schema applies to the same value, with the condition under
    /// which they count.
    fn applicators(
        &mut self,
        schema: &PlacedSchema<'d>,
    ) -> Vec<(PlacedSchema<'d>, Option<FormId>)> {
        let node = schema.node();
        let mut result = Vec::new();
        for keyword in ["$ref", "$dynamicRef"] {
            let target = self.normalizer.target(schema, keyword).and_then(Result::ok);
            result.extend(target.map(|target| (target, None)));
        }
        for part in node.get("allOf").map_or(&[][..], Node::elements) {
            result.push((schema.in_place(part), None));
        }
        for keyword in ["anyOf", "oneOf"] {
            for part in node.get(keyword).map_or(&[][..], Node::elements) {
                let part = schema.in_place(part);
                let condition = self.read(&part);
                result.push((part, Some(condition)));
            }
        }
        for member in node.get("dependentSchemas").map_or(&[][..], Node::members) {
            let condition = self.present(&member.key);
            result.push((schema.in_place(&member.node), Some(condition)));
        }
        if let Some(condition_node) = node.get("if") {
            let condition_schema = schema.in_place(condition_node);
            let condition = self.read(&condition_schema);
            let otherwise = self.forms.not(condition);
            result.push((condition_schema, Some(condition)));
            for (keyword, condition) in [("then", condition), ("else", otherwise)] {
                let branch = node.get(keyword).map(|node| schema.in_place(node));
                result.extend(branch.map(|branch| (branch, Some(condition))));
            }
        }
        result
    }
}
