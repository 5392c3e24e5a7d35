//! `check`: credit batches in a file.

use std::fs;

use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

use crate::{ID, assert_shown, feed, program, run, shown, text};

/// A batch in order, with some of its members changed.
fn batch(changes: &[(&str, Value)]) -> Value {
    let simulator = Simulator::start().unwrap();
    let batch = simulator.batch(&ID.parse().unwrap()).unwrap();
    let mut batch = serde_json::to_value(batch).unwrap();
    for (pointer, value) in changes {
        *batch.pointer_mut(pointer).unwrap() = value.clone();
    }
    batch
}

/// Everything that a document of one value a line can have wrong.
fn nasty() -> String {
    let good = batch(&[]).to_string();
    let bad = batch(&[
        ("/country_of_issue", json!("ATLANTIS")),
        ("/retirement_id", json!("ret_\u{1b}[2J")),
        ("/status", json!("active")),
        ("/size/credits", json!("2.652")),
    ]);
    let pretty = serde_json::to_string_pretty(&batch(&[])).unwrap();
    let lines = [
        &format!("\u{feff}{good}"),
        "",
        "{\"id\": \"ctb_1",
        "{\"id\":",
        &good,
        "some words",
        "null",
        &format!("  {good}\r"),
        "[1]",
        &bad.to_string(),
        &pretty,
        &pretty.replacen(',', "", 1),
        &format!("{good} {good}"),
        &format!("{good}}}"),
        &good,
        &good[..good.len() / 2],
    ];
    lines.join("\n")
}

fn check(input: &str, arguments: &[&str]) -> String {
    shown(&feed(program(&[&["check"], arguments].concat()), input.as_bytes()))
}

#[test]
fn a_violation_is_a_line_of_text() {
    assert_shown("check", &check(&nasty(), &[]));
}

#[test]
fn a_violation_is_a_line_of_json() {
    assert_shown("check-json", &check(&nasty(), &["-", "--format", "json"]));
}

#[test]
fn an_object_an_array_and_lines_are_the_same_batches() {
    let (one, two) = (batch(&[]), batch(&[("/country_of_issue", json!("xyz"))]));
    let without_lines = |shown: String| {
        let lines = shown.lines().map(|line| match line.split_once(" (line ") {
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
fn an_array_goes_on_after_an_element_that_is_no_json() {
    let good = batch(&[]);
    let array = format!("[{good}, nope, {{\"id\": , \"x\"}}, {good} {good}, {good},, {good}");
    assert_shown("check-array", &check(&array, &[]));
}

#[test]
fn batches_in_order_have_no_violations() {
    assert_shown("check-valid", &check(&format!("{}\n", batch(&[])), &[]));
    assert_shown("check-nothing", &check("\n\n", &[]));
}

#[test]
fn what_is_fetched_can_be_checked() {
    let simulator = Simulator::start().unwrap();
    let ids: String = simulator.ids().map(|id| format!("{id}\n")).collect();
    let fetched = feed(program(&["--offline", "get", "--ids", "-"]), ids.as_bytes());
    let checked = check(&text(&fetched.stdout), &[]);
    assert!(checked.ends_with("<stdin>: 100 records, 0 invalid, 0 violations\n"), "{checked}");
}

#[test]
fn a_file_is_named_and_its_name_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a\u{1b}b.json"), "{").unwrap();
    let output = program(&["check", "a\u{1b}b.json"]).current_dir(folder.path()).output().unwrap();
    assert_shown("check-file", &shown(&output));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_to_its_end_is_a_failure() {
    assert_shown("check-folder", &run(&["check", "/"]));
}
