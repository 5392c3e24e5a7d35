//! The `call` command.

use std::process::Output;

use isometric_registry::StatusCode;
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::{Value, json};

use crate::{ID, assert_snapshot, feed, program, run, text, transcript, with_simulator};

const CREATE: [&str; 4] = ["call", "create-beneficiary", "--body", "-"];
const BODY: &[u8] = br#"{"beneficiary_name": "Acme", "beneficiary_domain": "acme.example"}"#;

/// Creates a beneficiary with more arguments.
fn create(simulator: &Simulator, arguments: &[&str]) -> Output {
    feed(with_simulator(simulator, &[&CREATE[..], arguments].concat()), BODY)
}

#[test]
fn prints_the_response_of_any_operation() {
    let call = run(&["--offline", "call", "credit-batch", "--id", ID]);
    assert_eq!(call, run(&["--offline", "get", ID, "--format", "json"]));
    let output = program(&["--offline", "call", "suppliers", "--first", "2"]).output().unwrap();
    let page: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(page["nodes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_dry_run_prints_the_request_and_sends_nothing() {
    let simulator = Simulator::start().unwrap();
    assert_snapshot("call-dry-run", &transcript(&create(&simulator, &["--dry-run"])));
    let arguments = ["call", "issuances", "--first", "3", "--dry-run"];
    let read = with_simulator(&simulator, &arguments).output().unwrap();
    assert_snapshot("call-dry-run-read", &transcript(&read));
    assert!(simulator.requests().is_empty());
}

#[test]
fn a_dry_run_prints_no_secret() {
    let simulator = Simulator::start().unwrap();
    let name = simulator.client_secret();
    let body = json!({ "beneficiary_name": name, "beneficiary_domain": "acme.example" });
    let arguments = [&CREATE[..], &["--dry-run"]].concat();
    let output = feed(with_simulator(&simulator, &arguments), body.to_string().as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    assert!(text(&output.stdout).contains("[redacted]"));
    assert!(!transcript(&output).contains(name));
}

#[test]
fn a_write_needs_confirmation() {
    let simulator = Simulator::start().unwrap();
    assert_snapshot("call-unconfirmed", &transcript(&create(&simulator, &[])));
    assert!(simulator.requests().is_empty());
    let output = create(&simulator, &["--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    let created: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(created["name"], "Acme");
    assert_eq!(simulator.requests().len(), 1);
}

#[test]
fn an_invalid_write_is_not_sent() {
    let simulator = Simulator::start().unwrap();
    let arguments = ["call", "create-retirement", "--body", "-", "--yes"];
    for (name, body) in [
        ("call-invalid-body", &br#"{"notes": 7}"#[..]),
        ("call-duplicate", br#"{"notes": null, "notes": null}"#),
        ("call-not-json", b"{"),
    ] {
        let output = feed(with_simulator(&simulator, &arguments), body);
        assert_eq!(output.status.code(), Some(2));
        assert_snapshot(name, &transcript(&output));
    }
    assert!(simulator.requests().is_empty());
}

#[test]
fn a_failed_write_states_its_outcome() {
    for (name, fault) in [
        ("refused", Fault::status(StatusCode::FORBIDDEN)),
        ("unknown", Fault::status(StatusCode::INTERNAL_SERVER_ERROR)),
        ("done", Fault::truncate(10)),
    ] {
        let simulator = Simulator::start().unwrap();
        simulator.inject(fault.always());
        let output = create(&simulator, &["--yes"]);
        assert_eq!(output.status.code(), Some(1));
        assert_snapshot(&format!("call-{name}"), &transcript(&output));
        assert_eq!(simulator.requests().len(), 1);
    }
    let simulator = Simulator::start().unwrap();
    simulator.answer("create_beneficiary", 200, &json!({ "id": 7 })).unwrap();
    assert_snapshot("call-done-invalid", &transcript(&create(&simulator, &["--yes"])));
    let arguments =
        [&CREATE[..], &["--yes", "--base-url", "http://127.0.0.1:1", "--retries", "0"]].concat();
    let mut command = program(&arguments);
    command.env("ISOMETRIC_ACCESS_TOKEN", "a-token-for-tests");
    command.env("ISOMETRIC_CLIENT_SECRET", "a-secret-for-tests");
    let output = text(&feed(command, BODY).stderr);
    assert!(output.contains("; outcome: not sent\n"), "{output}");
}

#[cfg(target_os = "linux")]
#[test]
fn rejects_endless_bodies() {
    let arguments = ["--offline", "call", "create-beneficiary", "--body", "/dev/zero"];
    assert_snapshot("call-endless-body", &run(&arguments));
}
