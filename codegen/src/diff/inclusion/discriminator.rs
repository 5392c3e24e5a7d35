//! Discriminators: the values that lead to each alternative.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::InclusionChecker;
use super::form::{Form, FormId, NameSelector, ScalarValue};
use super::normalize::PlacedSchema;
use crate::document::{Node, Value};

impl<'d> InclusionChecker<'d> {
    /// Adds to each alternative the values that lead to it: those of the mapping, or else
    /// the name of its component. An alternative that lists its values is left as it is.
    pub(super) fn discriminated(
        &mut self,
        schema: &PlacedSchema<'d>,
        alternatives: &'d Node,
        forms: Vec<FormId>,
    ) -> Vec<FormId> {
        let Some(discriminator) = schema.node.get("discriminator") else { return forms };
        let Some(property) = discriminator.get_str("propertyName") else { return forms };
        let mapping = discriminator.get("mapping").map(Node::members).unwrap_or_default();
        let mut leading: Vec<(&str, *const Node)> = Vec::new();
        for member in mapping {
            let reference = member.node.as_str().unwrap_or_default();
            leading.extend(self.mapped(schema, reference).map(|target| (&*member.key, target)));
        }
        let mut discriminated = Vec::new();
        for (alternative, form) in alternatives.elements().iter().zip(forms) {
            let part = schema.in_place(alternative);
            let values = self.leading_values(&part, &leading);
            let is_open = !values.is_empty() && !self.normalizer.lists_values(&part, property);
            if !is_open {
                discriminated.push(form);
                continue;
            }
            let values = self.forms.intern(Form::Scalars(values));
            let selector = NameSelector::Name(property.into());
            let member = self.forms.intern(Form::Members(selector, values));
            discriminated.push(self.forms.all([form, member]));
        }
        discriminated
    }

    /// Returns the target of a mapping, which is a reference or the name of a component.
    fn mapped(&self, schema: &PlacedSchema<'d>, reference: &str) -> Option<*const Node> {
        let by_name = || {
            let components = self.normalizer.root(schema.side).get("components")?;
            components.get("schemas")?.get(reference)
        };
        let target = self.normalizer.resolve(schema, reference);
        target.or_else(by_name).map(std::ptr::from_ref)
    }

    fn leading_values(
        &self,
        alternative: &PlacedSchema<'d>,
        leading: &[(&str, *const Node)],
    ) -> BTreeSet<ScalarValue> {
        // A reference may be wrapped for the sake of a description.
        let wrapped = match alternative.node.get("allOf").map(Node::elements) {
            Some([only]) => only,
            _ => alternative.node,
        };
        let Some(reference) = wrapped.get_str("$ref") else { return BTreeSet::new() };
        let target = self.normalizer.resolve(alternative, reference);
        let target = target.map(std::ptr::from_ref);
        let mapped = leading.iter().filter(|(_, other)| Some(*other) == target);
        let mut names: BTreeSet<_> = mapped.map(|(name, _)| Rc::from(*name)).collect();
        if names.is_empty() {
            names.extend(reference.rsplit('/').next().map(Rc::from));
        }
        names.into_iter().map(ScalarValue::String).collect()
    }
}

impl<'d> super::normalize::Normalizer<'d> {
    /// Returns whether a schema lists the values of a property.
    fn lists_values(&self, schema: &PlacedSchema<'d>, property: &str) -> bool {
        let reached = self.reach(schema, false);
        let of_property = |schema: PlacedSchema<'d>| {
            let node = schema.node.get("properties")?.get(property)?;
            Some(self.reach(&schema.part(node), false))
        };
        let lists = |schema: PlacedSchema| {
            ["enum", "const"].iter().any(|keyword| {
                schema.node.get(keyword).is_some_and(|node| node.value != Value::Null)
            })
        };
        reached.into_iter().filter_map(of_property).flatten().any(lists)
    }
}
