//! What the README shows is what happens, but for numbers: those follow from where a
//! line stands and from the bounds of the day.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use codegen::contract::Contract;
use codegen::diff::Report;
use codegen::diff::render::{self, Colour};
use codegen::generate;
use codegen::semver;
use codegen::upstream::{self, Divergences, Lock};
use codegen::write::{FolderEntry, GeneratedFolder};

use crate::api::client_sources;
use crate::spec::{bound, source, spec, with_bound, workspace};

fn file(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap()
}

/// Numbers written as `0`.
fn without_numbers(text: &str) -> String {
    let mut shown: String =
        text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    while shown.contains("00") {
        shown = shown.replace("00", "0");
    }
    shown
}

/// Fails unless the README has these lines next to each other.
#[track_caller]
fn assert_shown(text: &str) {
    let readme = without_numbers(&file("README.md"));
    let text = text.trim_end();
    assert!(readme.contains(&without_numbers(text)), "the README does not show:\n{text}");
}

fn first_lines(text: &str, count: usize) -> String {
    text.lines().take(count).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_refusal_is_the_one_shown() {
    let longest = bound("CreditBatchId", "maxLength");
    let edited = with_bound("CreditBatchId", "minLength", longest + 1);
    let refusal = generate::generate(&source(&edited)).unwrap_err().to_string();
    assert_shown(&first_lines(&refusal, 2));
}

#[test]
fn the_stale_file_is_the_one_shown() {
    let longest = bound("CreditBatchId", "maxLength");
    let edited = with_bound("CreditBatchId", "maxLength", longest - 1);
    let files = generate::generate(&source(&edited)).unwrap();
    let files = files.into_iter().map(|file| (file.name.into(), file.text)).collect();
    let folder = Path::new("generated-client/src/generated");
    let tree = GeneratedFolder::compare(&workspace().join(folder), files).unwrap();
    let is_types = |entry: &&FolderEntry| entry.path == Path::new("types.rs");
    let diff = tree.entries().iter().find(is_types).unwrap().diff(folder);
    assert_shown(&first_lines(&diff, 2));
    assert_shown(&diff[diff.rfind("\n@@").unwrap()..]);
}

/// The report on a new value of `status` and a new optional property.
fn report() -> Report {
    let property = "        vintage:
          type: integer
          format: int64
          description: The year of the removal
        country_of_issue:
";
    let edited = spec()
        .replacen("enum: [active, split, retired]", "enum: [active, split, retired, cancelled]", 1)
        .replacen("        country_of_issue:\n", property, 1);
    let (base, revision) = (source(&spec()), source(&edited));
    let (semver, reason) = semver::of_documents(&base, &revision, &client_sources());
    let [base, revision] = [base, revision].map(|source| Contract::of(&source).unwrap());
    Report::of(&base, &revision).unwrap().with_semver(semver, reason)
}

#[test]
fn the_report_on_a_change_is_the_one_shown() {
    assert_shown(&render::text(&report(), Colour::Never));
    assert_shown(&first_lines(&render::markdown(&report()), 5));
}

#[test]
fn the_comparison_with_upstream_is_the_one_shown() {
    let contract = Contract::of(&source(&spec())).unwrap();
    let lock = Lock::parse("lock", &file("spec/upstream.lock")).unwrap();
    let divergences = file("spec/divergences.toml");
    let known = Divergences::parse("divergences", &divergences).unwrap();
    let comparison = upstream::compare(&contract, &lock, &known).unwrap();
    assert_shown(&upstream::text(&comparison, Colour::Never));
    assert_shown(divergences.rsplit("\n\n").next().unwrap());
}

/// `cargo test --workspace` builds the example, into a folder beside that of the tests.
#[test]
fn the_example_prints_what_is_shown() {
    let tests = env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join("examples");
    let example = built.join(format!("credit_batch{}", env::consts::EXE_SUFFIX));
    if !example.exists() {
        return eprintln!("skipped: {} is built with the whole workspace", example.display());
    }
    let output = Command::new(example).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(file("README.md").contains(&format!("```text\n{printed}```\n")), "{printed}");
}
