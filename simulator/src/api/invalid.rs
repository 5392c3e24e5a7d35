//! Violations of the spec as FastAPI reports them.

use isometric_registry::validate::{
    Bounds, Count, Format, Piece, Rule, Schema, StringRules, Violation, request_violations,
};
use serde_json::{Value, json};

/// Validates a part of a request and returns the errors.
///
/// `location` is the path to the part, such as `["query", "first"]`.
pub(super) fn errors(json: &str, schema: &'static Schema, location: &[&str]) -> Vec<Value> {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    let violations = request_violations(json, schema);
    violations.iter().map(|violation| error(violation, &value, schema, location)).collect()
}

/// Creates an error about a missing part of a request.
pub(super) fn missing(location: &[&str]) -> Value {
    json!({ "type": "missing", "loc": location, "msg": "Field required", "input": null })
}

/// Creates an error with a sentence of our own.
pub(crate) fn value_error(location: &[Value], message: &str, input: &Value) -> Value {
    json!({
        "type": "value_error",
        "loc": location,
        "msg": format!("Value error, {message}"),
        "input": input,
    })
}

fn error(
    violation: &Violation,
    value: &Value,
    schema: &'static Schema,
    location: &[&str],
) -> Value {
    let tokens: Vec<_> = violation.pointer.split('/').skip(1).map(unescape).collect();
    let found = schema_at(schema, &tokens);
    let parent = violation.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let input = match violation.rule {
        Rule::Required => value.pointer(parent),
        _ => value.pointer(&violation.pointer),
    };
    let from_text = location.first() != Some(&"body");
    let Message { kind, text, context } = message(violation, found, input, from_text);
    let mut path: Vec<Value> = location.iter().map(|step| json!(step)).collect();
    path.extend(tokens.iter().map(|token| match token.parse::<u64>() {
        Ok(index) => json!(index),
        Err(_) => json!(token),
    }));
    let mut error = json!({ "type": kind, "loc": path, "msg": text, "input": input });
    if !context.is_null() {
        error["ctx"] = context;
    }
    error
}

/// The type, the sentence and the particulars of an error.
struct Message {
    kind: &'static str,
    text: String,
    context: Value,
}

impl Message {
    fn new(kind: &'static str, text: impl Into<String>, context: Value) -> Self {
        Self { kind, text: text.into(), context }
    }
}

/// Describes a violation as Pydantic does.
fn message(
    violation: &Violation,
    schema: Option<&'static Schema>,
    input: Option<&Value>,
    from_text: bool,
) -> Message {
    let described = match (violation.rule, schema) {
        (Rule::Json, _) => {
            let reason = violation.syntax_error().map(|error| error.reason.to_owned());
            let text = "JSON decode error";
            Some(Message::new("json_invalid", text, json!({ "error": reason })))
        }
        (Rule::Required, _) => Some(Message::new("missing", "Field required", Value::Null)),
        (Rule::Type, Some(schema)) => Some(wrong_type(schema, from_text)),
        (Rule::Length, Some(Schema::String(rules))) => Some(wrong_length(rules, input)),
        (Rule::Prefix | Rule::Character, Some(Schema::String(rules))) => {
            let pattern = pattern(rules);
            let text = format!("String should match pattern '{pattern}'");
            Some(Message::new("string_pattern_mismatch", text, json!({ "pattern": pattern })))
        }
        (Rule::Enum, Some(Schema::String(rules))) => Some(unknown_value(rules)),
        (Rule::Format, Some(Schema::String(rules))) => wrong_format(rules),
        (Rule::Range, Some(Schema::Integer(bounds) | Schema::Number(bounds))) => {
            out_of_range(bounds, input)
        }
        (Rule::Items, Some(Schema::Array { count, .. })) => Some(wrong_count(count, input)),
        _ => None,
    };
    described.unwrap_or_else(|| {
        let text = format!("Value error, expected {}", violation.expected);
        Message::new("value_error", text, Value::Null)
    })
}

fn wrong_type(schema: &'static Schema, from_text: bool) -> Message {
    let (kind, text) = match (schema.non_null(), from_text) {
        (Schema::Integer(_), true) => {
            ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        }
        (Schema::Integer(_), false) => ("int_type", "Input should be a valid integer"),
        (Schema::Number(_) | Schema::Decimal(_), _) => {
            ("float_type", "Input should be a valid number")
        }
        (Schema::String(_), _) => ("string_type", "Input should be a valid string"),
        (Schema::Boolean, _) => ("bool_type", "Input should be a valid boolean"),
        (Schema::Array { .. }, _) => ("list_type", "Input should be a valid list"),
        _ => (
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
        ),
    };
    Message::new(kind, text, Value::Null)
}

fn wrong_length(rules: &StringRules, input: Option<&Value>) -> Message {
    let length = input.and_then(Value::as_str).map_or(0, |text| text.chars().count());
    let (kind, side, key, limit) = match rules.length.max {
        Some(max) if length > max => ("string_too_long", "most", "max_length", max),
        _ => ("string_too_short", "least", "min_length", rules.length.min),
    };
    let noun = if limit == 1 { "character" } else { "characters" };
    let text = format!("String should have at {side} {limit} {noun}");
    Message::new(kind, text, json!({ key: limit }))
}

fn unknown_value(rules: &StringRules) -> Message {
    let quoted: Vec<_> = rules.values.iter().map(|value| format!("'{value}'")).collect();
    let expected = match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    };
    Message::new("enum", format!("Input should be {expected}"), json!({ "expected": expected }))
}

fn wrong_format(rules: &StringRules) -> Option<Message> {
    let (kind, noun) = match rules.format? {
        Format::Date => ("date_from_datetime_parsing", "date"),
        Format::DateTime => ("datetime_from_date_parsing", "datetime"),
        Format::CountryCode | Format::Decimal | Format::Int32 => return None,
    };
    Some(Message::new(kind, format!("Input should be a valid {noun}"), Value::Null))
}

fn out_of_range(bounds: &Bounds, input: Option<&Value>) -> Option<Message> {
    let number = input.and_then(Value::as_f64)?;
    let (minimum, maximum) = (bounds.minimum, bounds.maximum);
    let (kind, relation, key, limit) = match (minimum, maximum) {
        (Some((limit, true)), _) if number <= limit => {
            ("greater_than", "greater than", "gt", limit)
        }
        (Some((limit, false)), _) if number < limit => {
            ("greater_than_equal", "greater than or equal to", "ge", limit)
        }
        (_, Some((limit, true))) => ("less_than", "less than", "lt", limit),
        (_, Some((limit, false))) => ("less_than_equal", "less than or equal to", "le", limit),
        _ => return None,
    };
    Some(Message::new(kind, format!("Input should be {relation} {limit}"), json!({ key: limit })))
}

fn wrong_count(count: &Count, input: Option<&Value>) -> Message {
    let actual = input.and_then(Value::as_array).map_or(0, Vec::len);
    let (kind, side, key, limit) = match count.max {
        Some(max) if actual > max => ("too_long", "most", "max_length", max),
        _ => ("too_short", "least", "min_length", count.min),
    };
    let noun = if limit == 1 { "item" } else { "items" };
    let text = format!("List should have at {side} {limit} {noun} after validation, not {actual}");
    let context = json!({ "field_type": "List", key: limit, "actual_length": actual });
    Message::new(kind, text, context)
}

/// Returns the pattern of a string in the form of the spec.
fn pattern(rules: &StringRules) -> String {
    let pieces = rules.pieces.unwrap_or_default().iter().map(piece_pattern).collect::<String>();
    format!("^{}{pieces}$", rules.prefix)
}

fn piece_pattern(piece: &Piece) -> String {
    let range = |(first, last): &(char, char)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    let class: String = piece.class.iter().map(range).collect();
    let count = match (piece.count.min, piece.count.max) {
        (1, Some(1)) => String::new(),
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (min, Some(max)) if min == max => format!("{{{min}}}"),
        (min, None) => format!("{{{min},}}"),
        (min, Some(max)) => format!("{{{min},{max}}}"),
    };
    format!("[{class}]{count}")
}

/// Returns the schema of a value within a part of a request. Alternatives are not entered.
fn schema_at(schema: &'static Schema, tokens: &[String]) -> Option<&'static Schema> {
    let schema = schema.non_null();
    let Some((token, rest)) = tokens.split_first() else { return Some(schema) };
    match schema {
        Schema::Object { .. } => schema_at(schema.property(token)?, rest),
        Schema::Array { items, .. } => schema_at(items, rest),
        Schema::AllOf(schemas) => schemas.iter().find_map(|schema| schema_at(schema, tokens)),
        _ => None,
    }
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
