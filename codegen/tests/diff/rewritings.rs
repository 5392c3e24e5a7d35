//! Rewritings that mean the same, which give no finding.

use std::path::Path;

use codegen::contract::Contract;
use codegen::diff::{Policy, Report};
use codegen::document::Source;
use serde_json::{Map, Value, json};

use crate::SHOP;

/// A rewriting of a document that keeps its meaning; `None` where it does not apply.
type Rewriting = fn(&Value) -> Option<Value>;

const REWRITINGS: [(&str, Rewriting); 6] = [
    ("shuffled", |document| Some(shuffled(document))),
    ("renamed", renamed),
    ("inlined", inlined),
    ("wrapped in allOf", |document| Some(with_schemas(document, &wrapped))),
    ("lifted to 3.1", lifted),
    ("parameters hoisted", |document| Some(hoisted(document))),
];

/// Shows the findings of every rewriting of a document.
fn findings(name: &str, text: &str) -> Vec<String> {
    let source = Source::parse(name, text).unwrap();
    let document = source.root().to_json();
    let mut findings = Vec::new();
    for (rewriting, rewrite) in REWRITINGS {
        let Some(rewritten) = rewrite(&document) else { continue };
        let revision = Source::parse(name, &rewritten.to_string()).unwrap();
        for (direction, sides) in [("", [&source, &revision]), (", back", [&revision, &source])] {
            let [base, revision] = sides;
            let contracts = (Contract::of(base).unwrap(), Contract::of(revision).unwrap());
            let report = Report::of(&contracts.0, &contracts.1).unwrap().with_verdicts(
                base,
                revision,
                Policy::Written,
            );
            findings.extend(report.changes.iter().map(|change| {
                let places = change.places.first().or(change.operations.first());
                let place = places.map_or("the API", String::as_str);
                format!("{name}, {rewriting}{direction}: {place}: {}", change.message)
            }));
        }
    }
    findings
}

#[test]
fn rewriting_is_no_change() {
    let registry = include_str!("../../../spec/registry.yaml");
    let documents = [("shop", SHOP), ("union", include_str!("union.yaml")), ("registry", registry)];
    let found: Vec<_> = documents.iter().flat_map(|(name, text)| findings(name, text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Rewrites all documents of a corpus: JSON lines with `base` and `revision`, or files.
/// `DIFF_CORPUS` names the file or folder.
#[test]
#[ignore = "needs a corpus: DIFF_CORPUS=pairs.jsonl cargo test -p codegen --test diff -- --ignored"]
fn rewriting_a_corpus_is_no_change() {
    let path = std::env::var("DIFF_CORPUS").unwrap();
    let documents = corpus(Path::new(&path));
    let found: Vec<_> = documents.iter().flat_map(|(name, text)| findings(name, text)).collect();
    assert!(found.is_empty(), "{} of {}:\n{}", found.len(), documents.len(), found.join("\n"));
}

fn corpus(path: &Path) -> Vec<(String, String)> {
    if path.is_dir() {
        let files = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        return files.flat_map(|file| corpus(&file)).collect();
    }
    let text = std::fs::read_to_string(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "jsonl") {
        return vec![(path.display().to_string(), text)];
    }
    let pair = |line: &str| {
        let pair: Value = serde_json::from_str(line).unwrap();
        ["base", "revision"]
            .map(|side| (format!("{} {side}", pair["name"]), pair[side].to_string()))
    };
    text.lines().flat_map(pair).collect()
}

/// Reverses the order of all members, and of lists whose order has no meaning.
fn shuffled(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let reversed = members.iter().rev().map(|(key, value)| {
                let mut value = shuffled(value);
                let is_set =
                    ["required", "enum", "oneOf", "anyOf", "allOf", "parameters", "security"];
                if let (true, Value::Array(elements)) = (is_set.contains(&&**key), &mut value) {
                    elements.reverse();
                }
                (key.clone(), value)
            });
            Value::Object(reversed.collect())
        }
        Value::Array(elements) => elements.iter().map(shuffled).collect(),
        scalar => scalar.clone(),
    }
}

/// Renames all schemas. With a discriminator, or in XML, the names are on the wire.
fn renamed(document: &Value) -> Option<Value> {
    let text = document.to_string();
    if text.contains("\"discriminator\"") || text.contains("xml") {
        return None;
    }
    let mut renamed: Value =
        serde_json::from_str(&text.replace("#/components/schemas/", "#/components/schemas/New"))
            .unwrap();
    if let Some(schemas) = renamed.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        *schemas = std::mem::take(schemas)
            .into_iter()
            .map(|(name, schema)| (format!("New{name}"), schema))
            .collect();
    }
    Some(renamed)
}

/// Replaces references to schemas that refer to no others. Under a discriminator a
/// reference has a meaning of its own.
fn inlined(document: &Value) -> Option<Value> {
    if document.to_string().contains("\"discriminator\"") {
        return None;
    }
    let inline = |schema: &Value| {
        let target = schema.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| document.pointer(target.strip_prefix('#')?));
        let has_siblings = schema.as_object().is_some_and(|members| members.len() > 1);
        match target {
            Some(target) if !has_siblings && !target.to_string().contains("\"$") => target.clone(),
            _ => schema.clone(),
        }
    };
    Some(with_schemas(document, &inline))
}

fn wrapped(schema: &Value) -> Value {
    match schema {
        Value::Object(members) if members.contains_key("$ref") => json!({"allOf": [schema]}),
        _ => schema.clone(),
    }
}

/// Rewrites a document of OpenAPI 3.0 as one of 3.1.
fn lifted(document: &Value) -> Option<Value> {
    if !document["openapi"].as_str()?.starts_with("3.0") {
        return None;
    }
    let mut lifted = with_schemas(document, &lifted_schema);
    lifted["openapi"] = json!("3.1.0");
    Some(lifted)
}

fn lifted_schema(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    if members.contains_key("$ref") {
        return json!({"$ref": members["$ref"]});
    }
    let mut lifted = members.clone();
    let is_nullable = lifted.remove("nullable") == Some(json!(true));
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if lifted.get(flag).is_some_and(Value::is_boolean) {
            let is_exclusive = lifted.remove(flag) == Some(json!(true));
            if let (true, Some(value)) = (is_exclusive, lifted.get(bound).cloned()) {
                lifted.remove(bound);
                lifted.insert(flag.into(), value);
            }
        }
    }
    if !is_nullable {
        return Value::Object(lifted);
    }
    json!({"anyOf": [lifted, {"type": "null"}]})
}

/// Moves the parameters of operations that have none in common to their path.
fn hoisted(document: &Value) -> Value {
    let mut hoisted = document.clone();
    let Some(paths) = hoisted.get_mut("paths").and_then(Value::as_object_mut) else {
        return hoisted;
    };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        let methods: Vec<_> =
            item.keys().filter(|key| METHODS.contains(&key.as_str())).cloned().collect();
        let [method] = &methods[..] else { continue };
        let parameters = item[method].as_object_mut().and_then(|node| node.remove("parameters"));
        if let (Some(parameters), false) = (parameters.clone(), item.contains_key("parameters")) {
            item.insert("parameters".into(), parameters);
        } else if let Some(parameters) = parameters {
            item[method]["parameters"] = parameters;
        }
    }
    hoisted
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// Keywords that hold a schema, a list of schemas, or schemas by name.
const ONE: [&str; 12] = [
    "schema",
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "itemSchema",
];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS: [&str; 5] = ["properties", "patternProperties", "dependentSchemas", "$defs", "schemas"];
const CONSTANTS: [&str; 6] = ["enum", "const", "default", "example", "examples", "mapping"];

/// Rewrites every schema of a document, the innermost first.
fn with_schemas(value: &Value, rewrite: &dyn Fn(&Value) -> Value) -> Value {
    let schema = |value: &Value| {
        let inner = with_schemas(value, rewrite);
        if value.is_object() { rewrite(&inner) } else { inner }
    };
    let by_name = |value: &Value| match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), schema(value))).collect()
        }
        other => other.clone(),
    };
    let Value::Object(members) = value else {
        return match value {
            Value::Array(elements) => {
                elements.iter().map(|element| with_schemas(element, rewrite)).collect()
            }
            scalar => scalar.clone(),
        };
    };
    let rewritten: Map<_, _> = members
        .iter()
        .map(|(key, value)| {
            let rewritten = match (key.as_str(), value) {
                (key, _) if CONSTANTS.contains(&key) || key.starts_with("x-") => value.clone(),
                (key, _) if ONE.contains(&key) => schema(value),
                (key, Value::Array(elements)) if LISTS.contains(&key) => {
                    elements.iter().map(schema).collect()
                }
                (key, _) if MAPS.contains(&key) => by_name(value),
                _ => with_schemas(value, rewrite),
            };
            (key.clone(), rewritten)
        })
        .collect();
    Value::Object(rewritten)
}
