//! The `check` command.

use std::fs;

use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

use crate::{ID, assert_snapshot, feed, program, run, text, transcript};

/// Returns a valid batch with some values replaced.
fn batch(changes: &[(&str, Value)]) -> Value {
    let simulator = Simulator::start().unwrap();
    let batch = simulator.batch(&ID.parse().unwrap()).unwrap();
    let mut batch = serde_json::to_value(batch).unwrap();
    for (pointer, value) in changes {
        *batch.pointer_mut(pointer).unwrap() = value.clone();
    }
    batch
}

/// Returns NDJSON with each kind of violation.
fn invalid_lines() -> String {
    let valid = batch(&[]).to_string();
    let invalid = batch(&[
        ("/country_of_issue", json!("ATLANTIS")),
        ("/retirement_id", json!("ret_\u{1b}[2J")),
        ("/status", json!("active")),
        ("/size/credits", json!("2.652")),
    ]);
    let lines = [
        &format!("\u{feff}{valid}"),
        "",
        "{\"id\": \"ctb_1",
        "{\"id\":",
        &valid,
        "some words",
        "null",
        &format!("  {valid}\r"),
        "[1]",
        &invalid.to_string(),
        &format!("{valid} {valid}"),
        &format!("{valid}}}"),
        &valid,
        &valid[..valid.len() / 2],
    ];
    lines.join("\n")
}

fn check(input: &str, arguments: &[&str]) -> String {
    transcript(&feed(program(&[&["check"], arguments].concat()), input.as_bytes()))
}

#[test]
fn prints_violations_as_text() {
    assert_snapshot("check", &check(&invalid_lines(), &[]));
}

#[test]
fn prints_violations_as_json() {
    assert_snapshot("check-json", &check(&invalid_lines(), &["-", "--format", "json"]));
}

#[test]
fn results_do_not_depend_on_the_form() {
    let (one, two) = (batch(&[]), batch(&[("/country_of_issue", json!("xyz"))]));
    let without_lines = |transcript: String| {
        let lines = transcript.lines().map(|line| match line.split_once(" (line ") {
            Some((record, rest)) => format!("{record}{}", rest.split_once(')').unwrap().1),
            None => line.to_owned(),
        });
        lines.collect::<Vec<_>>()
    };
    let expected = without_lines(check(&format!("{one}\n{two}\n"), &[]));
    assert_eq!(expected[0], "exit status 1");
    let array = json!([one, two]);
    for document in [
        array.to_string(),
        serde_json::to_string_pretty(&array).unwrap(),
        format!("{one:#}\n{two:#}"),
        format!("{one} {two}"),
        format!("[{one}]\n[{two}]"),
    ] {
        assert_eq!(without_lines(check(&document, &[])), expected, "{document}");
    }
}

#[test]
fn stops_at_a_syntax_error_in_an_array() {
    let array = json!([batch(&[]), batch(&[])]);
    let array = serde_json::to_string_pretty(&array).unwrap();
    let invalid = array.replace("\"status\":", "status:");
    assert_snapshot("check-array", &check(&invalid, &[]));
}

#[test]
fn accepts_valid_batches_and_empty_input() {
    assert_snapshot("check-valid", &check(&format!("{}\n", batch(&[])), &[]));
    assert_snapshot("check-empty", &check("\n\n", &[]));
}

#[test]
fn accepts_the_output_of_get() {
    let simulator = Simulator::start().unwrap();
    let ids: String = simulator.ids().map(|id| format!("{id}\n")).collect();
    let fetched = feed(program(&["--offline", "get", "--ids", "-"]), ids.as_bytes());
    let checked = check(&text(&fetched.stdout), &[]);
    assert!(checked.ends_with("<stdin>: 100 records, 0 invalid, 0 violations\n"), "{checked}");
}

/// Returns NDJSON of several types: the examples of the spec.
fn mixed_lines() -> String {
    let issuance = json!({
        "id": "iss_1EWT8R5FY1S0GFCY",
        "issued_at": "2024-01-22T11:56:48.520641Z",
        "supplier": {
            "id": "spl_1CC712KFS1S0YKPS",
            "short_description": null,
            "long_description": null,
            "organisation": {"domain": null, "id": "org_1CP8EQDNQSBXTMR2", "name": "Storage"},
            "location": null,
        },
        "project_id": "prj_1CTWZQGKE1S0VAXA",
        "reporting_period_start_at": "2023-10-01",
        "reporting_period_end_at": "2023-12-31",
        "supplier_credit_batch_size_total": {"credit_kgs": 119_350, "credits": 119.35},
        "buffer_pool_credit_batch_size_total": {"credit_kgs": 6282, "credits": 6.282},
        "credit_batch_size_total": {"credit_kgs": 125_632, "credits": 125.632},
    });
    let organisation = json!({"domain": null, "id": "org_1CP8EQDNQSBXTMR2", "name": "Storage"});
    let mut invalid = issuance.clone();
    invalid["project_id"] = json!("spl_1CC712KFS1S0YKPS");
    let unknown = json!({"id": "tea_1CC712KFS1S0YKPS"});
    [batch(&[]), issuance, organisation, invalid, unknown]
        .map(|record| format!("{record}\n"))
        .concat()
}

#[test]
fn finds_the_type_of_each_record_by_its_identifier() {
    assert_snapshot("check-mixed", &check(&mixed_lines(), &[]));
}

#[test]
fn validates_records_of_a_given_type() {
    let quantity = r#"{"credit_kgs": 12.5, "credits": 0.0125}"#;
    assert_snapshot("check-as", &check(quantity, &["--as", "credit-quantity"]));
    assert_eq!(
        check(quantity, &["--as", "CreditQuantity"]),
        check(quantity, &["--as", "credit-quantity"])
    );
    assert_snapshot("check-unknown-type", &check(quantity, &["--as", "credit-quantities"]));
}

#[test]
fn escapes_control_characters_of_the_file_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a\u{1b}b.json"), "{").unwrap();
    let output = program(&["check", "a\u{1b}b.json"]).current_dir(folder.path()).output().unwrap();
    assert_snapshot("check-file", &transcript(&output));
}

#[cfg(unix)]
#[test]
fn read_error_is_a_failure() {
    assert_snapshot("check-folder", &run(&["check", "/"]));
}
