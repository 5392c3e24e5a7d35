//! `get`: credit batches, one or many.

use std::time::Duration;

use isometric_registry::StatusCode;
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::{Value, json};

use crate::{ID, UNKNOWN, asking, assert_shown, feed, program, run, shown, text};

const OTHER: &str = "ctb_BVAZV0000SIM000K";

#[test]
fn one_batch_is_for_a_person_to_read() {
    assert_shown("get", &run(&["--offline", "get", ID]));
}

#[test]
fn one_batch_can_be_json() {
    assert_shown("get-json", &run(&["--offline", "get", ID, "--format", "json"]));
}

#[test]
fn many_batches_are_a_line_of_json_each() {
    let output = program(&["get", "--offline", "--concurrency", "2", ID, OTHER]).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let printed = text(&output.stdout);
    let batches = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ids: Vec<_> = batches.map(|batch| batch["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, [OTHER, ID]);
}

#[test]
fn many_batches_can_be_a_table() {
    // One at a time, so that they come in order.
    let table = ["--format", "table", "--concurrency", "1"];
    assert_shown("get-table", &run(&[&["--offline", "get", ID, OTHER], &table[..]].concat()));
}

#[test]
fn identifiers_come_from_a_file_or_from_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids");
    let lines = format!("# two\n\n{ID}\r\n  {OTHER}\n");
    std::fs::write(&file, &lines).unwrap();
    let arguments = ["--offline", "get", "--concurrency", "1", "--ids"];
    let from_file = run(&[&arguments[..], &[file.to_str().unwrap()]].concat());
    let from_stdin = feed(program(&[&arguments[..], &["-"]].concat()), lines.as_bytes());
    assert_eq!(from_file, shown(&from_stdin));
    assert_eq!(text(&from_stdin.stdout).lines().count(), 2);
}

#[test]
fn a_file_of_one_identifier_gives_json_as_one_of_many_does() {
    let output = feed(program(&["--offline", "get", "--ids", "-"]), ID.as_bytes());
    assert!(text(&output.stdout).starts_with('{'), "{}", shown(&output));
}

#[test]
fn what_is_no_identifier_is_refused_before_anything_is_sent() {
    let simulator = Simulator::start().unwrap();
    assert_shown("get-no-id", &shown(&asking(&simulator, &["get", ID, "org_1"]).output().unwrap()));
    let lines = format!("{ID}\n\nctb_\nyes\n");
    let output = feed(asking(&simulator, &["get", "--ids", "-"]), lines.as_bytes());
    assert_shown("get-no-ids", &shown(&output));
    assert_eq!(simulator.requests().len(), 0);
}

#[test]
fn one_failure_does_not_end_the_others() {
    let output = run(&["--offline", "get", "--concurrency", "1", ID, UNKNOWN, OTHER]);
    assert_shown("get-unknown", &output);
}

#[test]
fn a_batch_that_breaks_the_spec_is_printed_all_the_same() {
    let simulator = Simulator::start().unwrap();
    let id = ID.parse().unwrap();
    let mut batch = serde_json::to_value(simulator.batch(&id).unwrap()).unwrap();
    batch["country_of_issue"] = json!("ATLANTIS");
    batch["owner"]["name"] = json!("A\u{1b}[2J\nB");
    simulator.corrupt(&id, batch);
    let table = asking(&simulator, &["get", ID, "--verbose"]).output().unwrap();
    assert_shown("get-invalid", &shown(&table));
    let json = asking(&simulator, &["get", ID, "--format", "json"]).output().unwrap();
    assert!(text(&json.stdout).contains("ATLANTIS"));
    assert_eq!(json.status.code(), Some(1));
    let mut many = asking(&simulator, &["-v", "get", ID, OTHER, "--concurrency", "1"]);
    let stderr = text(&many.output().unwrap().stderr);
    let lines: Vec<_> = stderr.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["error", "cause", "error", "hint"]);
}

#[test]
fn retries_are_as_many_as_are_asked_for() {
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).retry_after(0).always());
    let output = asking(&simulator, &["get", ID, "--retries", "1"]).output().unwrap();
    assert_eq!(simulator.requests().len(), 2);
    assert_shown("get-unavailable", &shown(&output));
}

#[test]
fn a_timeout_is_that_of_the_whole_call() {
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::delay(Duration::from_secs(60)).always());
    let output = asking(&simulator, &["get", ID, "--timeout", "50ms"]).output().unwrap();
    assert_shown("get-timeout", &shown(&output));
}
