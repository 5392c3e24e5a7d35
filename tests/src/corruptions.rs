//! Validation of credit batches with one corrupted property, for every property and every kind of
//! corruption.
//!
//! The properties, the valid batch and the expected violations come from the spec, so that new
//! properties are covered without changes here. The snapshot documents the messages.

use std::fmt::Write;

use isometric_registry::types::CreditBatch;
use isometric_registry::validate;
use serde_json::{Map, Value, json};

use crate::fuzz::decode::violated_rules;
use crate::fuzz::oracle::ORACLE;
use crate::samples::{properties, with, without};

/// The suffix of the key of a duplicate member. [`to_json`] removes it.
const DUPLICATE: &str = "~duplicate";

/// Corrupts the value at a JSON pointer. Returns `None` if the corruption does not apply, such
/// as truncating a number.
type Corruption = fn(&Value, &str) -> Option<Value>;

const CORRUPTIONS: [(&str, Corruption); 11] = [
    ("remove", |batch, pointer| Some(without(batch.clone(), pointer))),
    ("null", |batch, pointer| Some(with(batch.clone(), &[(pointer, Value::Null)]))),
    ("wrong type", |batch, pointer| {
        let other = match batch.pointer(pointer)? {
            Value::String(_) => json!(7),
            Value::Object(_) => json!([]),
            _ => json!("text"),
        };
        Some(with(batch.clone(), &[(pointer, other)]))
    }),
    ("too short", |batch, pointer| {
        let shortest = keyword(pointer, "minLength").map_or(0, |length| length.saturating_sub(1));
        with_string(batch, pointer, |text| text.chars().take(shortest).collect())
    }),
    ("too long", |batch, pointer| {
        let longest = keyword(pointer, "maxLength").unwrap_or(1_000);
        with_string(batch, pointer, |text| {
            let last = text.chars().last().into_iter();
            text.chars().chain(last.cycle()).take(longest + 1).collect()
        })
    }),
    ("wrong prefix", |batch, pointer| {
        with_string(batch, pointer, |text| {
            let length = text.chars().count();
            "zzz_".chars().chain(text.chars().skip(4)).take(length).collect()
        })
    }),
    ("wrong case", |batch, pointer| {
        let swap = |letter: char| {
            if letter.is_ascii_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        };
        with_string(batch, pointer, |text| text.chars().map(swap).collect())
    }),
    ("look-alike", |batch, pointer| {
        with_string(batch, pointer, |text| replace_last(text, look_alike))
    }),
    ("embedded NUL", |batch, pointer| {
        with_string(batch, pointer, |text| replace_last(text, |_| '\0'))
    }),
    ("spaces around", |batch, pointer| with_string(batch, pointer, |text| format!(" {text} "))),
    ("duplicate", |batch, pointer| {
        let (object, name) = pointer.rsplit_once('/')?;
        let mut batch = batch.clone();
        let members = batch.pointer_mut(object)?.as_object_mut()?;
        members.insert(format!("{name}{DUPLICATE}"), members[name].clone());
        Some(batch)
    }),
];

fn with_string(batch: &Value, pointer: &str, change: impl Fn(&str) -> String) -> Option<Value> {
    let text = batch.pointer(pointer)?.as_str()?;
    let changed = change(text);
    (changed != text).then(|| with(batch.clone(), &[(pointer, json!(changed))]))
}

/// Replaces the last letter or digit of a string.
fn replace_last(text: &str, replace: impl Fn(char) -> char) -> String {
    let Some(at) = text.rfind(char::is_alphanumeric) else { return text.to_owned() };
    let last = text[at..].chars().next().unwrap();
    [&text[..at], &replace(last).to_string(), &text[at + last.len_utf8()..]].concat()
}

/// Returns a Cyrillic letter that looks like a Latin one, or the full-width form of the
/// character.
fn look_alike(character: char) -> char {
    let latin = "ABCEHKMOPTXaceopxy";
    let cyrillic = "АВСЕНКМОРТХасеорху";
    let twin = latin.chars().zip(cyrillic.chars()).find(|(latin, _)| *latin == character);
    let wide = || char::from_u32(u32::from(character) + 0xFEE0).unwrap();
    twin.map_or_else(wide, |(_, twin)| twin)
}

/// Returns the schema of a property of a credit batch, without null.
fn schema_at(pointer: &str) -> &'static Value {
    let names = pointer.split('/').skip(1);
    names.fold(non_null(ORACLE.schema("CreditBatch")), |schema, name| {
        non_null(&schema["properties"][name])
    })
}

/// Follows references and unwraps single-schema `allOf` and nullable schemas.
fn non_null(schema: &'static Value) -> &'static Value {
    let schema = ORACLE.resolve(schema);
    let inner = schema["allOf"].as_array().or(schema["oneOf"].as_array());
    let is_null = |schema: &&Value| ORACLE.resolve(schema)["enum"] == json!([null]);
    let inner = inner.and_then(|schemas| schemas.iter().find(|schema| !is_null(schema)));
    inner.map_or(schema, non_null)
}

fn keyword(pointer: &str, keyword: &str) -> Option<usize> {
    schema_at(pointer)[keyword].as_u64().map(|value| value.try_into().unwrap())
}

/// Builds a value from the examples in the spec, with all properties and without nulls.
fn example(schema: &'static Value) -> Value {
    let schema = non_null(schema);
    match (schema["properties"].as_object(), &schema["example"], &schema["enum"][0]) {
        (Some(properties), ..) => {
            let member = |(name, schema): (&'static String, _)| (name.clone(), example(schema));
            properties.iter().map(member).collect::<Map<_, _>>().into()
        }
        (None, Value::Null, first) => first.clone(),
        (None, example, _) => example.clone(),
    }
}

fn valid_batch() -> Value {
    example(ORACLE.schema("CreditBatch"))
}

/// Serializes a batch, which may contain duplicate members.
fn to_json(batch: &Value) -> String {
    batch.to_string().replace(DUPLICATE, "")
}

/// Returns all corrupted batches as `(pointer, corruption, document)`.
fn corrupted_batches() -> impl Iterator<Item = (String, &'static str, String)> {
    let batch = valid_batch();
    properties(&batch).into_iter().flat_map(move |pointer| {
        let corrupted = CORRUPTIONS.map(|(name, corrupt)| {
            let corrupted = corrupt(&batch, &pointer)?;
            Some((pointer.clone(), name, to_json(&corrupted)))
        });
        corrupted.into_iter().flatten()
    })
}

#[test]
fn examples_in_the_spec_form_a_valid_batch_with_all_properties() {
    let batch = valid_batch();
    let top = batch.as_object().unwrap();
    assert_eq!(top.len(), schema_at("")["required"].as_array().unwrap().len());
    assert!(properties(&batch).iter().all(|pointer| !batch.pointer(pointer).unwrap().is_null()));
    let violations = validate::json::<CreditBatch>(to_json(&batch).as_bytes());
    assert_eq!(violations, []);
}

#[test]
fn reports_the_violations_that_the_spec_predicts() {
    for (pointer, corruption, document) in corrupted_batches() {
        let violations = validate::json::<CreditBatch>(document.as_bytes());
        let expected = ORACLE.violations("CreditBatch", document.as_bytes()).unwrap();
        assert_eq!(violated_rules(&violations), expected, "{pointer}, {corruption}");
        let validated = validate::from_slice::<CreditBatch>(document.as_bytes());
        assert_eq!(validated.violations, violations, "{pointer}, {corruption}");
        assert!(expected.iter().all(|(at, _)| *at == pointer), "{corruption}: {expected:?}");
    }
}

#[test]
fn reports_missing_and_duplicate_properties_and_wrong_types() {
    let rules = [("remove", "required"), ("wrong type", "type"), ("duplicate", "duplicate")];
    for (pointer, corruption, document) in corrupted_batches() {
        let Some((_, rule)) = rules.iter().find(|(name, _)| *name == corruption) else { continue };
        let violations = validate::json::<CreditBatch>(document.as_bytes());
        assert_eq!(violated_rules(&violations), [(pointer, *rule)]);
    }
}

#[test]
fn messages_match_the_snapshot() {
    let mut table = String::new();
    let mut previous = String::new();
    for (pointer, corruption, document) in corrupted_batches() {
        if pointer != previous {
            writeln!(table, "{pointer}").unwrap();
            previous = pointer;
        }
        let violations = validate::json::<CreditBatch>(document.as_bytes());
        let messages: Vec<_> = violations
            .iter()
            .map(|violation| format!("{}: {}", violation.rule, violation.message()))
            .collect();
        let messages = if messages.is_empty() { "valid".to_owned() } else { messages.join("; ") };
        writeln!(table, "  {corruption:<13}  {messages}").unwrap();
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(table) });
}
