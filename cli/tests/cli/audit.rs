//! The `audit` command.

use std::fs;
use std::path::Path;
use std::process::Output;

use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

use crate::{assert_snapshot, program, run, text, transcript, with_simulator};

/// Adds a kilogram to the total of the first retirement and returns its identifier.
fn corrupt_retirement(simulator: &Simulator) -> String {
    let retirement = simulator.resource_ids("ret").swap_remove(0);
    let total = "/credit_batch_size_total/credit_kgs";
    let edit = |json: &mut Value| {
        let kilograms = json.pointer_mut(total).unwrap();
        *kilograms = json!(kilograms.as_i64().unwrap() + 1);
    };
    simulator.corrupt_resource(&retirement, edit).unwrap();
    retirement
}

#[test]
fn audits_everything_as_in_the_example_of_the_help() {
    let help = run(&["audit", "--help"]);
    let (_, example) = help.split_once("isometric-registry --offline audit").unwrap();
    let arguments = example.lines().next().unwrap();
    let arguments: Vec<_> =
        ["--offline", "audit"].into_iter().chain(arguments.split_whitespace()).collect();
    assert_snapshot("audit-all", &run(&arguments));
}

#[test]
fn prints_errors_and_exits_with_1() {
    let simulator = Simulator::start().unwrap();
    let retirement = corrupt_retirement(&simulator);
    let text = with_simulator(&simulator, &["audit", &retirement]).output().unwrap();
    assert_snapshot("audit-errors", &transcript(&text));
    let json = ["audit", "--format", "json", &retirement];
    let json = with_simulator(&simulator, &json).output().unwrap();
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json.status.code(), Some(1));
    assert_eq!((&report["errors"], &report["notes"]), (&json!(2), &json!(0)));
    let rules = report["rules"].as_array().unwrap();
    let total = rules.iter().find(|rule| rule["rule"] == "batches-total").unwrap();
    assert_eq!(total["findings"][0]["id"], json!(retirement));
    assert_eq!((&total["checked"], &total["count"]), (&json!(1), &json!(1)));
}

#[test]
fn notes_alone_are_a_success() {
    let simulator = Simulator::start().unwrap();
    let batch = simulator.batches().find(|batch| batch.carbon_removal_data.is_some()).unwrap();
    let edit = |batch: &mut Value| batch["carbon_removal_data"]["losses_kg"] = json!(-1);
    simulator.corrupt_resource(batch.id.as_str(), edit).unwrap();
    let output = with_simulator(&simulator, &["audit", batch.id.as_str()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("note negative-quantity: "));
}

#[test]
fn rejects_unusable_arguments() {
    let mut transcripts = String::new();
    let cases: [&[&str]; 5] = [
        &["audit"],
        &["audit", "--all", "iss_1EWT8R5FY1S0GFCY"],
        &["audit", "--offline", "xyz_1EWT8R5FY1S0GFCY"],
        &["audit", "--offline", "iss_1"],
        &["audit", "--offline", "iss_0000000000000000"],
    ];
    for arguments in cases {
        transcripts += &format!("$ {}\n{}\n", arguments.join(" "), run(arguments));
    }
    assert_snapshot("audit-rejected", &transcripts);
}

/// Audits a folder with these files.
fn audit_folder(files: &[(&str, String)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    run_in(folder.path())
}

fn run_in(folder: &Path) -> Output {
    program(&["audit", "--from", "."]).current_dir(folder).output().unwrap()
}

/// Returns resources of the simulator as NDJSON.
fn ndjson(simulator: &Simulator, ids: &[String]) -> String {
    let lines = ids.iter().map(|id| {
        let mut line = String::new();
        simulator.corrupt_resource(id, |json| line = format!("{json}\n")).unwrap();
        line
    });
    lines.collect()
}

#[test]
fn audits_a_folder() {
    let simulator = Simulator::start().unwrap();
    let retirement = corrupt_retirement(&simulator);
    let batches = simulator
        .batches()
        .filter(|batch| batch.retirement_id.as_ref().is_some_and(|id| id.as_str() == retirement));
    let batches: Vec<_> = batches.map(|batch| batch.id.to_string()).collect();
    let projects = simulator.resource_ids("prj");
    let output = audit_folder(&[
        ("projects.ndjson", ndjson(&simulator, &projects)),
        ("issuances.ndjson", ndjson(&simulator, &simulator.resource_ids("iss"))),
        ("retirement.ndjson", ndjson(&simulator, std::slice::from_ref(&retirement))),
        (&format!("retirement-credit-batches.{retirement}.ndjson"), ndjson(&simulator, &batches)),
        ("ignored.csv", "not JSON".to_owned()),
    ]);
    assert_snapshot("audit-folder", &transcript(&output));
}

#[test]
fn a_list_with_an_unreadable_line_is_not_complete() {
    let simulator = Simulator::start().unwrap();
    let issuances = simulator.resource_ids("iss");
    let half = ndjson(&simulator, &issuances[..issuances.len() / 2]);
    let projects = ndjson(&simulator, &simulator.resource_ids("prj"));
    let audit = |issuances: String| {
        audit_folder(&[("issuances.ndjson", issuances), ("projects.ndjson", projects.clone())])
    };
    let complete = audit(half.clone());
    assert!(text(&complete.stdout).contains("error project-issued: "));
    assert_eq!(complete.status.code(), Some(1));
    let broken = audit(half + "{\"id\":\n");
    assert!(!text(&broken.stdout).contains("project-issued"), "{}", text(&broken.stdout));
    let line = format!("issuances.ndjson line {}", issuances.len() / 2 + 1);
    assert!(text(&broken.stdout).contains(&line), "{}", text(&broken.stdout));
}

#[test]
fn rejects_a_folder_without_files() {
    let folder = tempfile::tempdir().unwrap();
    assert_snapshot("audit-empty-folder", &transcript(&run_in(folder.path())));
    let missing = program(&["audit", "--from", "missing"]).current_dir(folder.path()).output();
    assert_eq!(missing.unwrap().status.code(), Some(2));
}
