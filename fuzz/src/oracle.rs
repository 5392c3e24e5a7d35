//! A second implementation of validation, as a reference for the client's.
//!
//! The client validates with generated tables. The oracle interprets the schemas of the spec,
//! by different means wherever possible: a JSON tree, a regex engine for patterns, and a
//! hand-written parser for times.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use codegen::document::Source;
use isometric_registry::Country;
use regress::Regex;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

const SPEC: &str = include_str!("../../spec/registry.yaml");

/// The supported schema keywords. Any other keyword fails all tests until it is implemented.
const KEYWORDS: [&str; 22] = [
    "$ref",
    "allOf",
    "anyOf",
    "default",
    "description",
    "enum",
    "example",
    "format",
    "items",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "uniqueItems",
];

/// A JSON pointer and the rule that the value there violates.
pub type RuleAt = (String, &'static str);

/// A JSON value that keeps duplicate keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

/// A validator for the schemas of a spec.
#[derive(Debug)]
pub struct Oracle {
    spec: Value,
    patterns: HashMap<String, Regex>,
}

/// The oracle for the spec of this project.
pub static ORACLE: LazyLock<Oracle> = LazyLock::new(|| Oracle::new(SPEC));

impl Oracle {
    /// Parses a spec.
    ///
    /// # Panics
    ///
    /// Panics if the spec cannot be parsed, or a schema has an unsupported keyword.
    pub fn new(spec: &str) -> Self {
        let source = Source::parse("the spec", spec).unwrap_or_else(|refusal| panic!("{refusal}"));
        let mut oracle = Self { spec: source.root().to_json(), patterns: HashMap::new() };
        let schemas = oracle.spec["components"]["schemas"].clone();
        schemas.as_object().unwrap().values().for_each(|schema| oracle.add(schema));
        oracle
    }

    /// Compiles the patterns of a schema and rejects unsupported keywords.
    fn add(&mut self, schema: &Value) {
        for (keyword, value) in schema.as_object().unwrap() {
            assert!(KEYWORDS.contains(&keyword.as_str()), "unsupported keyword `{keyword}`");
            match (keyword.as_str(), value) {
                ("pattern", Value::String(pattern)) => {
                    let compiled = Regex::with_flags(pattern, "u").unwrap();
                    self.patterns.insert(pattern.clone(), compiled);
                }
                ("items", item) => self.add(item),
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                    schemas.iter().for_each(|schema| self.add(schema));
                }
                ("properties", Value::Object(properties)) => {
                    properties.values().for_each(|schema| self.add(schema));
                }
                _ => {}
            }
        }
    }

    /// Returns a named schema.
    pub fn schema(&self, name: &str) -> &Value {
        self.spec.pointer(&format!("/components/schemas/{name}")).unwrap()
    }

    /// Follows `$ref`.
    pub fn resolve<'o>(&'o self, schema: &'o Value) -> &'o Value {
        match &schema["$ref"] {
            Value::String(reference) => {
                self.resolve(self.spec.pointer(reference.trim_start_matches('#')).unwrap())
            }
            _ => schema,
        }
    }

    /// Returns the violations of a document, sorted.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is not JSON.
    pub fn violations(&self, schema: &str, document: &[u8]) -> serde_json::Result<Vec<RuleAt>> {
        let json = serde_json::from_slice(document)?;
        let mut violations = self.check(self.schema(schema), &json, "");
        violations.sort();
        Ok(violations)
    }

    fn check(&self, schema: &Value, json: &Json, at: &str) -> Vec<RuleAt> {
        let schema = self.resolve(schema);
        let here = |rule| vec![(at.to_owned(), rule)];
        if *json == Json::Null && self.admits_null(schema) {
            return Vec::new();
        }
        if let Some(schemas) = schema["allOf"].as_array() {
            return schemas.iter().flat_map(|schema| self.check(schema, json, at)).collect();
        }
        for (keyword, rule) in [("oneOf", "one-of"), ("anyOf", "any-of")] {
            if let Some(schemas) = schema[keyword].as_array() {
                return self.alternatives(schemas, rule, json, at);
            }
        }
        match (schema["type"].as_str(), json) {
            (None, _) | (Some("boolean"), Json::Bool(_)) => Vec::new(),
            (Some("integer"), Json::Number(number)) => {
                integer(number).or_else(|| bounds(schema, number)).map(here).unwrap_or_default()
            }
            (Some("number"), Json::Number(number)) => {
                decimal(number).or_else(|| bounds(schema, number)).map(here).unwrap_or_default()
            }
            (Some("string"), Json::String(text)) => {
                self.string(schema, text).map(here).unwrap_or_default()
            }
            (Some("array"), Json::Array(items)) => self.array(schema, items, at),
            (Some("object"), Json::Object(members)) => self.object(schema, members, at),
            _ => here("type"),
        }
    }

    fn admits_null(&self, schema: &Value) -> bool {
        let schema = self.resolve(schema);
        let any = |keyword: &str| {
            let schemas = schema[keyword].as_array();
            schemas.is_some_and(|schemas| schemas.iter().any(|schema| self.admits_null(schema)))
        };
        schema["nullable"] == true || any("oneOf") || any("anyOf")
    }

    /// Validates a value against alternatives. If none of them matches, the violations are those
    /// of the only alternative of the value's type.
    fn alternatives(
        &self,
        schemas: &[Value],
        rule: &'static str,
        json: &Json,
        at: &str,
    ) -> Vec<RuleAt> {
        let schemas = schemas.iter().map(|schema| self.resolve(schema));
        let is_null = |schema: &Value| schema["enum"] == Value::Array(vec![Value::Null]);
        let schemas: Vec<_> = schemas.filter(|schema| !is_null(schema)).collect();
        if let [schema] = schemas[..] {
            return self.check(schema, json, at);
        }
        let matching = schemas.iter().filter(|schema| self.check(schema, json, at).is_empty());
        match (matching.count(), rule) {
            (1, _) | (2.., "any-of") => return Vec::new(),
            (2.., _) => return vec![(at.to_owned(), rule)],
            (0, _) => {}
        }
        let has_type = |schema: &&&Value| schema["type"].as_str() == Some(json.type_name());
        match schemas.iter().filter(has_type).collect::<Vec<_>>()[..] {
            [schema] => self.check(schema, json, at),
            _ => vec![(at.to_owned(), rule)],
        }
    }

    fn array(&self, schema: &Value, items: &[Json], at: &str) -> Vec<RuleAt> {
        let mut violations = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = format!("{at}/{index}");
            violations.extend(self.check(&schema["items"], item, &at));
            if schema["uniqueItems"] == true && items[..index].contains(item) {
                violations.push((at, "unique"));
            }
        }
        if schema["minItems"].as_u64().is_some_and(|least| (items.len() as u64) < least) {
            violations.push((at.to_owned(), "items"));
        }
        violations
    }

    fn object(&self, schema: &Value, members: &[(String, Json)], at: &str) -> Vec<RuleAt> {
        let mut violations = Vec::new();
        for (index, (name, value)) in members.iter().enumerate() {
            let property = &schema["properties"][name];
            let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            if property.is_null() {
                continue;
            }
            if members[..index].iter().any(|(earlier, _)| earlier == name) {
                violations.push((at, "duplicate"));
            } else {
                violations.extend(self.check(property, value, &at));
            }
        }
        let required = schema["required"].as_array().into_iter().flatten();
        let missing = required
            .filter_map(Value::as_str)
            .filter(|required| members.iter().all(|(name, _)| name != required));
        violations.extend(missing.map(|name| (format!("{at}/{name}"), "required")));
        violations
    }

    /// Returns the first rule that a string violates.
    fn string(&self, schema: &Value, text: &str) -> Option<&'static str> {
        let length = text.chars().count() as u64;
        let pattern = schema["pattern"].as_str();
        let known = schema["enum"].as_array();
        let rules = [
            (schema["minLength"].as_u64().is_none_or(|least| least <= length), "length"),
            (schema["maxLength"].as_u64().is_none_or(|most| length <= most), "length"),
            (pattern.is_none_or(|pattern| text.starts_with(literal_prefix(pattern))), "prefix"),
            (
                pattern.is_none_or(|pattern| self.patterns[pattern].find(text).is_some()),
                "character",
            ),
            (schema["format"].as_str().is_none_or(|format| has_format(text, format)), "format"),
            (known.is_none_or(|known| known.iter().any(|value| value == text)), "enum"),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map(|(_, rule)| rule)
    }
}

/// Returns the literal prefix of a pattern.
pub fn literal_prefix(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix('^').unwrap_or_default();
    &pattern[..pattern.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(pattern.len())]
}

/// Returns the rule that a number violates as a 64-bit integer.
fn integer(number: &Number) -> Option<&'static str> {
    match (number.as_i64(), number.as_f64()) {
        (Some(_), _) => None,
        (None, Some(float)) if number.is_f64() && float.abs() < 2_f64.powi(63) => Some("type"),
        _ => Some("range"),
    }
}

/// Returns the rule that a number violates because of `minimum` or `maximum`.
fn bounds(schema: &Value, number: &Number) -> Option<&'static str> {
    let number = number.as_f64().unwrap();
    let is_below = schema["minimum"].as_f64().is_some_and(|minimum| number < minimum);
    let is_above = schema["maximum"].as_f64().is_some_and(|maximum| number > maximum);
    (is_below || is_above).then_some("range")
}

/// Returns the rule that a number violates as a decimal: at most 15 digits, which a float
/// preserves, at most 28 decimal places, and less than 2^96.
fn decimal(number: &Number) -> Option<&'static str> {
    if !number.is_f64() {
        return None;
    }
    let float = number.as_f64().unwrap();
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap();
    let digits = mantissa.chars().filter(char::is_ascii_digit).count();
    let decimals = digits as i32 - 1 - exponent.parse::<i32>().unwrap();
    if decimals > 28 || float.abs() >= 2_f64.powi(96) {
        Some("range")
    } else {
        (digits > 15).then_some("format")
    }
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "date" => is_date(text),
        "date-time" => match text.split_at_checked(10) {
            Some((date, time)) => {
                is_date(date) && TIME.find(time).is_some() && is_possible_in_utc(date, time)
            }
            None => false,
        },
        "iso-3166-1-alpha-3" => Country::all().any(|country| country.alpha3() == text),
        other => panic!("unsupported format `{other}`"),
    }
}

/// Matches the part of an RFC 3339 `date-time` that starts with `T`.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let hour = r"(?:[01]\d|2[0-3])";
    let offset = format!(r"(?:[Zz]|[+\-]{hour}:[0-5]\d)");
    Regex::new(&format!(r"^[Tt]{hour}:[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?{offset}$")).unwrap()
});

/// Returns whether a time is in the years 0 to 9999 in UTC, the range of RFC 3339, and any leap
/// second is at the end of a day in UTC.
fn is_possible_in_utc(date: &str, time: &str) -> bool {
    let minutes =
        |text: &str| text[..2].parse::<i32>().unwrap() * 60 + text[3..5].parse::<i32>().unwrap();
    let offset = match time.rsplit_once(['+', '-']) {
        Some((before, offset)) if time[before.len()..].starts_with('-') => -minutes(offset),
        Some((_, offset)) => minutes(offset),
        None => 0,
    };
    let minute = minutes(&time[1..]) - offset;
    if &time[7..9] == "60" && minute.rem_euclid(24 * 60) != 24 * 60 - 1 {
        return false;
    }
    match (date, minute) {
        ("0000-01-01", minute) => minute >= 0,
        ("9999-12-31", minute) => minute < 24 * 60,
        _ => true,
    }
}

/// Returns whether a string is a `full-date` of RFC 3339.
fn is_date(text: &str) -> bool {
    let numbers: Vec<_> = text.split('-').map(|part| (part.len(), part)).collect();
    let [(4, year), (2, month), (2, day)] = numbers[..] else { return false };
    if ![year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return false;
    }
    let [year, month, day]: [u32; 3] = [year, month, day].map(|part| part.parse().unwrap());
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

impl Json {
    /// Returns the JSON Schema name of the value's type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(number) if number.is_f64() => "number",
            Self::Number(_) => "integer",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}
