//! Tests of `cargo xtask upstream`, offline: with the lock, and with a document on
//! standard input.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Workspace(tempfile::TempDir);

impl Workspace {
    fn empty() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        for folder in ["spec", "xtask"] {
            fs::create_dir_all(workspace.path(folder)).unwrap();
        }
        workspace
    }

    /// Returns a workspace with the live spec and its differences from upstream.
    fn live() -> Self {
        let workspace = Self::empty();
        for file in ["spec/registry.yaml", "spec/divergences.toml", "spec/upstream.lock"] {
            fs::copy(repository(file), workspace.path(file)).unwrap();
        }
        workspace
    }

    /// Returns a workspace in which upstream's document equals the spec, the fixture with one
    /// operation.
    fn new() -> Self {
        let workspace = Self::empty();
        let fixture = repository("tests/fixtures/one_operation.yaml");
        fs::copy(fixture, workspace.path("spec/registry.yaml")).unwrap();
        fs::write(workspace.path("spec/divergences.toml"), "").unwrap();
        let output = workspace.upstream(&["registry.yaml", "--lock"], "");
        assert_eq!(code(&output), 0, "{}", printed(&output));
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn edit(&self, path: &str, before: &str, after: &str) {
        assert!(self.text(path).contains(before), "{before}");
        fs::write(self.path(path), self.text(path).replacen(before, after, 1)).unwrap();
    }

    fn upstream(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("upstream")
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .current_dir(self.path("spec"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Ignore a broken pipe: the command may end before it reads its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn printed(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn spec_matches_lock_except_for_divergences() {
    let output = Workspace::live().upstream(&[], "");
    assert_eq!(code(&output), 0, "{}", printed(&output));
    assert!(printed(&output).contains("0 unexplained differences"), "{}", printed(&output));
    assert!(printed(&output).contains(" of 41 operations"), "{}", printed(&output));
}

#[test]
fn lists_drift_of_the_spec_with_both_sides() {
    let workspace = Workspace::new();
    workspace.edit("spec/registry.yaml", "type: boolean", "type: string");
    let output = workspace.upstream(&[], "");
    assert_eq!(code(&output), 1);
    for part in ["/ccp_approved · type", "boolean", "string"] {
        assert!(printed(&output).contains(part), "{}", printed(&output));
    }
}

#[test]
fn lists_drift_of_upstream() {
    let workspace = Workspace::new();
    let property = "        vintage: {type: integer, description: The year}\n        size:\n";
    let document = workspace.text("spec/registry.yaml").replacen("        size:\n", property, 1);
    let output = workspace.upstream(&["-"], &document);
    assert_eq!(code(&output), 1);
    assert!(printed(&output).contains("/vintage · type"), "{}", printed(&output));
}

#[test]
fn rejects_stale_divergence_with_position() {
    let workspace = Workspace::new();
    let entry = "\n[[divergence]]\nfacts = [\"nothing\"]\nours = \"*\"\nreason = \"Test.\"\n";
    let list = workspace.text("spec/divergences.toml") + entry;
    fs::write(workspace.path("spec/divergences.toml"), list).unwrap();
    let output = workspace.upstream(&[], "");
    assert_eq!(code(&output), 1);
    assert!(printed(&output).contains("spec/divergences.toml:"), "{}", printed(&output));
}

#[test]
fn writes_lock_from_document() {
    let workspace = Workspace::new();
    let document = workspace.text("spec/registry.yaml");
    let document = document.replace("\ncomponents:\n", "\n  /deliveries: {}\n\ncomponents:\n");
    fs::write(workspace.path("spec/upstream.lock"), "").unwrap();
    let output = workspace.upstream(&["-", "--lock"], &document);
    assert_eq!(code(&output), 0, "{}", printed(&output));
    assert!(workspace.text("spec/upstream.lock").contains("operation GET /credit_batches/{id}"));
    assert!(!workspace.text("spec/upstream.lock").contains("operation GET /deliveries"));
}

#[test]
fn rejects_invalid_input_and_writes_nothing() {
    let workspace = Workspace::new();
    let before = workspace.text("spec/upstream.lock");
    let cases: [(&[&str], &str, &str); 4] = [
        (&["-"], "<html>", "standard input"),
        (&["-", "--lock"], "swagger: '2.0'\n", "standard input"),
        (&["nowhere.json"], "", "nowhere.json"),
        (&["--lock"], "", "--lock"),
    ];
    for (arguments, input, named) in cases {
        let output = workspace.upstream(arguments, input);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", printed(&output));
        assert!(printed(&output).contains(named), "{}", printed(&output));
    }
    assert_eq!(workspace.text("spec/upstream.lock"), before);
}

#[cfg(target_os = "linux")]
#[test]
fn rejects_endless_files() {
    let too_large = |output: Output, name: &str| {
        assert_eq!(code(&output), 2);
        let message = format!("error: {name}: too large; expected at most 67108864 bytes\n");
        assert!(printed(&output).contains(&message), "{}", printed(&output));
    };
    let workspace = Workspace::new();
    too_large(workspace.upstream(&["/dev/zero"], ""), "/dev/zero");
    for file in ["spec/divergences.toml", "spec/upstream.lock", "spec/registry.yaml"] {
        fs::remove_file(workspace.path(file)).unwrap();
        std::os::unix::fs::symlink("/dev/zero", workspace.path(file)).unwrap();
        too_large(workspace.upstream(&[], ""), file);
    }
}
