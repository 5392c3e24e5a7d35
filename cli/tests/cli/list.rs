//! The `list` command.

use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

use crate::{assert_snapshot, program, run, text, transcript, with_simulator};

const FIRST: &str = "org_0000000000000001";
const SECOND: &str = "org_0000000000000002";

/// Returns a page with one organisation.
fn page(id: &str, cursor: &str, more: bool) -> Value {
    json!({
        "nodes": [{ "id": id, "domain": null, "name": "A\u{9b}", "founded": 1850 }],
        "total_count": 2,
        "page_info": {
            "has_previous_page": false,
            "start_cursor": null,
            "has_next_page": more,
            "end_cursor": cursor,
        },
    })
}

fn ids(ndjson: &[u8]) -> Vec<String> {
    let records = text(ndjson);
    let records = records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn prints_each_format() {
    for format in ["table", "csv", "json"] {
        let arguments = ["--offline", "list", "issuances", "--limit", "2", "--format", format];
        assert_snapshot(&format!("list-{format}"), &run(&arguments));
    }
}

#[test]
fn accepts_arguments_and_filters() {
    let simulator = Simulator::start().unwrap();
    let organisation = simulator.organisation().id.to_string();
    let arguments =
        ["list", "organisation-credit-batches", &organisation, "--status", "retired,split"];
    let output = with_simulator(&simulator, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    let records = text(&output.stdout);
    assert!(records.lines().count() > 1);
    for record in records.lines() {
        let record: Value = serde_json::from_str(record).unwrap();
        assert!(["retired", "split"].contains(&record["status"].as_str().unwrap()), "{record}");
    }
}

#[test]
fn reads_all_pages_up_to_the_limit() {
    let simulator = Simulator::builder().batches(1_000).start().unwrap();
    let issuances = simulator.resource_ids("iss_").len();
    assert!(issuances > 60);
    for (limit, expected) in [("1", 1), ("51", 51), ("1000000", issuances)] {
        let arguments = ["list", "issuances", "--limit", limit];
        let output = with_simulator(&simulator, &arguments).output().unwrap();
        assert_eq!(ids(&output.stdout).len(), expected);
    }
    let output = with_simulator(&simulator, &["list", "issuances"]).output().unwrap();
    let mut all = ids(&output.stdout);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), issuances);
}

#[test]
fn keeps_unknown_properties_and_escapes_control_characters() {
    let simulator = Simulator::start().unwrap();
    simulator.answer("transferees", 200, &page(FIRST, "end", false)).unwrap();
    let output = with_simulator(&simulator, &["list", "transferees"]).output().unwrap();
    let printed = text(&output.stdout);
    assert!(printed.contains(r#""founded":1850"#), "{printed}");
    assert!(printed.contains(r#""name":"A\u009b""#), "{printed}");
}

#[test]
fn prints_lists_without_pages() {
    let simulator = Simulator::start().unwrap();
    let delivery = simulator.resource_ids("dlv_").remove(0);
    let arguments = ["list", "delivery-credit-batches", &delivery];
    let output = with_simulator(&simulator, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    assert!(!ids(&output.stdout).is_empty());
}

#[test]
fn a_failed_page_keeps_what_was_printed_and_names_the_command_to_go_on() {
    let simulator = Simulator::start().unwrap();
    simulator.answer("transferees", 200, &page(FIRST, "a b", true)).unwrap();
    simulator.answer("transferees", 500, &json!({ "detail": "broken" })).unwrap();
    let arguments = ["list", "transferees", "--after=start", "--limit", "9", "--format", "csv"];
    let output = with_simulator(&simulator, &arguments).output().unwrap();
    assert_snapshot("list-failed-page", &transcript(&output));
}

#[test]
fn continues_after_a_page_that_violates_the_spec() {
    let simulator = Simulator::start().unwrap();
    let mut invalid = page(FIRST, "next", true);
    invalid["nodes"][0]["name"] = json!(7);
    simulator.answer("transferees", 200, &invalid).unwrap();
    simulator.answer("transferees", 200, &page(SECOND, "end", false)).unwrap();
    let output = with_simulator(&simulator, &["list", "transferees"]).output().unwrap();
    assert_eq!(ids(&output.stdout), [FIRST, SECOND]);
    assert_snapshot("list-invalid-page", &transcript(&output));
}

#[test]
fn an_endless_list_of_invalid_pages_ends() {
    let simulator = Simulator::start().unwrap();
    let mut invalid = page(FIRST, "next", true);
    invalid["nodes"][0]["name"] = json!(7);
    simulator.answer("transferees", 200, &invalid).unwrap().always();
    let output = with_simulator(&simulator, &["list", "transferees"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(ids(&output.stdout).len(), 2);
}

#[test]
fn every_collection_has_help() {
    let help = text(&program(&["list", "-h"]).output().unwrap().stdout);
    let (_, collections) = help.split_once("Collections:\n").unwrap();
    let (collections, _) = collections.split_once("\n\n").unwrap();
    assert!(collections.lines().count() >= 20, "{collections}");
    for line in collections.lines() {
        let name = line.split_whitespace().next().unwrap();
        let help = text(&program(&["list", name, "--help"]).output().unwrap().stdout);
        assert!(help.contains("--limit") && help.contains("\nRegistry:\n"), "{help}");
    }
    assert_snapshot(
        "help-list-organisation-credit-batches",
        &run(&["list", "organisation-credit-batches", "--help"]),
    );
}

#[test]
fn sums_lists_exactly() {
    assert_snapshot("sum", &run(&["--offline", "sum", "issuances", "--format", "table"]));
    let by = ["--offline", "sum", "issuances", "--by", "supplier.id", "--format", "json"];
    assert_snapshot("sum-by", &run(&by));
    assert_snapshot("sum-nothing", &run(&["--offline", "sum", "transferees"]));
}

#[test]
fn a_sum_with_split_batches_is_noted() {
    let mut arguments = vec!["--offline", "sum", "organisation-credit-batches"];
    arguments.extend(["org_W5GDS0000SIM0000", "--status", "active,split", "--format", "csv"]);
    assert_snapshot("sum-split", &run(&arguments));
}

#[test]
fn a_failed_page_leaves_no_total() {
    let simulator = Simulator::start().unwrap();
    simulator.answer("issuances", 500, &json!({ "detail": "broken" })).unwrap();
    let output = with_simulator(&simulator, &["sum", "issuances"]).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
}
