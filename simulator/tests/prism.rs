//! The client against Prism, an independent mock server for OpenAPI documents.
//!
//! ```text
//! npx @stoplight/prism-cli@5.14 mock --errors --port 4010 spec/registry.yaml
//! PRISM_URL=http://127.0.0.1:4010 cargo test -p isometric-registry-simulator --test prism
//! ```
//!
//! With `--errors`, Prism rejects requests that violate the spec. With `--dynamic`, it invents
//! each response.
#![cfg(test)]

use isometric_registry::operations::{self, OperationSpec};
use isometric_registry::validate::{Format, Required, Rule, Schema, StringRules, Violation};
use isometric_registry::{Credentials, Registry};
use serde_json::{Value, json};

/// The number of requests to each operation.
const REQUESTS: usize = 5;

#[tokio::test]
async fn the_client_accepts_the_responses_of_prism() {
    let Ok(url) = std::env::var("PRISM_URL") else {
        println!("skipped: PRISM_URL is not set");
        return;
    };
    let credentials = Credentials::new("an-access-token", "a-client-secret").unwrap();
    let registry = Registry::at(&url, credentials).unwrap();
    let mut problems = Vec::new();
    for operation in operations::all() {
        for _ in 0..REQUESTS {
            problems.extend(call(&registry, operation).await);
        }
    }
    assert_eq!(problems, [""; 0]);
}

/// Calls an operation with all of its parameters but the cursors of one direction. Returns the
/// problems of the response.
async fn call(registry: &Registry, operation: &'static OperationSpec) -> Vec<String> {
    let mut call = registry.json_call(operation);
    for parameter in operation.parameters {
        if !["last", "before"].contains(&parameter.name) {
            call = call.argument(parameter.name, &sample(parameter.schema)).unwrap();
        }
    }
    if let Some(schema) = operation.body {
        call = call.body(&sample(schema));
    }
    match call.response().await {
        Err(error) => vec![format!("{}: {error:?}", operation.name)],
        Ok(response) => {
            let unexpected = response.violations().iter().filter(|found| !is_known(found));
            unexpected.map(|found| format!("{}: {found}", operation.name)).collect()
        }
    }
}

/// Returns whether a violation is a known defect of Prism: it invents countries and decimal numbers
/// by their type, and repeats the pattern of an identifier to reach the minimum length.
fn is_known(violation: &Violation) -> bool {
    let is_invented = ["country_code", "country_of_issue", "_per_tonne"];
    is_invented.iter().any(|name| violation.pointer.ends_with(name))
        || violation.rule == Rule::Character
}

/// Returns a value that conforms to a schema, with all properties.
fn sample(schema: &'static Schema) -> Value {
    match schema.non_null() {
        Schema::Any => Value::Null,
        Schema::Boolean => json!(true),
        Schema::Integer(bounds) => json!(bounds.minimum.map_or(1, |(minimum, _)| minimum as i64)),
        Schema::Number(_) | Schema::Decimal(_) => json!(1),
        Schema::String(rules) => json!(sample_string(rules)),
        Schema::Array { items, count, .. } => {
            (0..count.min.max(1)).map(|_| sample(items)).collect()
        }
        Schema::Object { properties, .. } => {
            let required = properties.iter().filter(|each| each.required != Required::Never);
            required.map(|each| (each.name.to_owned(), sample(each.schema))).collect()
        }
        Schema::OneOf(schemas) | Schema::AnyOf(schemas) | Schema::AllOf(schemas) => {
            schemas.first().map(|schema| sample(schema)).unwrap_or_default()
        }
        Schema::Nullable(_) => Value::Null,
    }
}

fn sample_string(rules: &StringRules) -> String {
    match (rules.values, rules.format) {
        ([first, ..], _) => (*first).to_owned(),
        (_, Some(Format::CountryCode)) => "GBR".to_owned(),
        (_, Some(Format::Date)) => "2024-01-01".to_owned(),
        (_, Some(Format::DateTime)) => "2024-01-01T00:00:00Z".to_owned(),
        (_, Some(Format::Decimal | Format::Int32)) => "1".to_owned(),
        (_, None) => format!("{:0<width$}", rules.prefix, width = rules.length.min.max(1)),
    }
}
