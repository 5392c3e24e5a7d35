//! Lowering: the document that progenitor processes.
//!
//! progenitor assembles requests, and typify generates types. The client validates and
//! serializes all values itself:
//!
//! - A parameter is a string or, in a query, an array of strings. Its name is its index, which
//!   cannot collide with a local variable of progenitor or with a keyword.
//! - Bodies are JSON texts, so that progenitor needs to know nothing about them.
//! - In named schemas, keywords that would make typify reject a value while decoding are
//!   removed, and every form of a nullable schema becomes the form that typify turns into an
//!   `Option`.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::document::nullable::is_null_only;
use crate::document::{Member, Node};
use crate::model::schemas;
use crate::model::{self, ApiOperation};

/// Keywords that would make typify reject a value or insert a default, or that it does
/// not use.
const REMOVED: &[&str] = &[
    "default",
    "deprecated",
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
    "readOnly",
    "uniqueItems",
    "writeOnly",
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
    let paths = root.get("paths").into_iter().flat_map(Node::members);
    let paths: Map<_, _> = paths.map(|path| path_item(root, path)).collect();
    let lowering = Lowering { root, sent: schemas::sent(root), received: schemas::received(root) };
    let mut named: Map<_, _> = schemas::components(root)
        .filter(|member| !is_null_only(&member.node))
        .map(|member| (member.key.clone(), lowering.component(member)))
        .collect();
    named.insert(json_text(root), json!({ "type": "object" }));
    json!({
        "openapi": "3.0.3",
        "info": { "title": "the API", "version": "0" },
        "paths": paths,
        "components": { "schemas": named },
    })
}

/// Returns the name of the schema of all bodies, which no named schema has.
pub(super) fn json_text(root: &Node) -> String {
    let mut name = "JsonText".to_owned();
    while schemas::component(root, &name).is_some() {
        name.push('X');
    }
    name
}

/// Returns the lowered name of a parameter.
pub(super) fn parameter_name(index: usize) -> String {
    format!("arg_{index}")
}

/// Lowers a path item. Its path contains the lowered names of parameters.
pub(super) fn path_item(root: &Node, path: &Member) -> (String, Json) {
    let operations = model::in_path(root, path);
    let template = operations.first().map_or(path.key.clone(), lowered_path);
    let item = operations.iter().map(|each| (each.method.to_owned(), operation(each)));
    (template, Json::Object(item.collect()))
}

/// Replaces the names of path parameters, which come first and in order.
fn lowered_path(operation: &ApiOperation<'_>) -> String {
    let mut names = (0..).map(|index| format!("{{{}}}", parameter_name(index)));
    let mut parts = operation.path.split('{');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for (part, name) in parts.zip(&mut names) {
        path += &name;
        path += part.split_once('}').map_or("", |(_, after)| after);
    }
    path
}

fn operation(operation: &ApiOperation<'_>) -> Json {
    let reference = format!("#/components/schemas/{}", json_text(operation.root));
    let content = json!({ "application/json": { "schema": { "$ref": reference } } });
    let parameters = operation.parameters.iter().enumerate().map(|(index, parameter)| {
        let is_list = parameter.items(operation.root).is_some();
        let schema = if is_list {
            json!({ "type": "array", "items": { "type": "string" } })
        } else {
            json!({ "type": "string" })
        };
        json!({
            "name": parameter_name(index),
            "in": parameter.place,
            // The client passes every list as an `Option`, and itself rejects a missing list
            // that the spec requires.
            "required": parameter.is_required && !is_list,
            "schema": schema,
        })
    });
    let mut lowered = json!({
        "operationId": operation.id,
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": { "2XX": { "description": "", "content": content } },
    });
    if operation.body.is_some() {
        lowered["requestBody"] = json!({ "required": true, "content": content });
    }
    lowered
}

/// The lowering of named schemas.
struct Lowering<'n> {
    root: &'n Node,
    /// The schemas that a request contains.
    sent: BTreeSet<&'n str>,
    /// The schemas that a response contains.
    received: BTreeSet<&'n str>,
}

impl Lowering<'_> {
    fn component(&self, member: &Member) -> Json {
        let mut lowered = self.schema(&member.node);
        self.drop_one_way_requirements(&member.key, &member.node, &mut lowered);
        lowered
    }

    /// Makes properties optional that are required in one direction only, if the schema is used
    /// in the other direction. A `writeOnly` property that is nullable remains required: requests
    /// contain it as null.
    fn drop_one_way_requirements(&self, name: &str, node: &Node, lowered: &mut Json) {
        let is_optional = |property: &Node| {
            schemas::is_read_only(self.root, property) && self.sent.contains(name)
                || schemas::is_write_only(self.root, property)
                    && self.received.contains(name)
                    && !schemas::is_nullable(self.root, property)
        };
        if let Some(required) = lowered.get_mut("required").and_then(Json::as_array_mut) {
            required.retain(|key| {
                let property = node.get("properties").zip(key.as_str());
                !property.and_then(|(all, key)| all.get(key)).is_some_and(is_optional)
            });
        }
        let parts = node.get("allOf").map(Node::elements).unwrap_or_default();
        let lowered = lowered.get_mut("allOf").and_then(Json::as_array_mut);
        for (part, lowered) in parts.iter().zip(lowered.into_iter().flatten()) {
            self.drop_one_way_requirements(name, part, lowered);
        }
    }

    fn schema(&self, node: &Node) -> Json {
        let alternatives = schemas::alternatives(self.root, node);
        if let Some(alternatives) = alternatives.filter(|found| found.nullable) {
            let mut object = self.members(node, &["anyOf", "oneOf"]);
            let others = alternatives.schemas.iter().map(|other| self.schema(other));
            // typify turns a nullable `allOf` with one element into an `Option`.
            let keyword = if others.len() == 1 { "allOf" } else { alternatives.keyword };
            object.insert(keyword.to_owned(), others.collect());
            object.insert("nullable".to_owned(), json!(true));
            return Json::Object(object);
        }
        Json::Object(self.members(node, &[]))
    }

    fn members(&self, node: &Node, without: &[&str]) -> Map<String, Json> {
        let is_kept = |key: &str| {
            !is_narrowing(node, key) && !without.contains(&key) && !REMOVED.contains(&key)
        };
        node.members()
            .iter()
            .filter(|member| is_kept(&member.key))
            .map(|member| (member.key.clone(), self.member(member)))
            .collect()
    }

    fn member(&self, member: &Member) -> Json {
        match member.key.as_str() {
            "properties" => {
                let properties = member.node.members().iter();
                properties.map(|each| (each.key.clone(), self.schema(&each.node))).collect()
            }
            key if LIST_KEYWORDS.contains(&key) => {
                member.node.elements().iter().map(|element| self.schema(element)).collect()
            }
            key if SCHEMA_KEYWORDS.contains(&key) && !member.node.members().is_empty() => {
                self.schema(&member.node)
            }
            _ => member.node.to_json(),
        }
    }
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
