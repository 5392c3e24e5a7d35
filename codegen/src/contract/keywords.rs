//! The keywords of a single schema object, and their constraints.

use std::collections::BTreeMap;

use super::constraint::{Bound, Constraint, JsonNumber, Range, StringSet};
use super::graph::{EdgeLabel, Keyword};
use super::schema::{FlatSchema, without_covered_types};
use crate::document::{Member, Node, Value as Json};

/// Keywords without an effect on values.
const ANNOTATIONS: [&str; 13] = [
    "title",
    "description",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$defs",
    "definitions",
    "summary",
];
/// Keywords that are read separately, since they combine schemas or depend on others.
const STRUCTURE: [&str; 9] =
    ["$ref", "$dynamicRef", "type", "nullable", "enum", "const", "allOf", "anyOf", "oneOf"];
/// Keywords that hold one schema.
const HOLDS_ONE: [&str; 12] = [
    "items",
    "additionalProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
    "additionalItems",
];
/// Keywords that hold schemas by name or index.
const HOLDS_MANY: [&str; 3] = ["prefixItems", "patternProperties", "dependentSchemas"];
/// Lower keyword, upper keyword, and the name of the range that they bound.
const BOUNDS: [(&str, &str, &str); 5] = [
    ("minLength", "maxLength", "length"),
    ("minItems", "maxItems", "items"),
    ("minProperties", "maxProperties", "properties"),
    ("minContains", "maxContains", "contains"),
    ("minimum", "maximum", "value"),
];
/// Patterns that match every string.
const UNIVERSAL_PATTERNS: [&str; 6] = ["", ".*", "^", "^.*", "^.*$", "^(?:.*)$"];

/// Reads all keywords of a schema object but those that combine schemas.
pub(super) fn read(node: &Node) -> FlatSchema<'_> {
    let mut schema = FlatSchema::default();
    read_types(node, &mut schema);
    read_values(node, &mut schema);
    read_bounds(node, &mut schema.facts);
    for Member { key, node, .. } in node.members() {
        if let Some(keyword) = HOLDS_ONE.iter().find(|keyword| *keyword == key) {
            insert_child(keyword, node, &mut schema);
        } else if let Some(keyword) = HOLDS_MANY.iter().find(|keyword| *keyword == key) {
            insert_children(keyword, node, &mut schema);
        } else if !STRUCTURE.contains(&key.as_str()) && !is_annotation(key) {
            read_keyword(key, node, &mut schema);
        }
    }
    schema
}

/// Returns whether a keyword has no effect on values.
pub(super) fn is_annotation(key: &str) -> bool {
    key.starts_with("x-") || ANNOTATIONS.contains(&key)
}

fn read_types(node: &Node, schema: &mut FlatSchema) {
    let Some(value) = node.get("type") else { return };
    let mut types: StringSet = match &value.value {
        Json::String(name) => StringSet::from([name.clone()]),
        Json::Array(names) => names.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        _ => {
            schema.facts.insert("type".into(), Constraint::Opaque(canonical(value)));
            return;
        }
    };
    schema.nullable = types.remove("null") || node.is_true("nullable");
    schema.types = Some(types);
}

/// Reads `enum` and `const`. Null is not listed among the values, since `nullable`
/// describes it.
fn read_values(node: &Node, schema: &mut FlatSchema) {
    let listed = node.get("enum").map(Node::elements);
    let constant = node.get("const").map(std::slice::from_ref);
    for values in [listed, constant].into_iter().flatten() {
        let (nulls, others): (Vec<&Node>, Vec<&Node>) =
            values.iter().partition(|value| value.value == Json::Null);
        if others.is_empty() && !nulls.is_empty() {
            *schema = FlatSchema::null_only();
            return;
        }
        if schema.types.is_none() {
            let types = others.iter().map(|value| type_of(value).to_owned()).collect();
            schema.types = Some(without_covered_types(types));
            schema.nullable = !nulls.is_empty();
        }
        let values = Constraint::AnyOf(others.into_iter().map(canonical).collect());
        let values = match schema.facts.remove("enum") {
            Some(known) => known.and(values),
            None => values,
        };
        schema.facts.insert("enum".into(), values);
    }
}

/// Returns the JSON Schema type of a value; `1.0` is an integer.
fn type_of(value: &Node) -> &'static str {
    match number(value) {
        Some(JsonNumber::Integer(_)) => "integer",
        _ => value.type_name(),
    }
}

fn read_bounds(node: &Node, facts: &mut BTreeMap<Keyword, Constraint>) {
    for (lower, upper, name) in BOUNDS {
        let is_count = name != "value";
        let bound = |keyword: &str, exclusive| {
            let at = node.get(keyword).and_then(number)?;
            Some(Bound { at, exclusive })
        };
        // OpenAPI 3.0 has flags beside `minimum` and `maximum`.
        let flag = |keyword| node.is_true(keyword);
        let mut range = Range {
            least: bound(lower, !is_count && flag("exclusiveMinimum")),
            greatest: bound(upper, !is_count && flag("exclusiveMaximum")),
        };
        if is_count && name != "contains" {
            // Every count is at least 0.
            range.least = range.least.filter(|least| least.at != JsonNumber::Integer(0));
        }
        if !is_count {
            range = range.and(Range {
                least: bound("exclusiveMinimum", true),
                greatest: bound("exclusiveMaximum", true),
            });
        }
        if range != Range::default() {
            facts.insert(name.into(), Constraint::Range(range));
        }
    }
}

fn insert_child<'s>(keyword: &'static str, node: &'s Node, schema: &mut FlatSchema<'s>) {
    let allows_anything = matches!(node.value, Json::Null | Json::Bool(true));
    if keyword == "items" && matches!(node.value, Json::Array(_)) {
        // The form of older JSON Schema drafts.
        insert_children("prefixItems", node, schema);
    } else if !allows_anything || EdgeLabel::Keyword(keyword).constrains_when_empty() {
        schema.children.insert(EdgeLabel::Keyword(keyword), vec![node]);
    }
}

fn insert_children<'s>(keyword: &'static str, node: &'s Node, schema: &mut FlatSchema<'s>) {
    for (index, element) in node.elements().iter().enumerate() {
        schema.children.insert(EdgeLabel::Keyed(keyword, index.to_string()), vec![element]);
    }
    for member in node.members() {
        schema.children.insert(EdgeLabel::Keyed(keyword, member.key.clone()), vec![&member.node]);
    }
}

fn read_keyword<'s>(key: &str, node: &'s Node, schema: &mut FlatSchema<'s>) {
    let is_set = node.as_bool() != Some(false);
    let text = || node.as_str().map_or_else(|| canonical(node), str::to_owned);
    let value = match key {
        "required" => {
            schema.required.extend(strings(node));
            return;
        }
        "properties" => {
            for member in node.members() {
                schema.children.insert(EdgeLabel::Property(member.key.clone()), vec![&member.node]);
            }
            return;
        }
        "dependentRequired" => {
            for member in node.members() {
                let keyword = format!("dependentRequired {}", member.key);
                let names = strings(&member.node).collect();
                schema.facts.insert(keyword.into(), Constraint::AllOf(names));
            }
            return;
        }
        "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" if !is_set => return,
        "uniqueItems" => Constraint::Limit,
        "readOnly" | "writeOnly" | "deprecated" => Constraint::Note(String::new()),
        "default" => Constraint::Note(canonical(node)),
        "discriminator" => Constraint::Note(discriminator(node)),
        "pattern" if UNIVERSAL_PATTERNS.contains(&text().as_str()) => return,
        "pattern" => Constraint::AllOf(StringSet::from([text()])),
        "format" => Constraint::Format(text()),
        "contentEncoding" if let Some(format) = format_of_encoding(&text()) => {
            schema.facts.insert("format".into(), Constraint::Format(format.to_owned()));
            return;
        }
        "multipleOf" => {
            number(node).map_or_else(|| Constraint::Opaque(text()), Constraint::MultipleOf)
        }
        "exclusiveMinimum" | "exclusiveMaximum" if node.as_bool().is_some() => return,
        _ if is_bound(key) && number(node).is_some() => return,
        _ => Constraint::Opaque(text()),
    };
    schema.facts.insert(key.to_owned().into(), value);
}

/// Returns the format of OpenAPI 3.0 for a `contentEncoding` of OpenAPI 3.1.
fn format_of_encoding(encoding: &str) -> Option<&'static str> {
    match encoding.to_ascii_lowercase().as_str() {
        "base64" => Some("byte"),
        "base64url" => Some("base64url"),
        _ => None,
    }
}

fn strings(node: &Node) -> impl Iterator<Item = String> + '_ {
    node.elements().iter().filter_map(Node::as_str).map(str::to_owned)
}

fn is_bound(key: &str) -> bool {
    key.starts_with("exclusive")
        || BOUNDS.iter().any(|(lower, upper, _)| [*lower, *upper].contains(&key))
}

/// Returns the discriminating property and its mapped values, with the names of their
/// components, by which a reader finds what was exchanged.
fn discriminator(node: &Node) -> String {
    let property = node.get_str("propertyName").unwrap_or_default();
    let mapping = node.get("mapping").map(Node::members).unwrap_or_default();
    let component = |node: &Node| {
        let name = node.as_str().and_then(|reference| reference.rsplit('/').next());
        name.unwrap_or_default().to_owned()
    };
    let values: StringSet = mapping
        .iter()
        .map(|member| format!("{} = {}", member.key, component(&member.node)))
        .collect();
    if values.is_empty() {
        return property.to_owned();
    }
    format!("{property}: {}", Constraint::AnyOf(values))
}

fn number(node: &Node) -> Option<JsonNumber> {
    match node.value {
        Json::Integer(number) => Some(JsonNumber::Integer(number)),
        Json::Float(number) => Some(JsonNumber::from_float(number)),
        _ => None,
    }
}

/// Returns the JSON text of a value, with sorted keys and normalized numbers.
pub(super) fn canonical(node: &Node) -> String {
    let list = |parts: Vec<String>| parts.join(",");
    match &node.value {
        Json::Array(elements) => format!("[{}]", list(elements.iter().map(canonical).collect())),
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.key.cmp(&b.key));
            let member = |m: &&Member| format!("{}:{}", quoted(&m.key), canonical(&m.node));
            format!("{{{}}}", list(members.iter().map(member).collect()))
        }
        Json::String(text) => quoted(text),
        Json::Null => "null".into(),
        Json::Bool(value) => value.to_string(),
        Json::Integer(_) | Json::Float(_) => {
            number(node).map(|number| number.to_string()).unwrap_or_default()
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
