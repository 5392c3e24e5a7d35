//! Walks a JSON document beside its schema and builds nothing of it, but for the
//! values that several schemas have a say in.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::numbers::{self, NUMBER_AS_TEXT, NUMBERS_ARE_TEXT, Number};
use super::schema::{Count, Property, Schema};
use super::tree::Tree;
use super::violation::{Rule, Violation, excerpt};

/// The most violations that are reported. Each takes more room than the few bytes of
/// a document that may cause it.
const MOST_VIOLATIONS: usize = 1000;

/// Everything in which the document breaks the rules.
pub(super) fn walk(json: &[u8], schema: &'static Schema) -> Vec<Violation> {
    let mut walk = Walk { numbers_are_text: *NUMBERS_ARE_TEXT, ..Walk::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let outcome = Step { schema, walk: &mut walk }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match outcome {
        Ok(()) => walk.violations,
        Err(error) => vec![Violation::not_json(&error)],
    }
}

/// Where the walk is and what it has found.
#[derive(Debug, Default)]
struct Walk {
    pointer: String,
    violations: Vec<Violation>,
    numbers_are_text: bool,
}

impl Walk {
    fn report(&mut self, rule: Rule, expected: impl Into<Cow<'static, str>>, got: String) {
        let pointer = self.pointer.clone();
        self.add(Violation { pointer, rule, expected: expected.into(), got });
    }

    fn add(&mut self, violation: Violation) {
        if self.violations.len() < MOST_VIOLATIONS {
            self.violations.push(violation);
        } else if let Some(last) = self.violations.last_mut()
            && last.rule == Rule::Enum
            && violation.rule != Rule::Enum
        {
            // Values that are merely unknown must not hide that something is wrong.
            *last = violation;
        }
    }

    fn report_count(&mut self, rule: Rule, count: &Count, found: usize, (one, many): (&str, &str)) {
        if !count.admits(found) {
            self.report(rule, count.describe_of(one, many), found.to_string());
        }
    }

    /// Does something one step further down.
    fn within<T>(&mut self, token: &str, f: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        for character in token.chars() {
            match character {
                '~' => self.pointer.push_str("~0"),
                '/' => self.pointer.push_str("~1"),
                other => self.pointer.push(other),
            }
        }
        let result = f(self);
        self.pointer.truncate(length);
        result
    }

    /// Walks a value that is already built, and gives back what is found there. It
    /// counts for itself: what was found before leaves it no less room.
    fn found_in(&mut self, value: &Tree, schema: &'static Schema) -> Vec<Violation> {
        let before = std::mem::take(&mut self.violations);
        self.value(value, schema);
        std::mem::replace(&mut self.violations, before)
    }

    fn value(&mut self, value: &Tree, schema: &'static Schema) {
        match *schema {
            Schema::Nullable(_) if is_null(value) => {}
            Schema::Nullable(inner) => self.value(value, inner),
            Schema::AllOf(schemas) => schemas.iter().for_each(|schema| self.value(value, schema)),
            Schema::OneOf(schemas) => self.alternatives(value, schemas, Rule::OneOf),
            Schema::AnyOf(schemas) => self.alternatives(value, schemas, Rule::AnyOf),
            _ => {
                if let Err(error) = (Step { schema, walk: &mut *self }).deserialize(value) {
                    self.report(Rule::Json, "JSON", error.to_string());
                }
            }
        }
    }

    /// A value that is merely unknown fits where nothing else does, and then the first
    /// schema that has the rest right is enough. Where no schema fits and one alone is
    /// of the value's type, that one was meant, and what is wrong is what it finds.
    fn alternatives(&mut self, value: &Tree, schemas: &[&'static Schema], rule: Rule) {
        let attempts = schemas.iter().map(|schema| (*schema, self.found_in(value, schema)));
        let (fitting, faulty): (Vec<_>, Vec<_>) = attempts.partition(|(_, found)| found.is_empty());
        let (unknown, failing): (Vec<_>, Vec<_>) = faulty
            .into_iter()
            .partition(|(_, found)| found.iter().all(|violation| violation.rule == Rule::Enum));
        let mut meant = match (fitting.len(), rule) {
            (0, _) if unknown.is_empty() => failing,
            (0, _) => unknown.into_iter().take(1).collect(),
            (1, _) | (_, Rule::AnyOf) => return,
            _ => Vec::new(),
        };
        meant.retain(|(schema, _)| is_of_type(value, schema));
        if let [(_, found)] = meant.as_mut_slice() {
            found.drain(..).for_each(|violation| self.add(violation));
            return;
        }
        let names: Vec<_> = schemas.iter().map(|schema| describe(schema)).collect();
        let how_many = if rule == Rule::OneOf { "exactly one" } else { "one" };
        self.report(rule, format!("{how_many} of: {}", names.join(", ")), show(value));
    }
}

/// One value of the document with its schema.
struct Step<'w> {
    schema: &'static Schema,
    walk: &'w mut Walk,
}

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.schema() {
            Schema::Any => Tree::deserialize(deserializer).map(drop),
            Schema::AllOf(_) | Schema::AnyOf(_) | Schema::OneOf(_) => {
                let value = Tree::deserialize(deserializer)?;
                self.walk.value(&value, self.schema);
                Ok(())
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl Step<'_> {
    /// The schema, where null is not in question.
    fn schema(&self) -> &'static Schema {
        let mut schema = self.schema;
        while let Schema::Nullable(inner) = schema {
            schema = inner;
        }
        schema
    }

    fn wrong_type<E>(self, got: impl Into<String>) -> Result<(), E> {
        self.walk.report(Rule::Type, describe(self.schema), got.into());
        Ok(())
    }

    fn number<E>(self, number: Number) -> Result<(), E> {
        let (bounds, checked) = match self.schema() {
            Schema::Integer(bounds) => (bounds, numbers::check_integer(number)),
            Schema::Decimal(bounds) => (bounds, numbers::check_decimal(number)),
            Schema::Number(bounds) => (bounds, Ok(())),
            _ => return self.wrong_type(number.show()),
        };
        match checked {
            Err((Rule::Type, _)) => return self.wrong_type(number.show()),
            Err((rule, expected)) => self.walk.report(rule, expected, number.show()),
            Ok(()) => {
                for (rule, expected) in numbers::check_bounds(bounds, number) {
                    self.walk.report(rule, expected, number.show());
                }
            }
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Step<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.schema {
            Schema::Nullable(_) => Ok(()),
            _ => self.wrong_type("null"),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.schema() {
            Schema::Boolean => Ok(()),
            _ => self.wrong_type(value.to_string()),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.number(Number::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.number(Number::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.number(Number::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let Schema::Text(rules) = *self.schema() else { return self.wrong_type(excerpt(text)) };
        if let Err(fault) = rules.check(text) {
            self.walk.report(fault.rule, fault.expected, fault.got);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Schema::Array { items: schema, ref count, unique } = *self.schema() else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return self.wrong_type("an array");
        };
        let mut found = 0;
        let mut earlier = unique.then(HashSet::new);
        loop {
            let item = Item { schema, walk: &mut *self.walk, index: found, earlier: &mut earlier };
            if items.next_element_seed(item)?.is_none() {
                break;
            }
            found += 1;
        }
        self.walk.report_count(Rule::Items, count, found, ("item", "items"));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let properties = match *self.schema() {
            Schema::Object { properties, .. } => properties,
            _ => &[],
        };
        let mut next = members.next_key_seed(Key(properties))?;
        if let Some(Name::Other(name)) = &next
            && self.walk.numbers_are_text
            && name == NUMBER_AS_TEXT
        {
            let text: String = members.next_value()?;
            let number = Number::parse(&text);
            return number.map_or_else(|| Err(A::Error::custom(&text)), |n| self.number(n));
        }
        let Schema::Object { additional, ref count, .. } = *self.schema() else {
            while next.is_some() {
                members.next_value::<IgnoredAny>()?;
                next = members.next_key_seed(Key(properties))?;
            }
            return self.wrong_type("an object");
        };
        let mut object = Object { properties, additional, seen: vec![false; properties.len()] };
        let mut found = 0;
        while let Some(name) = next {
            object.member(name, &mut members, self.walk)?;
            found += 1;
            next = members.next_key_seed(Key(properties))?;
        }
        object.finish(self.walk);
        self.walk.report_count(Rule::Properties, count, found, ("property", "properties"));
        Ok(())
    }
}

/// An item of an array, and the items before it where all must differ.
struct Item<'w> {
    schema: &'static Schema,
    walk: &'w mut Walk,
    index: usize,
    earlier: &'w mut Option<HashSet<String>>,
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { schema, walk, index, earlier } = self;
        walk.within(&index.to_string(), |walk| {
            let Some(earlier) = earlier else {
                return Step { schema, walk }.deserialize(deserializer);
            };
            let value = Tree::deserialize(deserializer)?;
            walk.value(&value, schema);
            if !earlier.insert(value.to_value().to_string()) {
                walk.report(Rule::Unique, "an item unlike those before it", show(&value));
            }
            Ok(())
        })
    }
}

/// An object whose members are walked one by one.
struct Object {
    properties: &'static [Property],
    additional: Option<&'static Schema>,
    /// Which of the properties were there.
    seen: Vec<bool>,
}

impl Object {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: Name,
        members: &mut A,
        walk: &mut Walk,
    ) -> Result<(), A::Error> {
        let (name, schema) = match &name {
            Name::Property(index) => {
                let property = &self.properties[*index];
                if std::mem::replace(&mut self.seen[*index], true) {
                    let expected = "the property once";
                    walk.within(property.name, |walk| {
                        walk.report(Rule::Duplicate, expected, "it again".into());
                    });
                    return members.next_value::<IgnoredAny>().map(drop);
                }
                (property.name, Some(property.schema))
            }
            Name::Other(name) => (name.as_str(), self.additional),
        };
        match schema {
            Some(schema) => {
                walk.within(name, |walk| members.next_value_seed(Step { schema, walk }))
            }
            None => members.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn finish(&self, walk: &mut Walk) {
        for (property, seen) in self.properties.iter().zip(&self.seen) {
            if property.required && !seen {
                walk.within(property.name, |walk| {
                    walk.report(Rule::Required, "the property", "nothing".into());
                });
            }
        }
    }
}

/// The name of a member of an object with these properties.
struct Key(&'static [Property]);

enum Name {
    /// A known property, by its place in the list.
    Property(usize),
    Other(String),
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let place = self.0.binary_search_by_key(&name, |property| property.name);
        Ok(place.map_or_else(|_| Name::Other(name.to_owned()), Name::Property))
    }
}

/// The type of a schema, in words.
fn describe(schema: &Schema) -> Cow<'static, str> {
    match schema {
        Schema::Any => "any value".into(),
        Schema::Boolean => "a boolean".into(),
        Schema::Integer(_) => "an integer".into(),
        Schema::Number(_) | Schema::Decimal(_) => "a number".into(),
        Schema::Text(_) => "a string".into(),
        Schema::Array { .. } => "an array".into(),
        Schema::Object { .. } => "an object".into(),
        Schema::Nullable(inner) => format!("{} or null", describe(inner)).into(),
        Schema::OneOf(schemas) | Schema::AnyOf(schemas) | Schema::AllOf(schemas) => {
            let names: Vec<_> = schemas.iter().map(|schema| describe(schema)).collect();
            let word = if matches!(schema, Schema::AllOf(_)) { " and " } else { " or " };
            names.join(word).into()
        }
    }
}

fn is_null(value: &Tree) -> bool {
    matches!(value, Tree::Scalar(Value::Null))
}

fn is_of_type(value: &Tree, schema: &Schema) -> bool {
    match (schema, value) {
        (Schema::Any, _) => true,
        (Schema::Boolean, Tree::Scalar(scalar)) => scalar.is_boolean(),
        (Schema::Integer(_), Tree::Scalar(scalar)) => scalar.is_i64() || scalar.is_u64(),
        (Schema::Number(_) | Schema::Decimal(_), Tree::Scalar(scalar)) => scalar.is_number(),
        (Schema::Text(_), Tree::Scalar(scalar)) => scalar.is_string(),
        (Schema::Array { .. }, Tree::Array(_)) | (Schema::Object { .. }, Tree::Object(_)) => true,
        (Schema::Nullable(inner), _) => is_null(value) || is_of_type(value, inner),
        (Schema::OneOf(schemas) | Schema::AnyOf(schemas), _) => {
            schemas.iter().any(|schema| is_of_type(value, schema))
        }
        (Schema::AllOf(schemas), _) => schemas.iter().all(|schema| is_of_type(value, schema)),
        _ => false,
    }
}

fn show(value: &Tree) -> String {
    match value {
        Tree::Array(_) => "an array".into(),
        Tree::Object(_) => "an object".into(),
        Tree::Scalar(Value::String(text)) => excerpt(text),
        Tree::Scalar(scalar) => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{MapDeserializer, StrDeserializer};
    use serde::de::{DeserializeSeed, IntoDeserializer};
    use serde_json::{Value, json};

    use super::super::numbers::NUMBER_AS_TEXT;
    use super::super::schema::{Bounds, Count, Format, Property, Schema, StringRules};
    use super::{Step, Walk, walk};
    use crate::samples;
    use crate::types::{CreditBatch, CreditBatchStatus, ErrorBody};
    use crate::validate::{self, HasSchema};

    const NONE: Bounds = Bounds { minimum: None, maximum: None, multiple_of: None, format: None };
    const ANY: Count = Count { min: 0, max: None };
    const TEXT: Schema = Schema::Text(&StringRules::ANY);
    const INTEGER: Schema = Schema::Integer(NONE);

    fn found(json: &str, schema: &'static Schema) -> Vec<String> {
        walk(json.as_bytes(), schema).iter().map(ToString::to_string).collect()
    }

    /// What is found in the sample batch with some of its members changed.
    fn found_in_batch(changes: &[(&str, Value)]) -> Vec<String> {
        let json = samples::credit_batch(changes).to_string();
        found(&json, CreditBatch::SCHEMA)
    }

    #[test]
    fn a_batch_in_order_breaks_no_rule() {
        assert_eq!(found_in_batch(&[]), [""; 0]);
    }

    #[test]
    fn all_violations_are_found_at_once_and_one_a_string() {
        let placeholder = json!("<string>");
        let pointers = [
            "/country_of_issue",
            "/id",
            "/issuance_id",
            "/owner/id",
            "/project_id",
            "/removal_id",
            "/supplier_id",
        ];
        let changes = pointers.map(|pointer| (pointer, placeholder.clone()));
        let expected = pointers.map(|pointer| {
            let length = if pointer == "/country_of_issue" { "3" } else { "20 to 37" };
            format!(
                "{pointer}: length: expected {length} characters, got \"<string>\" (8 characters)"
            )
        });
        assert_eq!(found_in_batch(&changes), expected);
    }

    #[test]
    fn a_value_of_the_wrong_type_is_found_and_its_neighbours_still_are() {
        let changes = [
            ("/beneficiary", json!([1])),
            ("/ccp_approved", json!("yes")),
            ("/id", json!(7)),
            ("/issued_at", json!(null)),
            ("/owner", json!("org_1GB56M1ST1S0GVNA")),
            ("/size", json!([])),
            ("/status", json!({"a": {"b": 1}})),
            ("/supplier_id", json!(true)),
        ];
        assert_eq!(
            found_in_batch(&changes),
            [
                "/beneficiary: type: expected an object or null, got an array",
                "/ccp_approved: type: expected a boolean, got \"yes\"",
                "/id: type: expected a string, got 7",
                "/issued_at: type: expected a string, got null",
                "/owner: type: expected an object, got \"org_1GB56M1ST1S0GVNA\"",
                "/size: type: expected an object, got an array",
                "/status: type: expected a string, got an object",
                "/supplier_id: type: expected a string, got true",
            ]
        );
    }

    #[test]
    fn a_missing_property_is_found_by_its_own_pointer() {
        assert_eq!(
            found_in_batch(&[("/owner", json!({})), ("/size", json!({"credits": 1}))]),
            [
                "/owner/domain: required: expected the property, got nothing",
                "/owner/id: required: expected the property, got nothing",
                "/owner/name: required: expected the property, got nothing",
                "/size/credit_kgs: required: expected the property, got nothing",
            ]
        );
    }

    #[test]
    fn a_property_that_comes_twice_is_found_once_for_each_time_too_many() {
        let json = r#"{"a": 1, "a": "x", "b": 1, "b": 2, "a": 3}"#;
        static SCHEMA: Schema = Schema::Object {
            properties: &[Property { name: "a", required: true, schema: &INTEGER }],
            additional: None,
            count: ANY,
        };
        assert_eq!(
            found(json, &SCHEMA),
            ["/a: duplicate: expected the property once, got it again"; 2]
        );
    }

    #[test]
    fn an_unknown_property_is_ignored() {
        let mut batch = samples::credit_batch(&[]);
        batch["new"] = json!({"deep": [1, {"er": null}]});
        assert_eq!(found(&batch.to_string(), CreditBatch::SCHEMA), [""; 0]);
    }

    #[test]
    fn an_unknown_value_of_an_enum_is_listed() {
        assert_eq!(
            found_in_batch(&[("/status", json!("frozen"))]),
            ["/status: enum: expected `active` or `split` or `retired`, got \"frozen\""]
        );
    }

    #[test]
    fn what_is_no_json_is_one_violation_of_the_document() {
        let documents = [
            ("", "EOF while parsing a value at line 1 column 0"),
            (r#"{"id": 7, "#, "EOF while parsing a value at line 1 column 10"),
            ("{} {}", "trailing characters at line 1 column 4"),
            ("<html>", "expected value at line 1 column 1"),
        ];
        for (json, reason) in documents {
            let expected = format!("the document: json: expected JSON, got {reason}");
            assert_eq!(found(json, CreditBatch::SCHEMA), [expected], "{json}");
        }
        assert_eq!(
            found("1e999", &INTEGER),
            ["the document: json: expected JSON, got number out of range at line 1 column 5"]
        );
        assert_eq!(walk(b"\"\xff\"", &TEXT).len(), 1);
        assert_eq!(found(&"[".repeat(10_000), CreditBatch::SCHEMA).len(), 1);
    }

    #[test]
    fn an_integer_has_no_fraction_no_exponent_and_64_bits() {
        let found = |json| found(json, &INTEGER);
        for json in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
            assert_eq!(found(json), [""; 0], "{json}");
        }
        for (json, got) in [("123.0", "123.0"), ("1e3", "1000.0"), ("-0.5", "-0.5")] {
            assert_eq!(
                found(json),
                [format!("the document: type: expected an integer, got {got}")]
            );
        }
        for (json, got) in [
            ("9223372036854775808", "9223372036854775808"),
            ("-9223372036854775809", "-9.223372036854776e18"),
            ("100000000000000000000", "1e20"),
        ] {
            assert_eq!(
                found(json),
                [format!(
                    "the document: range: expected an integer from -9223372036854775808 to \
                     9223372036854775807, got {got}"
                )]
            );
        }
    }

    #[test]
    fn a_negative_zero_is_no_integer_to_the_check_nor_to_the_decoder() {
        for json in ["-0", "-0.0"] {
            assert_eq!(
                found(json, &INTEGER),
                ["the document: type: expected an integer, got a negative zero"]
            );
            assert!(serde_json::from_str::<i64>(json).is_err());
        }
    }

    #[test]
    fn a_decimal_is_a_number_that_fits() {
        static DECIMAL: Schema = Schema::Decimal(NONE);
        for json in ["0", "-1.5", "1e28", "18446744073709551615"] {
            assert_eq!(found(json, &DECIMAL), [""; 0], "{json}");
        }
        assert_eq!(
            found("1e29", &DECIMAL),
            ["the document: range: expected a number with at most 28 decimals, below 7.9e28, \
              got 1e29"]
        );
    }

    #[test]
    fn a_decimal_with_more_digits_than_survive_is_found() {
        static DECIMAL: Schema = Schema::Decimal(NONE);
        for json in ["999999999999.999", "-0.000123456789012345", "1234567890123456789", "1e-28"] {
            assert_eq!(found(json, &DECIMAL), [""; 0], "{json}");
        }
        for (json, got) in [
            ("1234567890123456.789", "1234567890123456.8"),
            ("0.12345678901234567890", "0.12345678901234568"),
            ("12345678901234567890123", "1.2345678901234568e22"),
        ] {
            assert_eq!(
                found(json, &DECIMAL),
                [format!(
                    "the document: format: expected a decimal of up to 15 significant digits, got \
                     {got}"
                )]
            );
        }
    }

    #[test]
    fn a_number_keeps_its_bounds() {
        static NUMBER: Schema = Schema::Number(Bounds {
            minimum: Some((0.0, true)),
            maximum: Some((1.5, false)),
            multiple_of: Some(0.1),
            format: None,
        });
        static SMALL: Schema = Schema::Integer(Bounds { format: Some(Format::Int32), ..NONE });
        assert_eq!(found("0.3", &NUMBER), [""; 0]);
        assert_eq!(found("1.5", &NUMBER), [""; 0]);
        assert_eq!(
            found("0", &NUMBER),
            ["the document: range: expected above 0 and at most 1.5, got 0"]
        );
        assert_eq!(
            found("1.55", &NUMBER),
            [
                "the document: range: expected above 0 and at most 1.5, got 1.55",
                "the document: multiple-of: expected a multiple of 0.1, got 1.55",
            ]
        );
        assert_eq!(found("2147483647", &SMALL), [""; 0]);
        assert_eq!(
            found("2147483648", &SMALL),
            ["the document: format: expected an integer of 32 bits, got 2147483648"]
        );
    }

    #[test]
    fn numbers_are_read_also_where_serde_json_keeps_their_text() {
        let found = |number: &str, schema| {
            let mut walk = Walk { numbers_are_text: true, ..Walk::default() };
            let member = (NUMBER_AS_TEXT, IntoDeserializer::into_deserializer(number));
            let number: MapDeserializer<'_, _, serde::de::value::Error> =
                MapDeserializer::new(std::iter::once::<(&str, StrDeserializer<'_, _>)>(member));
            Step { schema, walk: &mut walk }.deserialize(number).unwrap();
            walk.violations.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(found("-123", &INTEGER), [""; 0]);
        assert_eq!(
            found("123.0", &INTEGER),
            ["the document: type: expected an integer, got 123.0"]
        );
        assert_eq!(found("123", &TEXT), ["the document: type: expected a string, got 123"]);
        assert_eq!(found("1e28", &Schema::Decimal(NONE)), [""; 0]);
    }

    #[test]
    fn a_property_that_comes_twice_is_found_also_where_several_schemas_have_a_say() {
        let json = r#"{"detail": [{"loc": ["id"], "msg": "m", "type": "t", "msg": 5}]}"#;
        assert_eq!(
            found(json, ErrorBody::SCHEMA),
            ["/detail/0/msg: duplicate: expected the property once, got it again"]
        );
        serde_json::from_str::<ErrorBody>(json).unwrap_err();
    }

    #[test]
    fn an_object_that_looks_like_a_number_of_serde_json_is_an_object() {
        let number = json!({NUMBER_AS_TEXT: "5"});
        assert_eq!(
            found_in_batch(&[("/size/credit_kgs", number.clone()), ("/owner/name", number)]),
            [
                "/owner/name: type: expected a string, got an object",
                "/size/credit_kgs: type: expected an integer, got an object",
            ]
        );
    }

    #[test]
    fn an_array_has_as_many_items_as_it_must_and_none_twice() {
        static ARRAY: Schema =
            Schema::Array { items: &INTEGER, count: Count { min: 1, max: Some(3) }, unique: true };
        assert_eq!(found("[1, 2, 3]", &ARRAY), [""; 0]);
        assert_eq!(found("[]", &ARRAY), ["the document: items: expected 1 to 3 items, got 0"]);
        assert_eq!(
            found(r#"[1, "x", 1, 2]"#, &ARRAY),
            [
                "/1: type: expected an integer, got \"x\"",
                "/2: unique: expected an item unlike those before it, got 1",
                "the document: items: expected 1 to 3 items, got 4",
            ]
        );
    }

    #[test]
    fn a_document_with_nothing_right_takes_no_room_without_end() {
        static ARRAY: Schema = Schema::Array { items: &TEXT, count: ANY, unique: false };
        let document = format!("[{}1]", "1,".repeat(100_000));
        assert_eq!(found(&document, &ARRAY).len(), 1000);

        static STATUSES: Schema =
            Schema::Array { items: CreditBatchStatus::SCHEMA, count: ANY, unique: false };
        let found = found(&format!("[{}1,2]", "\"frozen\",".repeat(2000)), &STATUSES);
        assert_eq!(found.len(), 1000);
        assert_eq!(found[999], "/2000: type: expected a string, got 1");
    }

    #[test]
    fn an_alternative_that_was_not_meant_leaves_no_trace_however_much_was_found() {
        static EITHER: Schema = Schema::AnyOf(&[&INTEGER, CreditBatchStatus::SCHEMA]);
        static ARRAY: Schema = Schema::Array { items: &EITHER, count: ANY, unique: false };
        let document = format!("[{}1]", "\"frozen\",".repeat(1001));
        let violations = walk(document.as_bytes(), &ARRAY);
        assert_eq!(violations.len(), 1000);
        let last = &violations[999];
        assert_eq!((last.pointer.as_str(), last.rule.as_str()), ("/999", "enum"));
        assert_eq!(
            found(&document.replace("1]", "1.5]"), &ARRAY)[999],
            "/1001: any-of: expected one of: an integer, a string, got 1.5"
        );
    }

    #[test]
    fn the_other_properties_of_a_map_are_checked_under_their_escaped_names() {
        static MAP: Schema = Schema::Object {
            properties: &[],
            additional: Some(&INTEGER),
            count: Count { min: 0, max: Some(1) },
        };
        assert_eq!(
            found(r#"{"a/b~c": "x", "d": 1}"#, &MAP),
            [
                "/a~1b~0c: type: expected an integer, got \"x\"",
                "the document: properties: expected at most 1 property, got 2",
            ]
        );
    }

    #[test]
    fn one_of_several_schemas_is_the_one_that_was_meant() {
        assert_eq!(found(r#"{"detail": "Not found"}"#, ErrorBody::SCHEMA), [""; 0]);
        assert_eq!(
            found(r#"{"detail": [{"loc": ["path", 1.5], "msg": 1}]}"#, ErrorBody::SCHEMA),
            [
                "/detail/0/loc/1: any-of: expected one of: a string, an integer, got 1.5",
                "/detail/0/msg: type: expected a string, got 1",
                "/detail/0/type: required: expected the property, got nothing",
            ]
        );
        assert_eq!(
            found(r#"{"detail": {}}"#, ErrorBody::SCHEMA),
            ["/detail: one-of: expected exactly one of: a string, an array, got an object"]
        );
    }

    #[test]
    fn a_schema_that_fits_goes_before_those_that_only_an_unknown_value_breaks() {
        static KINDS: [StringRules; 2] = [
            StringRules { values: &["a"], ..StringRules::ANY },
            StringRules { values: &["b"], ..StringRules::ANY },
        ];
        const fn thing(properties: &'static [Property]) -> Schema {
            Schema::Object { properties, additional: None, count: ANY }
        }
        static THINGS: [Schema; 2] = [
            thing(&[Property { name: "kind", required: true, schema: &Schema::Text(&KINDS[0]) }]),
            thing(&[Property { name: "kind", required: true, schema: &Schema::Text(&KINDS[1]) }]),
        ];
        static ONE: Schema = Schema::OneOf(&[&THINGS[0], &THINGS[1]]);
        for kind in ["a", "b"] {
            assert_eq!(found(&json!({"kind": kind}).to_string(), &ONE), [""; 0], "{kind}");
        }
        assert_eq!(found(r#"{"kind": "c"}"#, &ONE), ["/kind: enum: expected `a`, got \"c\""]);
        assert_eq!(
            found("{}", &ONE),
            ["the document: one-of: expected exactly one of: an object, an object, got an object"]
        );
    }

    #[test]
    fn exactly_one_at_least_one_and_all_of_several_schemas() {
        static NUMBER: Schema = Schema::Number(NONE);
        static POSITIVE: Schema = Schema::Number(Bounds { minimum: Some((0.0, true)), ..NONE });
        static ONE: Schema = Schema::OneOf(&[&INTEGER, &POSITIVE]);
        static ANY: Schema = Schema::AnyOf(&[&INTEGER, &POSITIVE]);
        static ALL: Schema = Schema::Nullable(&Schema::AllOf(&[&INTEGER, &POSITIVE]));
        let counts = |json| [&ONE, &ANY, &ALL].map(|schema| found(json, schema).len());
        assert_eq!(counts("-1"), [0, 0, 1]);
        assert_eq!(counts("1.5"), [0, 0, 1]);
        assert_eq!(counts("1"), [1, 0, 0]);
        assert_eq!(counts("-1.5"), [1, 1, 2]);
        assert_eq!(counts("null"), [1, 1, 0]);
        assert_eq!(found("1e3", &NUMBER), [""; 0]);
    }

    #[test]
    fn a_value_is_checked_as_it_would_be_sent() {
        let batch = samples::credit_batch(&[("/id", json!("iss_1EWT8R5FY1S0GFCY"))]);
        let batch: CreditBatch = serde_json::from_value(batch).unwrap();
        let violations: Vec<_> = batch.violations().iter().map(ToString::to_string).collect();
        assert_eq!(
            violations,
            ["/id: prefix: expected `ctb_` at the start, got \"iss_1EWT8R5FY1S0GFCY\""]
        );
    }

    /// Puts every kind of value in every place, and takes every place away.
    #[test]
    fn what_cannot_be_decoded_breaks_a_rule() {
        let values = [
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(1.5),
            json!(u64::MAX),
            json!(1e300),
            json!(""),
            json!("2024-01-22"),
            json!("2024-01-22T11:56:48Z"),
            json!("2024-02-30T11:56:48Z"),
            json!("2016-12-31T23:59:60Z"),
            json!("+2024-01-22"),
            json!("2024-1-22"),
            json!([]),
            json!({}),
        ];
        let batch =
            samples::credit_batch(&[("/beneficiary", json!({"id": "", "name": "", "domain": ""}))]);
        for pointer in pointers(&batch) {
            for value in &values {
                let mut changed = batch.clone();
                *changed.pointer_mut(&pointer).unwrap() = value.clone();
                assert_agreement(&changed);
            }
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let mut changed = batch.clone();
            changed.pointer_mut(parent).and_then(Value::as_object_mut).unwrap().remove(name);
            assert_agreement(&changed);
        }
    }

    fn assert_agreement(json: &Value) {
        let json = json.to_string();
        if let Err(error) = serde_json::from_str::<CreditBatch>(&json) {
            let violations = validate::json::<CreditBatch>(json.as_bytes());
            assert!(!violations.is_empty(), "{error}, and no rule is broken: {json}");
        }
    }

    fn pointers(value: &Value) -> Vec<String> {
        let members = value.as_object().into_iter().flatten();
        members
            .flat_map(|(name, value)| {
                let below = pointers(value).into_iter().map(move |below| format!("/{name}{below}"));
                std::iter::once(format!("/{name}")).chain(below)
            })
            .collect()
    }
}
