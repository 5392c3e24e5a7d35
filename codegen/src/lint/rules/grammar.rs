//! The grammar of OpenAPI 3.0: fields, their types, and required fields.

use crate::document::diagnostic::document_rules;
use crate::document::{Node, Value};
use crate::lint::findings::{Findings, Location};
use crate::lint::message::{describe, join_or, suggest, truncate};
use crate::lint::object_node::{ObjectNode, member_location};
use crate::lint::openapi30::{
    ExclusiveFields, FOREIGN_FIELDS, MAX_COUNT, OPENAPI, ObjectType, ValueType,
};

document_rules! {
    UNKNOWN_FIELD = "unknown-field":
        "An object has a field that OpenAPI 3.0 does not define"
        => "remove the field, or start its name with `x-` to make it an extension";
    FOREIGN_SYNTAX = "foreign-syntax":
        "A field or value belongs to another version of OpenAPI"
        => "write the OpenAPI 3.0 form that the error suggests";
    MISSING_FIELD = "missing-field":
        "A required field is missing"
        => "add the field";
    CONFLICTING_FIELDS = "conflicting-fields":
        "An object has two fields that exclude each other"
        => "keep one of the fields";
    INVALID_VALUE = "invalid-value":
        "A field has a value of the wrong type, or an unknown value"
        => "replace the value";
    INVALID_COMPONENT_NAME = "invalid-component-name":
        "The name of a component contains characters that references cannot contain"
        => "use ASCII letters, digits, `.`, `-` and `_`";
}

/// Checks the grammar and returns all objects and references of the document.
pub(in crate::lint) fn check<'d>(root: &'d Node, findings: &mut Findings) -> Vec<ObjectNode<'d>> {
    let mut checker = GrammarChecker { objects: Vec::new(), findings };
    checker.object(&OPENAPI, Location::start(), root);
    checker.objects
}

struct GrammarChecker<'d, 'f> {
    objects: Vec<ObjectNode<'d>>,
    findings: &'f mut Findings,
}

impl<'d> GrammarChecker<'d, '_> {
    fn value(&mut self, expected: &'static ValueType, location: Location, node: &'d Node) {
        if !expected.accepts(node) {
            return self.mismatch(expected, location, node);
        }
        match expected {
            ValueType::Component(object_type) if node.get("$ref").is_some() => {
                self.objects.push(ObjectNode { object_type, location, node });
            }
            ValueType::Object(object_type) | ValueType::Component(object_type) => {
                self.object(object_type, location, node);
            }
            ValueType::ComponentMap(value) => {
                self.component_names(&location, node);
                self.members(value, &location, node);
            }
            ValueType::Map(value) => self.members(value, &location, node),
            ValueType::List(value) | ValueType::NonEmptyList(value) => {
                for (index, element) in node.elements().iter().enumerate() {
                    let pointer = location.pointer.child(index);
                    self.value(value, Location { position: element.position, pointer }, element);
                }
            }
            ValueType::BooleanOr(value) if node.as_bool().is_none() => {
                self.value(value, location, node);
            }
            _ => {}
        }
    }

    fn members(&mut self, value: &'static ValueType, location: &Location, node: &'d Node) {
        for member in node.members() {
            self.value(value, member_location(&location.pointer, member), &member.node);
        }
    }

    fn component_names(&mut self, location: &Location, node: &Node) {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let is_valid = |key: &str| !key.is_empty() && key.chars().all(is_allowed);
        for member in node.members().iter().filter(|member| !is_valid(&member.key)) {
            let message = format!("invalid component name `{}`", truncate(&member.key));
            let at = member_location(&location.pointer, member);
            self.findings.add(&INVALID_COMPONENT_NAME, at, message);
        }
    }

    fn object(&mut self, object_type: &'static ObjectType, location: Location, node: &'d Node) {
        for member in node.members() {
            let location = member_location(&location.pointer, member);
            match object_type.field(&member.key) {
                Some(value) => self.value(value, location, &member.node),
                None => self.unknown_field(object_type, location, &member.key),
            }
        }
        self.missing_fields(object_type, &location, node);
        for fields in object_type.exclusive {
            self.exclusive_fields(fields, object_type.name, &location, node);
        }
        self.objects.push(ObjectNode { object_type, location, node });
    }

    fn unknown_field(&mut self, object_type: &ObjectType, location: Location, key: &str) {
        let name = object_type.name;
        if let Some((_, _, help)) =
            FOREIGN_FIELDS.iter().find(|row| row.0 == name && row.1.contains(&key))
        {
            let message = format!("`{key}` is not a field of the {name} Object in OpenAPI 3.0");
            return self.findings.add_with_help(&FOREIGN_SYNTAX, location, message, *help);
        }
        let key = truncate(key);
        let message = match &object_type.patterned {
            Some(patterned) => {
                format!("{name} Object: unknown field `{key}`; expected {}", patterned.expected)
            }
            None => format!("{name} Object: unknown field `{key}`"),
        };
        let suggestion = suggest(&key, object_type.fields.iter().map(|field| field.name));
        let help = match (suggestion, &object_type.patterned) {
            (Some(suggestion), _) => format!("did you mean `{suggestion}`?"),
            (None, Some(patterned)) => patterned.help.to_owned(),
            (None, None) if object_type.extensions => UNKNOWN_FIELD.remedy.to_owned(),
            (None, None) => "remove the field".to_owned(),
        };
        self.findings.add_with_help(&UNKNOWN_FIELD, location, message, help);
    }

    fn missing_fields(&mut self, object_type: &ObjectType, location: &Location, node: &Node) {
        for field in object_type.fields.iter().filter(|field| field.required) {
            if node.get(field.name).is_none() {
                let message = format!("{} Object: missing `{}`", object_type.name, field.name);
                let help = format!("add `{}`, {}", field.name, field.value.description());
                self.findings.add_with_help(&MISSING_FIELD, location.clone(), message, help);
            }
        }
    }

    fn exclusive_fields(
        &mut self,
        fields: &ExclusiveFields,
        name: &str,
        location: &Location,
        node: &Node,
    ) {
        let mut found = fields.names.iter().filter_map(|name| node.member(name));
        match (found.next(), found.next()) {
            (None, _) if fields.required => {
                let all = join_or(fields.names.iter().copied());
                let message = format!("{name} Object: missing {all}");
                self.findings.add(&MISSING_FIELD, location.clone(), message);
            }
            (Some(first), Some(second)) => {
                let (first, key) = (&first.key, &second.key);
                let message = format!("{name} Object: `{first}` and `{key}` exclude each other");
                let at = member_location(&location.pointer, second);
                self.findings.add(&CONFLICTING_FIELDS, at, message);
            }
            _ => {}
        }
    }

    fn mismatch(&mut self, expected: &ValueType, location: Location, node: &Node) {
        let key = location.pointer.last().unwrap_or_default();
        let found = describe(node);
        if let Some((reason, help)) = newer_syntax(expected, &key, node) {
            let message = format!("`{key}`: {found} is OpenAPI 3.1 syntax; {reason}");
            return self.findings.add_with_help(&FOREIGN_SYNTAX, location, message, help);
        }
        let message = format!("`{key}`: expected {}, found {found}", expected.description());
        let help = help_for_mismatch(expected, node);
        self.findings.add_with_help(&INVALID_VALUE, location, message, help);
    }
}

impl ObjectType {
    /// Returns the type of a field, or `None` for an unknown field.
    fn field(&'static self, key: &str) -> Option<&'static ValueType> {
        if let Some(field) = self.fields.iter().find(|field| field.name == key) {
            return Some(&field.value);
        }
        if self.extensions && key.starts_with("x-") {
            return Some(&ValueType::Any);
        }
        let patterned = self.patterned.as_ref().filter(|patterned| (patterned.accepts)(key))?;
        Some(&patterned.value)
    }
}

impl ValueType {
    fn accepts(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (Self::Any, _)
            | (Self::Text, Value::String(_))
            | (Self::Boolean | Self::BooleanOr(_), Value::Bool(_))
            | (Self::Number, Value::Integer(_) | Value::Float(_))
            | (
                Self::Object(_) | Self::Component(_) | Self::ComponentMap(_) | Self::Map(_),
                Value::Object(_),
            )
            | (Self::List(_), Value::Array(_)) => true,
            (Self::OneOf(values), Value::String(string)) => values.contains(&string.as_str()),
            (Self::Count, Value::Integer(count)) => (0..=MAX_COUNT).contains(count),
            (Self::NonEmptyList(_), Value::Array(elements)) => !elements.is_empty(),
            (Self::BooleanOr(value), _) => value.accepts(node),
            _ => false,
        }
    }

    fn description(&self) -> String {
        match self {
            Self::Any => "a value".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::OneOf(values) => join_or(values.iter().copied()),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Count => format!("an integer from 0 to {MAX_COUNT}"),
            Self::Object(of) | Self::Component(of) => format!("an object ({})", of.name),
            Self::ComponentMap(_) | Self::Map(_) => "an object".to_owned(),
            Self::List(_) => "an array".to_owned(),
            Self::NonEmptyList(_) => "an array with at least one element".to_owned(),
            Self::BooleanOr(value) => format!("`true`, `false` or {}", value.description()),
        }
    }
}

/// Returns how a value of OpenAPI 3.1 differs from 3.0, and the fix.
fn newer_syntax(expected: &ValueType, key: &str, node: &Node) -> Option<(&'static str, String)> {
    match (expected, key, &node.value) {
        (ValueType::OneOf(_), "type", Value::Array(_)) => Some((
            "a schema has one type in OpenAPI 3.0",
            "write one `type`, and `nullable: true` beside it if null is allowed".to_owned(),
        )),
        (ValueType::OneOf(_), "type", Value::String(string)) if string == "null" => Some((
            "OpenAPI 3.0 has no type `null`",
            "write `nullable: true` beside the type of the other values".to_owned(),
        )),
        (
            ValueType::Boolean,
            "exclusiveMinimum" | "exclusiveMaximum",
            Value::Integer(_) | Value::Float(_),
        ) => {
            let bound = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
            let number = describe(node).replace('`', "");
            Some((
                "the field is a boolean in OpenAPI 3.0",
                format!("write `{bound}: {number}` and `{key}: true`"),
            ))
        }
        _ => None,
    }
}

fn help_for_mismatch(expected: &ValueType, node: &Node) -> String {
    match (expected, &node.value) {
        (ValueType::OneOf(values), Value::String(string)) => {
            match suggest(string, values.iter().copied()) {
                Some(value) => format!("did you mean `{value}`?"),
                None => "use one of the expected values".to_owned(),
            }
        }
        (
            ValueType::Text | ValueType::OneOf(_),
            Value::Integer(_) | Value::Float(_) | Value::Bool(_),
        ) => "quote the value, so that YAML parses it as a string".to_owned(),
        (ValueType::Count, Value::Integer(_) | Value::Float(_)) => {
            "write an integer in this range without fraction or exponent".to_owned()
        }
        (ValueType::Number, Value::String(text))
            if text.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            "remove the quotes; numbers are 64-bit floats, with a maximum of about 1.8e308"
                .to_owned()
        }
        (ValueType::NonEmptyList(_), Value::Array(_)) => {
            "add an element, or remove the key".to_owned()
        }
        (_, Value::Null) => "add a value, or remove the key".to_owned(),
        _ => INVALID_VALUE.remedy.to_owned(),
    }
}
