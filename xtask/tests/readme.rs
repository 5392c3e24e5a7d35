//! Tests that the README shows the real output of the commands.
//!
//! Numbers are not compared, because they are line numbers and limits that change often.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use support::{Workspace, code, repository, stderr, stdout, xtask};

/// Replaces every number with `0`.
fn without_numbers(text: &str) -> String {
    let mut result: String =
        text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    while result.contains("00") {
        result = result.replace("00", "0");
    }
    result
}

/// Asserts that the README contains these consecutive lines.
#[track_caller]
fn assert_shown(text: &str) {
    let readme = without_numbers(&fs::read_to_string(repository("README.md")).unwrap());
    let text = text.trim_end();
    assert!(readme.contains(&without_numbers(text)), "the README does not show:\n{text}");
}

fn first_lines(text: &str, count: usize) -> String {
    text.lines().take(count).collect::<Vec<_>>().join("\n")
}

#[test]
fn shows_the_rejection_of_a_spec() {
    let workspace = Workspace::new();
    workspace.set_bound("minLength", workspace.bound("maxLength") + 1);
    let output = workspace.xtask(&["regen"]);
    assert_eq!(code(&output), 2);
    assert_shown(&first_lines(stderr(&output), 2));
}

#[test]
fn shows_a_stale_file() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    workspace.set_bound("maxLength", workspace.bound("maxLength") - 1);
    let output = workspace.xtask(&["regen", "--check"]);
    assert_eq!(code(&output), 1);
    let diff = stdout(&output).split("--- a/").find(|diff| diff.contains("/schema.rs")).unwrap();
    assert_shown(&format!("--- a/{diff}"));
}

#[test]
fn shows_the_report_on_a_spec_change() {
    let workspace = Workspace::new();
    let property = "        vintage:
          type: integer
          format: int64
          description: The year of the removal
        country_of_issue:
";
    let spec = workspace.spec();
    fs::write(workspace.path("spec/base.yaml"), &spec).unwrap();
    workspace.write_spec(
        &spec
            .replacen(
                "enum: [active, split, retired]",
                "enum: [active, split, retired, cancelled]",
                1,
            )
            .replacen("        country_of_issue:\n", property, 1),
    );
    let report = |format| {
        let arguments = ["diff", "--base", "base.yaml", "--revision", "registry.yaml", "--format"];
        // The effect on the crate depends on the real client's sources.
        let output = xtask(&repository("xtask"), &[&arguments[..], &[format]].concat())
            .current_dir(workspace.path("spec"))
            .output()
            .unwrap();
        assert_eq!(code(&output), 1, "{}", stderr(&output));
        stdout(&output).to_owned()
    };
    assert_shown(&report("text"));
    assert_shown(&first_lines(&report("markdown"), 5));
}

#[test]
fn shows_the_comparison_with_upstream() {
    let output = xtask(&repository("xtask"), &["upstream"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_shown(stdout(&output));
    let divergences = fs::read_to_string(repository("spec/divergences.toml")).unwrap();
    assert_shown(divergences.rsplit("\n\n").next().unwrap());
}
