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

#[path = "simulator/samples.rs"]
mod samples;

use isometric_registry::operations::{self, OperationSpec};
use isometric_registry::validate::{Rule, Violation};
use isometric_registry::{Credentials, Error, Registry};

use samples::sample;

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
        // Prism always sends the example of the spec, and the client notices.
        Err(Error::Mismatch(mismatch)) => mismatch
            .violations()
            .iter()
            .map(|found| format!("{}: {found}", operation.name))
            .collect(),
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
