//! Lists all violations in a JSON document.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Result;
use serde_json::value::RawValue;

use super::numbers;
use super::schema::{Count, Direction, Property, Schema};
use super::strings::StringViolation;
use super::value::{JsonValue, canonical};
use super::violation::{Rule, Violation};

/// The maximum number of reported violations. It bounds memory use: a violation is larger than
/// the few bytes of the document that cause it.
const MAX_VIOLATIONS: usize = 1000;

/// Returns the violations in a document, in document order. Missing properties come at the end
/// of their object.
pub(super) fn explain(
    json: &[u8],
    schema: &'static Schema,
    direction: Direction,
) -> Vec<Violation> {
    let mut explainer =
        Explainer { direction, pointer: String::new(), depth: 0, violations: Vec::new() };
    let outcome = serde_json::from_slice(json)
        .and_then(|document: &RawValue| explainer.value(document, schema));
    match outcome {
        Ok(()) => explainer.violations,
        Err(error) => vec![Violation::not_json(&position_in_document(json, error))],
    }
}

/// Returns the error of the document instead of the error of a nested value, whose position is
/// relative to that value.
fn position_in_document(json: &[u8], error: serde_json::Error) -> serde_json::Error {
    serde_json::from_slice::<serde_json::Value>(json).err().unwrap_or(error)
}

/// The state of a traversal of a document.
#[derive(Debug)]
struct Explainer {
    direction: Direction,
    /// The pointer of the current value.
    pointer: String,
    /// The number of arrays and objects around the current value.
    depth: usize,
    violations: Vec<Violation>,
}

impl Explainer {
    /// Validates a value.
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the value that decoding reads does not parse.
    fn value(&mut self, raw: &RawValue, schema: &'static Schema) -> Result<()> {
        if matches!(schema, Schema::Nullable(_)) && raw.get() == "null" {
            return Ok(());
        }
        match schema.non_null() {
            Schema::Any => canonical(raw, self.depth).map(drop),
            Schema::AllOf(schemas) => schemas.iter().try_for_each(|schema| self.value(raw, schema)),
            Schema::OneOf(schemas) => self.alternatives(raw, schemas, Rule::OneOf),
            Schema::AnyOf(schemas) => self.alternatives(raw, schemas, Rule::AnyOf),
            _ => self.typed_value(JsonValue::parse(raw, self.depth)?, schema),
        }
    }

    /// Validates a value against a schema of one JSON type, or null.
    fn typed_value(&mut self, value: JsonValue<'_>, schema: &'static Schema) -> Result<()> {
        match (schema.non_null(), &value) {
            (Schema::Boolean, JsonValue::Boolean(_)) => Ok(()),
            (
                non_null @ (Schema::Integer(_) | Schema::Number(_) | Schema::Decimal(_)),
                &JsonValue::Number { number, .. },
            ) => {
                match numbers::check(non_null, number) {
                    Ok(bounds) => {
                        for (rule, expected) in numbers::bound_violations(bounds, number) {
                            self.report(rule, expected, value.excerpt());
                        }
                    }
                    Err((Rule::Type, _)) => self.report_type(schema, &value),
                    Err((rule, expected)) => self.report(rule, expected, value.excerpt()),
                }
                Ok(())
            }
            (Schema::String(rules), JsonValue::String(text)) => {
                if let Err(StringViolation { rule, expected, got }) = rules.check(text) {
                    self.report(rule, expected, got);
                }
                Ok(())
            }
            (Schema::Array { items: schema, count, unique }, JsonValue::Array(items)) => {
                self.array(items, schema, *unique)?;
                self.check_count(Rule::Items, count, items.len(), ("item", "items"));
                Ok(())
            }
            (Schema::Object { properties, additional, count }, JsonValue::Object(members)) => {
                self.object(members, properties, *additional)?;
                let nouns = ("property", "properties");
                self.check_count(Rule::Properties, count, members.len(), nouns);
                Ok(())
            }
            _ => {
                self.report_type(schema, &value);
                Ok(())
            }
        }
    }

    fn array(&mut self, items: &[&RawValue], schema: &'static Schema, unique: bool) -> Result<()> {
        let mut earlier = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            self.within(&index.to_string(), |explainer| {
                explainer.value(item, schema)?;
                if unique && !earlier.insert(canonical(item, explainer.depth)?) {
                    let got = JsonValue::parse(item, explainer.depth)?.excerpt();
                    explainer.report(Rule::Unique, "a unique item", got);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn object(
        &mut self,
        members: &[(Cow<'_, str>, &RawValue)],
        properties: &'static [Property],
        additional: Option<&'static Schema>,
    ) -> Result<()> {
        let mut seen = vec![false; properties.len()];
        for (name, value) in members {
            let known = properties.binary_search_by_key(&name.as_ref(), |property| property.name);
            let is_duplicate = known.is_ok_and(|index| std::mem::replace(&mut seen[index], true));
            let schema = known.map_or(additional, |index| Some(properties[index].schema));
            let Some(schema) = schema else { continue };
            self.within(name, |explainer| {
                if !is_duplicate {
                    return explainer.value(value, schema);
                }
                explainer.report(Rule::Duplicate, "the property once", "a duplicate".into());
                Ok(())
            })?;
        }
        for (property, seen) in properties.iter().zip(seen) {
            if property.required.applies_to(self.direction) && !seen {
                self.within(property.name, |explainer| {
                    explainer.report(Rule::Required, "the property", "nothing".into());
                });
            }
        }
        Ok(())
    }

    /// Validates a value against alternatives.
    ///
    /// If no schema matches, reports the violations of the intended schema. It is the first that
    /// is violated by unknown enum values only, or else the only one with the type of the value.
    fn alternatives(
        &mut self,
        raw: &RawValue,
        schemas: &[&'static Schema],
        rule: Rule,
    ) -> Result<()> {
        // Decoding buffers the value, so it also reads unknown properties.
        canonical(raw, self.depth)?;
        let mut failing = Vec::new();
        let mut unknown = Vec::new();
        for schema in schemas {
            let violations = self.violations_of(raw, schema)?;
            if violations.iter().any(|violation| violation.rule != Rule::Enum) {
                failing.push((*schema, violations));
            } else if !violations.is_empty() {
                unknown.push((*schema, violations));
            }
        }
        let matching = schemas.len() - failing.len() - unknown.len();
        let mut intended = match (matching, rule) {
            (0, _) if unknown.is_empty() => failing,
            (0, _) => unknown.into_iter().take(1).collect(),
            (1, _) | (_, Rule::AnyOf) => return Ok(()),
            _ => Vec::new(),
        };
        let value = JsonValue::parse(raw, self.depth)?;
        intended.retain(|(schema, _)| has_type(&value, schema));
        if let [(_, violations)] = intended.as_mut_slice() {
            violations.drain(..).for_each(|violation| self.push(violation));
            return Ok(());
        }
        let types: Vec<_> = schemas.iter().map(|schema| describe_type(schema)).collect();
        let number = if rule == Rule::OneOf { "exactly one" } else { "one" };
        self.report(rule, format!("{number} of: {}", types.join(", ")), value.excerpt());
        Ok(())
    }

    /// Returns the violations of a value without those found before, which do not count
    /// towards the limit.
    fn violations_of(&mut self, raw: &RawValue, schema: &'static Schema) -> Result<Vec<Violation>> {
        let earlier = std::mem::take(&mut self.violations);
        let outcome = self.value(raw, schema);
        let violations = std::mem::replace(&mut self.violations, earlier);
        outcome.map(|()| violations)
    }

    /// Visits an item or a member of the current value.
    fn within<T>(&mut self, token: &str, visit: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        for character in token.chars() {
            match character {
                '~' => self.pointer.push_str("~0"),
                '/' => self.pointer.push_str("~1"),
                other => self.pointer.push(other),
            }
        }
        self.depth += 1;
        let result = visit(self);
        self.depth -= 1;
        self.pointer.truncate(length);
        result
    }

    fn check_count(
        &mut self,
        rule: Rule,
        count: &Count,
        actual: usize,
        (singular, plural): (&str, &str),
    ) {
        if !count.admits(actual) {
            self.report(rule, count.describe_with(singular, plural), actual.to_string());
        }
    }

    fn report_type(&mut self, schema: &Schema, value: &JsonValue<'_>) {
        self.report(Rule::Type, describe_type(schema), value.excerpt());
    }

    fn report(&mut self, rule: Rule, expected: impl Into<Cow<'static, str>>, got: String) {
        let pointer = self.pointer.clone();
        self.push(Violation { pointer, rule, expected: expected.into(), got });
    }

    fn push(&mut self, violation: Violation) {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(violation);
        } else if let Some(last) = self.violations.last_mut()
            && last.rule == Rule::Enum
            && violation.rule != Rule::Enum
        {
            // Calls accept unknown enum values, which must not displace other violations.
            *last = violation;
        }
    }
}

/// Describes the type of a schema for error messages.
fn describe_type(schema: &Schema) -> Cow<'static, str> {
    match schema {
        Schema::Any => "any value".into(),
        Schema::Boolean => "a boolean".into(),
        Schema::Integer(_) => "an integer".into(),
        Schema::Number(_) | Schema::Decimal(_) => "a number".into(),
        Schema::String(_) => "a string".into(),
        Schema::Array { .. } => "an array".into(),
        Schema::Object { .. } => "an object".into(),
        Schema::Nullable(inner) => format!("{} or null", describe_type(inner)).into(),
        Schema::OneOf(schemas) | Schema::AnyOf(schemas) | Schema::AllOf(schemas) => {
            let types: Vec<_> = schemas.iter().map(|schema| describe_type(schema)).collect();
            let conjunction = if matches!(schema, Schema::AllOf(_)) { " and " } else { " or " };
            types.join(conjunction).into()
        }
    }
}

/// Returns whether a value has the type of a schema, regardless of all other rules.
fn has_type(value: &JsonValue<'_>, schema: &Schema) -> bool {
    match (schema, value) {
        (Schema::Any, _)
        | (Schema::Nullable(_), JsonValue::Null)
        | (Schema::Boolean, JsonValue::Boolean(_))
        | (Schema::Number(_) | Schema::Decimal(_), JsonValue::Number { .. })
        | (Schema::String(_), JsonValue::String(_))
        | (Schema::Array { .. }, JsonValue::Array(_))
        | (Schema::Object { .. }, JsonValue::Object(_)) => true,
        (Schema::Integer(_), JsonValue::Number { number, .. }) => number.is_integer(),
        (Schema::Nullable(inner), _) => has_type(value, inner),
        (Schema::OneOf(schemas) | Schema::AnyOf(schemas), _) => {
            schemas.iter().any(|schema| has_type(value, schema))
        }
        (Schema::AllOf(schemas), _) => schemas.iter().all(|schema| has_type(value, schema)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schema::{
        Bounds, Count, Direction, Format, Property, Required, Schema, StringRules,
    };
    use super::Violation;
    use crate::types::{CreditBatch, CreditBatchStatus, CreditQuantity};
    use crate::validate::HasSchema;

    const NONE: Bounds = Bounds { minimum: None, maximum: None, multiple_of: None, format: None };
    const ANY: Count = Count { min: 0, max: None };
    const STRING: Schema = Schema::String(&StringRules::ANY);
    const INTEGER: Schema = Schema::Integer(NONE);

    fn explain(json: &[u8], schema: &'static Schema) -> Vec<Violation> {
        super::explain(json, schema, Direction::Response)
    }

    fn messages(json: &str, schema: &'static Schema) -> Vec<String> {
        explain(json.as_bytes(), schema).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reports_each_duplicate_property() {
        let json = r#"{"a": 1, "a": "x", "b": 1, "b": 2, "a": 3}"#;
        static SCHEMA: Schema = Schema::Object {
            properties: &[Property { name: "a", required: Required::Always, schema: &INTEGER }],
            additional: None,
            count: ANY,
        };
        assert_eq!(
            messages(json, &SCHEMA),
            ["/a: duplicate: expected the property once, got a duplicate"; 2]
        );
    }

    #[test]
    fn reports_invalid_json_as_one_violation() {
        let documents = [
            ("", "EOF while parsing a value at line 1 column 0"),
            (r#"{"id": 7, "#, "EOF while parsing a value at line 1 column 10"),
            ("{} {}", "trailing characters at line 1 column 4"),
            ("<html>", "expected value at line 1 column 1"),
        ];
        for (json, reason) in documents {
            let expected = format!("the document: invalid JSON: {reason}");
            assert_eq!(messages(json, CreditBatch::SCHEMA), [expected], "{json}");
        }
        assert_eq!(
            messages("1e999", &INTEGER),
            ["the document: invalid JSON: number out of range at line 1 column 5"]
        );
        assert_eq!(explain(b"\"\xff\"", &STRING).len(), 1);
        assert_eq!(messages(&"[".repeat(10_000), CreditBatch::SCHEMA).len(), 1);
        // Not syntax errors, but serde_json rejects both.
        let surrogate = r#"{"credits": 1, "credit_kgs": "\ud800"}"#;
        assert_eq!(
            messages(surrogate, CreditQuantity::SCHEMA),
            ["the document: invalid JSON: unexpected end of hex escape at line 1 column 37"]
        );
        let nested = |depth| ["[".repeat(depth), "]".repeat(depth)].concat();
        assert_eq!(messages(&nested(127), &Schema::Any), [""; 0]);
        assert_eq!(
            messages(&nested(128), &Schema::Any),
            ["the document: invalid JSON: recursion limit exceeded at line 1 column 128"]
        );
    }

    #[test]
    fn rejects_integers_with_a_fraction_an_exponent_or_more_than_64_bits() {
        let messages = |json| messages(json, &INTEGER);
        for json in ["0", "-0", "-1", "9223372036854775807", "-9223372036854775808"] {
            assert_eq!(messages(json), [""; 0], "{json}");
        }
        for json in ["123.0", "1e3", "-0.5", "-0.0"] {
            assert_eq!(
                messages(json),
                [format!("the document: type: expected an integer, got {json}")]
            );
        }
        for json in ["9223372036854775808", "-9223372036854775809", "100000000000000000000"] {
            assert_eq!(
                messages(json),
                [format!(
                    "the document: range: expected an integer from -9223372036854775808 to \
                     9223372036854775807, got {json}"
                )]
            );
        }
    }

    #[test]
    fn rejects_decimals_that_do_not_fit() {
        static DECIMAL: Schema = Schema::Decimal(NONE);
        for json in ["0", "-1.5", "1e28", "18446744073709551615"] {
            assert_eq!(messages(json, &DECIMAL), [""; 0], "{json}");
        }
        assert_eq!(
            messages("1e29", &DECIMAL),
            ["the document: range: expected a number with at most 28 decimals, below 7.9e28, \
              got 1e29"]
        );
    }

    #[test]
    fn rejects_decimals_with_more_digits_than_a_float_keeps() {
        static DECIMAL: Schema = Schema::Decimal(NONE);
        for json in ["999999999999.999", "-0.000123456789012345", "1234567890123456789", "1e-28"] {
            assert_eq!(messages(json, &DECIMAL), [""; 0], "{json}");
        }
        for json in ["1234567890123456.789", "0.12345678901234567890", "12345678901234567890123"] {
            assert_eq!(
                messages(json, &DECIMAL),
                [format!(
                    "the document: format: expected a decimal with at most 15 significant digits, got \
                     {json}"
                )]
            );
        }
    }

    #[test]
    fn checks_bounds_of_numbers() {
        static NUMBER: Schema = Schema::Number(Bounds {
            minimum: Some((0.0, true)),
            maximum: Some((1.5, false)),
            multiple_of: Some(0.1),
            format: None,
        });
        static SMALL: Schema = Schema::Integer(Bounds { format: Some(Format::Int32), ..NONE });
        assert_eq!(messages("0.3", &NUMBER), [""; 0]);
        assert_eq!(messages("1.5", &NUMBER), [""; 0]);
        assert_eq!(
            messages("0", &NUMBER),
            ["the document: range: expected above 0 and at most 1.5, got 0"]
        );
        assert_eq!(
            messages("1.55", &NUMBER),
            [
                "the document: range: expected above 0 and at most 1.5, got 1.55",
                "the document: multiple-of: expected a multiple of 0.1, got 1.55",
            ]
        );
        assert_eq!(messages("2147483647", &SMALL), [""; 0]);
        assert_eq!(
            messages("2147483648", &SMALL),
            ["the document: format: expected a 32-bit integer, got 2147483648"]
        );
    }

    #[test]
    fn checks_the_number_and_uniqueness_of_items() {
        static ARRAY: Schema =
            Schema::Array { items: &INTEGER, count: Count { min: 1, max: Some(3) }, unique: true };
        assert_eq!(messages("[1, 2, 3]", &ARRAY), [""; 0]);
        assert_eq!(messages("[]", &ARRAY), ["the document: items: expected 1 to 3 items, got 0"]);
        assert_eq!(
            messages(r#"[1, "x", 1, 2]"#, &ARRAY),
            [
                "/1: type: expected an integer, got \"x\"",
                "/2: unique: expected a unique item, got 1",
                "the document: items: expected 1 to 3 items, got 4",
            ]
        );
        static ANYTHING: Schema = Schema::Array { items: &Schema::Any, count: ANY, unique: true };
        for equal in ["[1, 1.0]", "[100, 1e2]", "[0, -0.0]", r#"["a", "\u0061"]"#] {
            assert_eq!(messages(equal, &ANYTHING).len(), 1, "{equal}");
        }
        assert_eq!(messages(r#"[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]"#, &ANYTHING).len(), 1);
        assert_eq!(messages(r#"[1, "1", 1.5, null, {}, [], [1], {"a": 1}]"#, &ANYTHING), [""; 0]);
    }

    #[test]
    fn reports_at_most_1000_violations() {
        static ARRAY: Schema = Schema::Array { items: &STRING, count: ANY, unique: false };
        let document = format!("[{}1]", "1,".repeat(100_000));
        assert_eq!(messages(&document, &ARRAY).len(), 1000);

        static STATUSES: Schema =
            Schema::Array { items: CreditBatchStatus::SCHEMA, count: ANY, unique: false };
        let messages = messages(&format!("[{}1,2]", "\"frozen\",".repeat(2000)), &STATUSES);
        assert_eq!(messages.len(), 1000);
        assert_eq!(messages[999], "/2000: type: expected a string, got 1");
    }

    #[test]
    fn discards_violations_of_other_alternatives_even_at_the_limit() {
        static EITHER: Schema = Schema::AnyOf(&[&INTEGER, CreditBatchStatus::SCHEMA]);
        static ARRAY: Schema = Schema::Array { items: &EITHER, count: ANY, unique: false };
        let document = format!("[{}1]", "\"frozen\",".repeat(1001));
        let violations = explain(document.as_bytes(), &ARRAY);
        assert_eq!(violations.len(), 1000);
        let last = &violations[999];
        assert_eq!((last.pointer.as_str(), last.rule.as_str()), ("/999", "enum"));
        assert_eq!(
            messages(&document.replace("1]", "1.5]"), &ARRAY)[999],
            "/1001: any-of: expected one of: an integer, a string, got 1.5"
        );
    }

    #[test]
    fn checks_additional_properties_with_escaped_pointers() {
        static MAP: Schema = Schema::Object {
            properties: &[],
            additional: Some(&INTEGER),
            count: Count { min: 0, max: Some(1) },
        };
        assert_eq!(
            messages(r#"{"a/b~c": "x", "d": 1}"#, &MAP),
            [
                "/a~1b~0c: type: expected an integer, got \"x\"",
                "the document: properties: expected at most 1 property, got 2",
            ]
        );
    }

    #[test]
    fn prefers_a_matching_alternative_over_an_unknown_enum_value() {
        static KINDS: [StringRules; 2] = [
            StringRules { values: &["a"], ..StringRules::ANY },
            StringRules { values: &["b"], ..StringRules::ANY },
        ];
        const fn thing(properties: &'static [Property]) -> Schema {
            Schema::Object { properties, additional: None, count: ANY }
        }
        static THINGS: [Schema; 2] = [
            thing(&[Property {
                name: "kind",
                required: Required::Always,
                schema: &Schema::String(&KINDS[0]),
            }]),
            thing(&[Property {
                name: "kind",
                required: Required::Always,
                schema: &Schema::String(&KINDS[1]),
            }]),
        ];
        static ONE: Schema = Schema::OneOf(&[&THINGS[0], &THINGS[1]]);
        for kind in ["a", "b"] {
            assert_eq!(messages(&json!({"kind": kind}).to_string(), &ONE), [""; 0], "{kind}");
        }
        assert_eq!(messages(r#"{"kind": "c"}"#, &ONE), ["/kind: enum: expected `a`, got \"c\""]);
        assert_eq!(
            messages("{}", &ONE),
            ["the document: one-of: expected exactly one of: an object, an object, got an object"]
        );
    }

    #[test]
    fn counts_matching_schemas_of_one_of_any_of_and_all_of() {
        static NUMBER: Schema = Schema::Number(NONE);
        static POSITIVE: Schema = Schema::Number(Bounds { minimum: Some((0.0, true)), ..NONE });
        static ONE: Schema = Schema::OneOf(&[&INTEGER, &POSITIVE]);
        static ANY: Schema = Schema::AnyOf(&[&INTEGER, &POSITIVE]);
        static ALL: Schema = Schema::Nullable(&Schema::AllOf(&[&INTEGER, &POSITIVE]));
        let counts = |json| [&ONE, &ANY, &ALL].map(|schema| messages(json, schema).len());
        assert_eq!(counts("-1"), [0, 0, 1]);
        assert_eq!(counts("1.5"), [0, 0, 1]);
        assert_eq!(counts("1"), [1, 0, 0]);
        assert_eq!(counts("-1.5"), [1, 1, 2]);
        assert_eq!(counts("null"), [1, 1, 0]);
        assert_eq!(messages("1e3", &NUMBER), [""; 0]);
    }
}
