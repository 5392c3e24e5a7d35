//! Rewrites the document into the one that progenitor is given.
//!
//! The client checks values itself, and keeps what breaks a rule. Whatever would
//! make typify refuse a value while decoding is therefore left out, and the ways
//! to say "or null" become the one that typify turns into an `Option`.

use serde_json::{Map, Value as Json, json};

use super::schemas;
use crate::source::{Node, Value};

/// Keywords that would make typify refuse a value, or that it has no use for.
const LEFT_OUT: &[&str] = &[
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

/// The document for progenitor.
pub(super) fn prepare(root: &Node) -> Json {
    let mut document = rest(root, root);
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
    let kept = |key: &str| {
        let closed = key == "additionalProperties"
            && node.get(key).and_then(Node::as_bool).is_some_and(|open| !open);
        !closed && !without.contains(&key) && !LEFT_OUT.contains(&key)
    };
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

fn named(root: &Node, properties: &Node) -> Json {
    properties
        .members()
        .iter()
        .map(|property| (property.key.clone(), schema(root, &property.node)))
        .collect()
}
