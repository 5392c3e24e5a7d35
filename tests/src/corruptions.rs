//! Every property of a credit batch, corrupted in every way, and what the check says.
//!
//! The properties, the valid batch and what is expected come from the spec, so that a
//! new property is tested because it is there. The snapshot is for people to read.

use std::fmt::Write;

use isometric_registry::types::CreditBatch;
use isometric_registry::validate;
use serde_json::{Map, Value, json};

use crate::fuzz::decode::broken_rules;
use crate::fuzz::oracle::ORACLE;
use crate::samples::{properties, with, without};

/// Added to the name of a member that is to have the name of another.
const AGAIN: &str = "~again";

/// Puts something wrong at a JSON pointer. `None` where that cannot be done, such as
/// cutting a number short.
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
        let shortest = keyword(pointer, "minLength").map_or(0, |least| least.saturating_sub(1));
        with_text(batch, pointer, |text| text.chars().take(shortest).collect())
    }),
    ("too long", |batch, pointer| {
        let longest = keyword(pointer, "maxLength").unwrap_or(1_000);
        with_text(batch, pointer, |text| {
            let last = text.chars().last().into_iter();
            text.chars().chain(last.cycle()).take(longest + 1).collect()
        })
    }),
    ("wrong prefix", |batch, pointer| {
        with_text(batch, pointer, |text| {
            let length = text.chars().count();
            "zzz_".chars().chain(text.chars().skip(4)).take(length).collect()
        })
    }),
    ("wrong case", |batch, pointer| {
        let swap = |letter: char| match letter.is_ascii_lowercase() {
            true => letter.to_ascii_uppercase(),
            false => letter.to_ascii_lowercase(),
        };
        with_text(batch, pointer, |text| text.chars().map(swap).collect())
    }),
    ("look-alike", |batch, pointer| with_text(batch, pointer, |text| at_end(text, look_alike))),
    ("embedded NUL", |batch, pointer| with_text(batch, pointer, |text| at_end(text, |_| '\0'))),
    ("spaces around", |batch, pointer| with_text(batch, pointer, |text| format!(" {text} "))),
    ("twice", |batch, pointer| {
        let (object, name) = pointer.rsplit_once('/')?;
        let mut batch = batch.clone();
        let members = batch.pointer_mut(object)?.as_object_mut()?;
        members.insert(format!("{name}{AGAIN}"), members[name].clone());
        Some(batch)
    }),
];

fn with_text(batch: &Value, pointer: &str, change: impl Fn(&str) -> String) -> Option<Value> {
    let text = batch.pointer(pointer)?.as_str()?;
    let changed = change(text);
    (changed != text).then(|| with(batch.clone(), &[(pointer, json!(changed))]))
}

/// The text with its last letter or digit changed.
fn at_end(text: &str, change: impl Fn(char) -> char) -> String {
    let Some(at) = text.rfind(char::is_alphanumeric) else { return text.to_owned() };
    let last = text[at..].chars().next().unwrap();
    [&text[..at], &change(last).to_string(), &text[at + last.len_utf8()..]].concat()
}

/// A Cyrillic letter where there is one that looks the same, and else a full-width one.
fn look_alike(character: char) -> char {
    let latin = "ABCEHKMOPTXaceopxy";
    let cyrillic = "АВСЕНКМОРТХасеорху";
    let twin = latin.chars().zip(cyrillic.chars()).find(|(latin, _)| *latin == character);
    let wide = || char::from_u32(u32::from(character) + 0xFEE0).unwrap();
    twin.map_or_else(wide, |(_, twin)| twin)
}

/// The schema of what a pointer leads to in a credit batch, null aside.
fn schema_at(pointer: &str) -> &'static Value {
    let names = pointer.split('/').skip(1);
    names.fold(meant(ORACLE.schema("CreditBatch")), |schema, name| {
        meant(&schema["properties"][name])
    })
}

/// What a schema refers to, adds nothing to, or lets be null.
fn meant(schema: &'static Value) -> &'static Value {
    let schema = ORACLE.resolve(schema);
    let inner = schema["allOf"].as_array().or(schema["oneOf"].as_array());
    let is_null = |schema: &&Value| ORACLE.resolve(schema)["enum"] == json!([null]);
    let inner = inner.and_then(|schemas| schemas.iter().find(|schema| !is_null(schema)));
    inner.map_or(schema, meant)
}

fn keyword(pointer: &str, keyword: &str) -> Option<usize> {
    schema_at(pointer)[keyword].as_u64().map(|value| value.try_into().unwrap())
}

/// A value made of the examples in the spec: every property is there, and none is null.
fn example(schema: &'static Value) -> Value {
    let schema = meant(schema);
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

/// The document of a batch, in which a name may come twice.
fn text_of(batch: &Value) -> String {
    batch.to_string().replace(AGAIN, "")
}

/// Every corruption of every property, as `(pointer, corruption, document)`.
fn corrupted_batches() -> impl Iterator<Item = (String, &'static str, String)> {
    let batch = valid_batch();
    properties(&batch).into_iter().flat_map(move |pointer| {
        let corrupted = CORRUPTIONS.map(|(name, corrupt)| {
            let corrupted = corrupt(&batch, &pointer)?;
            Some((pointer.clone(), name, text_of(&corrupted)))
        });
        corrupted.into_iter().flatten()
    })
}

#[test]
fn a_batch_of_the_examples_in_the_spec_has_every_property_and_breaks_no_rule() {
    let batch = valid_batch();
    let top = batch.as_object().unwrap();
    assert_eq!(top.len(), schema_at("")["required"].as_array().unwrap().len());
    assert!(properties(&batch).iter().all(|pointer| !batch.pointer(pointer).unwrap().is_null()));
    let violations = validate::json::<CreditBatch>(text_of(&batch).as_bytes());
    assert_eq!(violations, []);
}

#[test]
fn every_corruption_of_every_property_breaks_exactly_the_rules_of_the_spec() {
    for (pointer, corruption, document) in corrupted_batches() {
        let violations = validate::json::<CreditBatch>(document.as_bytes());
        let expected = ORACLE.violations("CreditBatch", document.as_bytes()).unwrap();
        assert_eq!(broken_rules(&violations), expected, "{pointer}, {corruption}");
        assert!(expected.iter().all(|(at, _)| *at == pointer), "{corruption}: {expected:?}");
    }
}

#[test]
fn a_batch_that_lacks_something_or_has_it_twice_says_so_for_every_property() {
    let rules = [("remove", "required"), ("wrong type", "type"), ("twice", "duplicate")];
    for (pointer, corruption, document) in corrupted_batches() {
        let Some((_, rule)) = rules.iter().find(|(name, _)| *name == corruption) else { continue };
        let violations = validate::json::<CreditBatch>(document.as_bytes());
        assert_eq!(broken_rules(&violations), [(pointer, *rule)]);
    }
}

#[test]
fn what_is_said_of_each_corruption_is_this() {
    let mut table = String::new();
    let mut previous = String::new();
    for (pointer, corruption, document) in corrupted_batches() {
        if pointer != previous {
            writeln!(table, "{pointer}").unwrap();
            previous = pointer;
        }
        let violations = validate::json::<CreditBatch>(document.as_bytes());
        let said = violations.iter().map(|found| format!("{}: {}", found.rule, found.message()));
        let said: Vec<_> = said.collect();
        let said = if said.is_empty() { "allowed".to_owned() } else { said.join("; ") };
        writeln!(table, "  {corruption:<13}  {said}").unwrap();
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(table) });
}
