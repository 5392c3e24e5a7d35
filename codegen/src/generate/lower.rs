//! Rewrites the document into the one that progenitor is given.
//!
//! The client checks values itself, and keeps what breaks a rule. Whatever would
//! make typify refuse a value while decoding is therefore left out, and the ways
//! to say "or null" become the one that typify turns into an `Option`.

use serde_json::{Map, Value as Json, json};

use super::schemas;
use crate::document::{Node, Value};

/// Keywords that would make typify refuse a value or fill one in that was not sent,
/// or that it has no use for.
const LEFT_OUT: &[&str] = &[
    "default",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// The keywords under which a schema holds schemas, by what is in between.
const ONE: &[&str] = &["additionalProperties", "items", "not"];
const LIST: &[&str] = &["allOf", "anyOf", "oneOf"];

/// Formats of numbers that typify may know. By any other it would choose a type that
/// is too narrow to hold what breaks the format.
const NUMBER_FORMATS: &[&str] = &["decimal", "double", "int64"];

/// The document for progenitor.
pub(super) fn lower(root: &Node) -> Json {
    let mut document = rest(root, root);
    if let Some(Json::String(version)) = document.pointer_mut("/info/version") {
        // progenitor sends it in a header, which the client takes off again, and its
        // code panics where that is not possible.
        version.retain(|character| matches!(character, ' '..='~'));
    }
    if let Some(named) = document.pointer_mut("/components/schemas").and_then(Json::as_object_mut) {
        *named = schemas::components(root)
            .filter(|member| !schemas::is_null(&member.node))
            .map(|member| (member.key.clone(), schema(root, &member.node)))
            .collect();
    }
    document
}

/// Everything around the schemas, unchanged.
fn rest(root: &Node, node: &Node) -> Json {
    match &node.value {
        Value::Array(elements) => elements.iter().map(|element| rest(root, element)).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|member| !LEFT_OUT.contains(&member.key.as_str()))
            .map(|member| {
                let value = match member.key.as_str() {
                    "schema" => schema(root, &member.node),
                    _ => rest(root, &member.node),
                };
                (member.key.clone(), value)
            })
            .collect(),
        _ => node.to_json(),
    }
}

fn schema(root: &Node, node: &Node) -> Json {
    if let Some(alternatives) = schemas::alternatives(root, node).filter(|found| found.nullable) {
        let mut object = members(root, node, &["anyOf", "oneOf"]);
        let others = alternatives.schemas.iter().map(|other| schema(root, other));
        // typify makes an `Option` of a nullable `allOf` with one element.
        let keyword = if others.len() == 1 { "allOf" } else { alternatives.keyword };
        object.insert(keyword.to_owned(), others.collect());
        object.insert("nullable".to_owned(), json!(true));
        return Json::Object(object);
    }
    Json::Object(members(root, node, &[]))
}

fn members(root: &Node, node: &Node, without: &[&str]) -> Map<String, Json> {
    let kept =
        |key: &str| !is_narrowing(node, key) && !without.contains(&key) && !LEFT_OUT.contains(&key);
    node.members()
        .iter()
        .filter(|member| kept(&member.key))
        .map(|member| {
            let value = match member.key.as_str() {
                "properties" => named(root, &member.node),
                key if LIST.contains(&key) => {
                    member.node.elements().iter().map(|element| schema(root, element)).collect()
                }
                key if ONE.contains(&key) && !member.node.members().is_empty() => {
                    schema(root, &member.node)
                }
                _ => member.node.to_json(),
            };
            (member.key.clone(), value)
        })
        .collect()
}

/// Whether a keyword of this schema, with this value, would make typify refuse what
/// the client keeps.
fn is_narrowing(schema: &Node, key: &str) -> bool {
    let text = |key| schema.get(key).and_then(Node::as_str);
    match key {
        "additionalProperties" => schema.get(key).and_then(Node::as_bool) == Some(false),
        // A title names a type; the name of a component is taken.
        "title" => schema.get("properties").is_some(),
        "format" => {
            matches!(text("type"), Some("integer" | "number"))
                && text(key).is_some_and(|format| !NUMBER_FORMATS.contains(&format))
        }
        _ => false,
    }
}

fn named(root: &Node, properties: &Node) -> Json {
    properties
        .members()
        .iter()
        .map(|property| (property.key.clone(), schema(root, &property.node)))
        .collect()
}
