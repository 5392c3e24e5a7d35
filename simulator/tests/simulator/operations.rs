//! All operations by the tables of the spec.

use std::collections::{BTreeMap, BTreeSet};

use isometric_registry::operations::{self, OperationSpec};
use isometric_registry::types::ErrorBody;
use isometric_registry::validate;
use isometric_registry_simulator::Simulator;
use serde_json::Value;

use crate::http::{Response, credentials, send_body, send_with};
use crate::samples::sample;

/// The identifiers that responses contain, by prefix.
type Identifiers = BTreeMap<String, BTreeSet<String>>;

/// The number of resources of each kind that are requested.
const PER_KIND: usize = 40;

/// Asserts that a response is one that the spec documents.
fn assert_conforms(operation: &OperationSpec, path: &str, response: &Response) {
    let status = response.status.to_string();
    assert!(operation.statuses.contains(&&*status), "{path}: undocumented status {status}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    let violations = match (response.status, operation.response) {
        (200, Some(schema)) => validate::response_violations(&response.body, schema),
        (200, None) => Vec::new(),
        _ => validate::json::<ErrorBody>(&response.body),
    };
    assert_eq!(violations, [], "{path}: {}", String::from_utf8_lossy(&response.body));
}

fn is_identifier(text: &str) -> bool {
    text.len() == 20 && text.as_bytes()[3] == b'_' && text.contains("SIM")
}

fn collect(value: &Value, found: &mut Identifiers) {
    match value {
        Value::String(text) if is_identifier(text) => {
            found.entry(text[..3].to_owned()).or_default().insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

/// Returns the prefix of the identifier in the path of an operation.
fn prefix(operation: &OperationSpec) -> Option<&'static str> {
    let segment = operation.path.split('/').nth(1)?;
    let prefixes = [
        ("organisations", "org"),
        ("suppliers", "spl"),
        ("projects", "prj"),
        ("issuances", "iss"),
        ("deliveries", "dlv"),
        ("transfers", "tfr"),
        ("refunds", "bpr"),
        ("retirements", "ret"),
        ("orders", "ord"),
        ("credit_batches", "ctb"),
    ];
    let found = prefixes.iter().find(|(known, _)| *known == segment);
    found.filter(|_| operation.path.contains("{id}")).map(|(_, prefix)| *prefix)
}

/// Sends every request that reads, for the identifiers found so far. Returns the numbers of
/// responses by operation and status.
fn read_all(
    simulator: &Simulator,
    token: Option<&str>,
    identifiers: &mut Identifiers,
) -> BTreeMap<(&'static str, u16), usize> {
    let headers = credentials(simulator, token);
    let mut counts = BTreeMap::new();
    for operation in operations::all().iter().filter(|operation| operation.method == "GET") {
        let ids = match prefix(operation) {
            None => vec![String::new()],
            Some(prefix) => {
                identifiers.get(prefix).into_iter().flatten().take(PER_KIND).cloned().collect()
            }
        };
        for id in ids {
            let path = operation.path.replace("{id}", &id);
            let response = send_with(simulator, "GET", &path, &headers);
            assert_conforms(operation, &path, &response);
            *counts.entry((operation.name, response.status)).or_default() += 1;
            collect(&response.json(), identifiers);
        }
    }
    counts
}

fn identifiers(simulator: &Simulator) -> Identifiers {
    // No list contains refunds.
    let refunds = simulator.resource_ids("bpr").into_iter().collect();
    let mut found = Identifiers::from([("bpr".to_owned(), refunds)]);
    for token in [simulator.access_token(), simulator.access_token_of_supplier()] {
        read_all(simulator, Some(token), &mut found);
        read_all(simulator, Some(token), &mut found);
    }
    found
}

#[test]
fn every_response_conforms_to_the_spec() {
    let simulator = Simulator::builder().batches(300).start().unwrap();
    let mut found = identifiers(&simulator);
    let tokens = [None, Some(simulator.access_token()), Some(simulator.access_token_of_supplier())];
    let mut succeeded = BTreeSet::new();
    for token in tokens {
        let counts = read_all(&simulator, token, &mut found);
        succeeded.extend(counts.keys().filter(|(_, status)| *status == 200).map(|(name, _)| *name));
    }
    let reads = operations::all().iter().filter(|operation| operation.method == "GET");
    let missing: Vec<_> =
        reads.map(|operation| operation.name).filter(|name| !succeeded.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_write_is_implemented() {
    let simulator = Simulator::start().unwrap();
    let headers = credentials(&simulator, Some(simulator.access_token()));
    for operation in operations::all().iter().filter(|operation| operation.is_write()) {
        let body = sample(operation.body.unwrap()).to_string();
        let response = send_body(&simulator, operation.method, operation.path, &headers, &body);
        assert_conforms(operation, operation.path, &response);
        assert!([200, 404].contains(&response.status), "{}: {}", operation.name, response.status);
        let empty = send_body(&simulator, operation.method, operation.path, &headers, "{}");
        assert_eq!(empty.status, 422, "{}", operation.name);
        assert_conforms(operation, operation.path, &empty);
    }
}
