//! Lowering: the document that progenitor processes.
//!
//! The client validates values itself and keeps invalid ones. Keywords that would make
//! typify reject a value while decoding are removed, and every form of a nullable schema
//! becomes the form that typify turns into an `Option`.

use serde_json::{Map, Value as Json, json};

use super::schemas;
use crate::document::nullable::is_null_only;
use crate::document::{Node, Value};

/// Keywords that would make typify reject a value or insert a default, or that it does
/// not use.
const REMOVED: &[&str] = &[
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

/// Keywords with one schema.
const SCHEMA_KEYWORDS: &[&str] = &["additionalProperties", "items", "not"];
/// Keywords with a list of schemas.
const LIST_KEYWORDS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// The number formats that typify receives. For any other it would choose a type too
/// narrow for values that violate the format.
const NUMBER_FORMATS: &[&str] = &["decimal", "double", "int64"];

/// Returns the document for progenitor.
pub(super) fn lower(root: &Node) -> Json {
    let mut document = outside_schemas(root, root);
    if let Some(Json::String(version)) = document.pointer_mut("/info/version") {
        // progenitor sends the version in a header, which the client removes. Its code
        // panics at characters that a header cannot contain.
        version.retain(|character| matches!(character, ' '..='~'));
    }
    if let Some(named) = document.pointer_mut("/components/schemas").and_then(Json::as_object_mut) {
        *named = schemas::components(root)
            .filter(|member| !is_null_only(&member.node))
            .map(|member| (member.key.clone(), schema(root, &member.node)))
            .collect();
    }
    document
}

/// Lowers the part of the document around schemas.
fn outside_schemas(root: &Node, node: &Node) -> Json {
    match &node.value {
        Value::Array(elements) => {
            elements.iter().map(|element| outside_schemas(root, element)).collect()
        }
        Value::Object(members) => members
            .iter()
            .filter(|member| !REMOVED.contains(&member.key.as_str()))
            .map(|member| {
                let value = match member.key.as_str() {
                    "schema" => schema(root, &member.node),
                    _ => outside_schemas(root, &member.node),
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
        // typify turns a nullable `allOf` with one element into an `Option`.
        let keyword = if others.len() == 1 { "allOf" } else { alternatives.keyword };
        object.insert(keyword.to_owned(), others.collect());
        object.insert("nullable".to_owned(), json!(true));
        return Json::Object(object);
    }
    Json::Object(members(root, node, &[]))
}

fn members(root: &Node, node: &Node, without: &[&str]) -> Map<String, Json> {
    let is_kept =
        |key: &str| !is_narrowing(node, key) && !without.contains(&key) && !REMOVED.contains(&key);
    node.members()
        .iter()
        .filter(|member| is_kept(&member.key))
        .map(|member| {
            let value = match member.key.as_str() {
                "properties" => properties(root, &member.node),
                key if LIST_KEYWORDS.contains(&key) => {
                    member.node.elements().iter().map(|element| schema(root, element)).collect()
                }
                key if SCHEMA_KEYWORDS.contains(&key) && !member.node.members().is_empty() => {
                    schema(root, &member.node)
                }
                _ => member.node.to_json(),
            };
            (member.key.clone(), value)
        })
        .collect()
}

/// Returns whether a keyword with its value would make typify reject values.
fn is_narrowing(schema: &Node, key: &str) -> bool {
    match key {
        "additionalProperties" => schema.get(key).and_then(Node::as_bool) == Some(false),
        // typify names types after titles, but the name of the component is in use.
        "title" => schema.get("properties").is_some(),
        "format" => {
            matches!(schema.get_str("type"), Some("integer" | "number"))
                && schema.get_str(key).is_some_and(|format| !NUMBER_FORMATS.contains(&format))
        }
        _ => false,
    }
}

fn properties(root: &Node, properties: &Node) -> Json {
    properties
        .members()
        .iter()
        .map(|property| (property.key.clone(), schema(root, &property.node)))
        .collect()
}
