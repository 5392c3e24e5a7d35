//! The `get` command.

use std::time::Duration;

use isometric_registry::StatusCode;
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::{Value, json};

use crate::{ID, UNKNOWN, assert_snapshot, feed, program, run, text, transcript, with_simulator};

const OTHER: &str = "ctb_BVAZV0000SIM000K";

#[test]
fn prints_a_single_batch_as_a_table() {
    assert_snapshot("get", &run(&["--offline", "get", ID]));
}

#[test]
fn prints_a_single_batch_as_json() {
    assert_snapshot("get-json", &run(&["--offline", "get", ID, "--format", "json"]));
}

#[test]
fn prints_several_batches_as_json_lines() {
    let output = program(&["get", "--offline", "--concurrency", "2", ID, OTHER]).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let printed = text(&output.stdout);
    let batches = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ids: Vec<_> = batches.map(|batch| batch["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, [OTHER, ID]);
}

#[test]
fn prints_several_batches_as_a_table() {
    // Sequential calls keep the order.
    let table = ["--format", "table", "--concurrency", "1"];
    assert_snapshot("get-table", &run(&[&["--offline", "get", ID, OTHER], &table[..]].concat()));
}

#[test]
fn reads_identifiers_from_a_file_and_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids");
    let lines = format!("# two\n\n{ID}\r\n  {OTHER}\n");
    std::fs::write(&file, &lines).unwrap();
    let arguments = ["--offline", "get", "--concurrency", "1", "--ids"];
    let from_file = run(&[&arguments[..], &[file.to_str().unwrap()]].concat());
    let from_stdin = feed(program(&[&arguments[..], &["-"]].concat()), lines.as_bytes());
    assert_eq!(from_file, transcript(&from_stdin));
    assert_eq!(text(&from_stdin.stdout).lines().count(), 2);
}

#[test]
fn file_with_one_identifier_prints_json() {
    let output = feed(program(&["--offline", "get", "--ids", "-"]), ID.as_bytes());
    assert!(text(&output.stdout).starts_with('{'), "{}", transcript(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn rejects_endless_identifier_files() {
    assert_snapshot("get-endless-ids", &run(&["--offline", "get", "--ids", "/dev/zero"]));
}

#[test]
fn rejects_invalid_identifiers_before_sending() {
    let simulator = Simulator::start().unwrap();
    let output = with_simulator(&simulator, &["get", ID, "org_1"]).output().unwrap();
    assert_snapshot("get-invalid-id", &transcript(&output));
    let lines = format!("{ID}\n\nctb_\nyes\n");
    let output = feed(with_simulator(&simulator, &["get", "--ids", "-"]), lines.as_bytes());
    assert_snapshot("get-invalid-ids", &transcript(&output));
    assert_eq!(simulator.requests().len(), 0);
}

#[test]
fn continues_after_a_failed_batch() {
    let output = run(&["--offline", "get", "--concurrency", "1", ID, UNKNOWN, OTHER]);
    assert_snapshot("get-unknown", &output);
}

#[test]
fn prints_batches_that_violate_the_spec() {
    let simulator = Simulator::start().unwrap();
    let id = ID.parse().unwrap();
    let mut batch = serde_json::to_value(simulator.batch(&id).unwrap()).unwrap();
    batch["country_of_issue"] = json!("ATLANTIS");
    batch["owner"]["name"] = json!("A\u{1b}[2J\nB\u{9b}\u{202e}\u{7f}");
    simulator.corrupt(&id, batch);
    let table = with_simulator(&simulator, &["get", ID, "--verbose"]).output().unwrap();
    assert_snapshot("get-invalid", &transcript(&table));
    let json = with_simulator(&simulator, &["get", ID, "--format", "json"]).output().unwrap();
    let printed = text(&json.stdout);
    assert!(printed.contains("ATLANTIS"), "{printed}");
    assert!(printed.contains(r"A\u001b[2J\nB\u009b\u202e\u007f"), "{printed}");
    assert_eq!(json.status.code(), Some(1));
    let mut many = with_simulator(&simulator, &["-v", "get", ID, OTHER, "--concurrency", "1"]);
    let stderr = text(&many.output().unwrap().stderr);
    let lines: Vec<_> = stderr.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["error", "cause", "error", "hint"]);
}

#[test]
fn rejects_a_response_about_another_batch() {
    let simulator = Simulator::start().unwrap();
    let other = simulator.batch(&OTHER.parse().unwrap()).unwrap();
    simulator.corrupt(&ID.parse().unwrap(), serde_json::to_value(other).unwrap());
    let output = with_simulator(&simulator, &["get", ID]).output().unwrap();
    assert_snapshot("get-other-id", &transcript(&output));
}

#[test]
fn retries_as_often_as_requested() {
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).retry_after(0).always());
    let output = with_simulator(&simulator, &["get", ID, "--retries", "1"]).output().unwrap();
    assert_eq!(simulator.requests().len(), 2);
    assert_snapshot("get-unavailable", &transcript(&output));
}

#[test]
fn timeout_limits_the_whole_call() {
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::delay(Duration::from_secs(60)).always());
    let output = with_simulator(&simulator, &["get", ID, "--timeout", "50ms"]).output().unwrap();
    assert_snapshot("get-timeout", &transcript(&output));
}
