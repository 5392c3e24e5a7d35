//! Validates every example and default value of the spec, in place, with the client's tables.

use isometric_registry::validate;
use serde_json::Value;

use crate::spec::{source, spec};

/// A value in a document that must match a schema of the document.
struct Sample {
    /// The JSON pointer of the value.
    pointer: String,
    /// The JSON pointer of the schema.
    schema: String,
    value: Value,
}

#[test]
fn every_example_is_valid() {
    let samples = samples(&document(&spec()));
    assert!(samples.len() > 30, "{} examples", samples.len());
    let problems: String = samples.iter().filter_map(problem).collect();
    assert_eq!(problems, "");
}

#[test]
fn reports_an_invalid_example_at_each_place() {
    let schemas = "    CreditBatchId:
      type: string
      default: GBR
    CreditQuantity:
      type: object
      properties:
        credit_kgs: {type: integer, example: '1'}
      example: {credit_kgs: 1}
    ErrorDetail:
      oneOf:
        - {type: string, example: 1}
        - {type: array}
";
    let parameters = "  parameters:
    Id:
      schema: {$ref: '#/components/schemas/CreditBatchId'}
      example: 1
    Wrapped:
      schema: {allOf: [{$ref: '#/components/schemas/CreditBatchId'}], example: '1'}
paths:
  /a/b:
    get:
      responses:
        '200':
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CreditQuantity'}
              examples: {empty: {value: {}}}
";
    let text = format!("openapi: 3.0.3\ncomponents:\n  schemas:\n{schemas}{parameters}");
    let problems: String = samples(&document(&text)).iter().filter_map(problem).collect();
    let pointers: Vec<_> = problems.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    assert_eq!(
        pointers,
        [
            "/components/parameters/Id/example",
            "/components/parameters/Wrapped/schema/example",
            "/components/schemas/CreditBatchId/default",
            "/components/schemas/CreditQuantity/example",
            "/components/schemas/CreditQuantity/properties/credit_kgs/example",
            "/components/schemas/ErrorDetail/oneOf/0/example",
            "/paths/~1a~1b/get/responses/200/content/application~1json/examples/empty/value",
        ],
        "{problems}"
    );
}

fn document(text: &str) -> Value {
    source(text).root().to_json()
}

/// Returns a line for a sample that is invalid or that cannot be validated.
fn problem(sample: &Sample) -> Option<String> {
    let Sample { pointer, schema, value } = sample;
    match validate::json_at(schema, value.to_string().as_bytes()) {
        None => Some(format!("{pointer}: the client has no table for the schema {schema}\n")),
        Some(violations) if violations.is_empty() => None,
        Some(violations) => {
            let violations: Vec<_> = violations.iter().map(ToString::to_string).collect();
            Some(format!("{pointer}: {}\n", violations.join("; ")))
        }
    }
}

/// Returns the examples and defaults of a document, in the order of their pointers.
fn samples(document: &Value) -> Vec<Sample> {
    let mut samples = Vec::new();
    collect(document, "", &mut samples);
    samples.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    samples
}

/// Collects the samples of any part of a document outside a schema.
fn collect(value: &Value, pointer: &str, samples: &mut Vec<Sample>) {
    if let Some(schema) = value.get("schema") {
        // A Parameter, Header or Media Type Object.
        let schema_pointer = table_pointer(schema, &child(pointer, "schema"));
        if let Some(example) = value.get("example") {
            add(example, child(pointer, "example"), &schema_pointer, samples);
        }
        for (example, pointer) in children(value.get("examples"), &child(pointer, "examples")) {
            if let Some(value) = example.get("value") {
                add(value, child(&pointer, "value"), &schema_pointer, samples);
            }
        }
    }
    for (value, pointer) in children(Some(value), pointer) {
        let keyword = pointer.rsplit('/').next().unwrap_or_default();
        if pointer == "/components/schemas" {
            for (schema, pointer) in children(Some(value), &pointer) {
                collect_schema(schema, &pointer, samples);
            }
        } else if keyword == "schema" {
            collect_schema(value, &pointer, samples);
        } else if !keyword.starts_with("x-") && !keyword.starts_with("example") {
            collect(value, &pointer, samples);
        }
    }
}

/// Collects the samples of a schema and of the schemas within it.
fn collect_schema(schema: &Value, pointer: &str, samples: &mut Vec<Sample>) {
    for keyword in ["default", "example"] {
        if let Some(value) = schema.get(keyword) {
            let schema_pointer = table_pointer(schema, pointer);
            add(value, child(pointer, keyword), &schema_pointer, samples);
        }
    }
    for keyword in ["additionalProperties", "items"] {
        if let Some(schema) = schema.get(keyword) {
            collect_schema(schema, &child(pointer, keyword), samples);
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf", "properties"] {
        for (schema, pointer) in children(schema.get(keyword), &child(pointer, keyword)) {
            collect_schema(schema, &pointer, samples);
        }
    }
}

/// Returns the pointer of the schema that has a table: the target of a reference, even if the
/// reference is wrapped in an `allOf`, or else the schema itself.
fn table_pointer(schema: &Value, pointer: &str) -> String {
    let wrapped = schema["allOf"].as_array().filter(|schemas| schemas.len() == 1);
    let reference = wrapped.map_or(schema, |schemas| &schemas[0])["$ref"].as_str();
    reference.and_then(|reference| reference.strip_prefix('#')).unwrap_or(pointer).to_owned()
}

fn add(value: &Value, pointer: String, schema: &str, samples: &mut Vec<Sample>) {
    samples.push(Sample { pointer, schema: schema.to_owned(), value: value.clone() });
}

/// Returns the members of an object or the elements of an array, each with its pointer.
fn children<'v>(value: Option<&'v Value>, pointer: &str) -> Vec<(&'v Value, String)> {
    match value {
        Some(Value::Object(members)) => {
            members.iter().map(|(key, value)| (value, child(pointer, key))).collect()
        }
        Some(Value::Array(elements)) => {
            (0..).zip(elements).map(|(i, value)| (value, child(pointer, &format!("{i}")))).collect()
        }
        _ => Vec::new(),
    }
}

fn child(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}
