//! Values as they are written on the wire: with types, or as text.
//!
//! Text has no types: `1` is a number and a string alike. A schema that accepts some
//! strings therefore accepts the numbers and Booleans that are written like them, and the
//! other way round. Null has no text of its own and is taken to be accepted.

use super::InclusionChecker;
use super::form::{Form, FormId, JsonType, ScalarValue, TypeSet};
use super::normalize::PlacedSchema;
use super::numbers::Rational;
use super::wire_form::{WireForm, text_of};
use crate::document::Node;

/// Keywords that only strings are checked against.
const STRING_KEYWORDS: [&str; 4] = ["minLength", "maxLength", "pattern", "format"];
/// Keywords that only numbers are checked against.
const NUMBER_KEYWORDS: [&str; 6] =
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"];
const DECIMAL_PATTERN: &str = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$";
const INTEGER_PATTERN: &str = "^-?(0|[1-9][0-9]*)$";

impl<'d> InclusionChecker<'d> {
    /// Returns whether a schema tells which texts are accepted. What is sent is a value
    /// first, and then its text.
    pub(super) fn accepts_text(schema: &PlacedSchema<'d>) -> bool {
        schema.side == 1 && schema.wire.is_text()
    }

    /// Adds what the form of a keyword says of other values with the same text.
    pub(super) fn with_texts(
        &mut self,
        schema: &PlacedSchema<'d>,
        keyword: &str,
        form: FormId,
    ) -> FormId {
        if !Self::accepts_text(schema) {
            return form;
        }
        match keyword {
            "type" => self.types_as_text(schema, form),
            "enum" | "const" => self.scalars_as_text(form),
            keyword if STRING_KEYWORDS.contains(&keyword) => {
                let types = written_like_strings(schema);
                let text = self.forms.intern(Form::Text { types, form });
                self.forms.all([form, text])
            }
            _ => form,
        }
    }

    /// Adds null, which has no text.
    pub(super) fn with_absent_text(&mut self, schema: &PlacedSchema<'d>, form: FormId) -> FormId {
        if schema.is_in_place || !Self::accepts_text(schema) {
            return form;
        }
        let null = self.forms.types(JsonType::Null);
        self.forms.any([form, null])
    }

    fn types_as_text(&mut self, schema: &PlacedSchema<'d>, form: FormId) -> FormId {
        let own = declared_types(schema.node);
        let mut parts = vec![form];
        if own.contains(JsonType::String) {
            parts.push(self.forms.types(written_like_strings(schema)));
        }
        let has_bounds = NUMBER_KEYWORDS.iter().any(|key| schema.node.get(key).is_some());
        if own.contains(JsonType::Number) && !has_bounds {
            let is_integer = !lists(schema.node, "number");
            let pattern = if is_integer { INTEGER_PATTERN } else { DECIMAL_PATTERN };
            let pattern = self.forms.intern(Form::Pattern(pattern.into()));
            let string = self.forms.types(JsonType::String);
            parts.push(self.forms.all([string, pattern]));
        }
        if own.contains(JsonType::Boolean) {
            let texts = ["true", "false"].map(|text| ScalarValue::String(text.into()));
            parts.push(self.forms.intern(Form::Scalars(texts.into())));
        }
        self.forms.any(parts)
    }

    fn scalars_as_text(&mut self, form: FormId) -> FormId {
        let Form::Scalars(scalars) = &*self.forms.get(form) else { return form };
        let alike = scalars.iter().flat_map(written_alike).collect();
        self.forms.intern(Form::Scalars(alike))
    }

    /// A schema for arrays accepts a single element too, which is written like a list of
    /// one, except where a comma in it would make two.
    pub(super) fn with_single_element(
        &mut self,
        schema: &PlacedSchema<'d>,
        form: FormId,
    ) -> FormId {
        let node = schema.node;
        let min = node.get("minItems").and_then(Node::as_integer).unwrap_or(0);
        let is_joined = schema.wire == WireForm::JoinedText;
        if !Self::accepts_text(schema) || is_joined || !lists(node, "array") || min > 1 {
            return form;
        }
        let scalars = [JsonType::Boolean, JsonType::Number, JsonType::String];
        let mut parts = vec![self.forms.types(TypeSet::from_iter(scalars))];
        if let Some(items) = node.get("items") {
            parts.push(self.read(&schema.element(items)));
        }
        let single = self.forms.all(parts);
        self.forms.any([form, single])
    }
}

/// The types that the string keywords of a schema apply to by their text.
fn written_like_strings(schema: &PlacedSchema) -> TypeSet {
    let mut types: TypeSet = [JsonType::Boolean, JsonType::Number].into_iter().collect();
    if schema.wire == WireForm::JoinedText {
        types = types.union([JsonType::Array, JsonType::Object].into_iter().collect());
    }
    match schema.node.get("type") {
        Some(_) => types.without(declared_types(schema.node)),
        None => types,
    }
}

fn declared_types(node: &Node) -> TypeSet {
    [
        ("boolean", JsonType::Boolean),
        ("integer", JsonType::Number),
        ("number", JsonType::Number),
        ("string", JsonType::String),
        ("array", JsonType::Array),
        ("object", JsonType::Object),
    ]
    .into_iter()
    .filter(|(name, _)| lists(node, name))
    .map(|(_, json_type)| json_type)
    .collect()
}

fn lists(node: &Node, name: &str) -> bool {
    let Some(types) = node.get("type") else { return false };
    types.as_str() == Some(name) || types.elements().iter().any(|t| t.as_str() == Some(name))
}

/// A scalar, and others with the same text.
fn written_alike(scalar: &ScalarValue) -> Vec<ScalarValue> {
    let mut alike = vec![scalar.clone()];
    match scalar {
        ScalarValue::String(text) => {
            let number = Rational::parse(text).filter(|number| {
                number.to_json().is_some_and(|number| number.to_string() == **text)
            });
            alike.extend(number.map(ScalarValue::Number));
            alike.extend(text.parse().ok().map(ScalarValue::Boolean));
        }
        scalar => alike.extend(
            scalar
                .to_json()
                .and_then(|value| text_of(&value))
                .map(|text| ScalarValue::String(text.as_str().into())),
        ),
    }
    alike
}
