//! Tests of `cargo xtask diff`: documents, revisions, output and exit status.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A workspace in a git repository with the fixture as the spec on the branch `main`.
struct Workspace(tempfile::TempDir);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        for folder in ["spec", "xtask"] {
            fs::create_dir_all(workspace.path(folder)).unwrap();
        }
        let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/one_operation.yaml");
        fs::copy(spec, workspace.path("spec/registry.yaml")).unwrap();
        workspace.git(&["init", "--quiet", "--initial-branch", "main"]);
        workspace.git(&["add", "spec"]);
        workspace.git(&["commit", "--quiet", "--message", "Spec"]);
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn git(&self, arguments: &[&str]) {
        let status = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .current_dir(self.0.path())
            .status()
            .unwrap();
        assert!(status.success(), "git {arguments:?}");
    }

    fn edit(&self, before: &str, after: &str) {
        let path = self.path("spec/registry.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(before), "{before}");
        fs::write(path, text.replacen(before, after, 1)).unwrap();
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("diff")
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .current_dir(self.path("spec"))
            .output()
            .unwrap()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const NO_CHANGE: &str =
    "     Verdict no change on the wire; crate: none (the generated code is unchanged)\n";

#[test]
fn unchanged_spec_is_no_change() {
    let output = Workspace::new().diff(&[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stdout(&output), NO_CHANGE);
}

#[test]
fn equal_documents_under_two_names_are_no_change() {
    let workspace = Workspace::new();
    fs::copy(workspace.path("spec/registry.yaml"), workspace.path("spec/same.yaml")).unwrap();
    let output = workspace.diff(&["--base", "registry.yaml", "--revision", "same.yaml"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, NO_CHANGE));
}

#[test]
fn changed_comment_is_no_change() {
    let workspace = Workspace::new();
    workspace.edit("\ninfo:", "\n# A comment.\ninfo:");
    let output = workspace.diff(&[]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, NO_CHANGE));
}

#[test]
fn changed_description_is_a_patch() {
    let workspace = Workspace::new();
    workspace.edit("description: Identifies a credit batch", "description: Names a credit batch");
    let output = workspace.diff(&[]);
    assert!(
        stdout(&output).contains("crate: patch (no public item changed)"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn breaking_change_of_the_working_tree_fails() {
    let workspace = Workspace::new();
    workspace.git(&["checkout", "--quiet", "-b", "feature"]);
    workspace.edit("        - serial_number\n", "");
    let output = workspace.diff(&[]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("/serial_number"), "{}", stdout(&output));
    assert_eq!(code(&workspace.diff(&["--fail-on", "never"])), 0);
}

#[test]
fn harmless_change_fails_only_on_request() {
    let workspace = Workspace::new();
    workspace.edit(
        "        supplier_id:\n",
        "        vintage:\n          type: integer\n          description: The year\n        supplier_id:\n",
    );
    let output = workspace.diff(&[]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert_eq!(code(&workspace.diff(&["--fail-on", "any"])), 1);
}

#[test]
fn compares_named_revisions_and_files() {
    let workspace = Workspace::new();
    workspace.edit("        - serial_number\n", "");
    workspace.git(&["commit", "--all", "--quiet", "--message", "Make a property optional"]);
    let less = workspace.diff(&["--base", "HEAD~1", "--revision", "HEAD"]);
    assert!(stdout(&less).contains("[became-optional]"), "{}", stdout(&less));
    let more = workspace.diff(&["--base", "registry.yaml", "--revision", "HEAD~1"]);
    assert!(stdout(&more).contains("[became-required]"), "{}", stdout(&more));
}

/// Git tells its hooks the repository in environment variables.
#[cfg(unix)]
#[test]
fn compares_in_a_hook_of_a_linked_worktree_with_the_workspace_in_a_subfolder() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().unwrap();
    let git = |folder: &str, arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .current_dir(home.path().join(folder))
            .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
        stdout(&output) + &stderr(&output)
    };
    fs::create_dir_all(home.path().join("main/registry/spec")).unwrap();
    fs::create_dir_all(home.path().join("main/registry/xtask")).unwrap();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/one_operation.yaml");
    let spec = |tree: &str| home.path().join(tree).join("registry/spec/registry.yaml");
    fs::copy(fixture, spec("main")).unwrap();
    fs::write(home.path().join("main/registry/xtask/keep"), "").unwrap();
    git("main", &["init", "--quiet", "--initial-branch", "main"]);
    git("main", &["add", "."]);
    git("main", &["commit", "--quiet", "--message", "Spec"]);
    git("main", &["worktree", "add", "--quiet", "-b", "feature", "../linked"]);
    let hook = home.path().join("main/.git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(
        &hook,
        "#!/bin/sh\nset -e\n\
         CARGO_MANIFEST_DIR=\"$PWD/registry/xtask\" \"$XTASK\" diff --fail-on never >&2\n",
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();

    let text = fs::read_to_string(spec("linked")).unwrap();
    fs::write(spec("linked"), text.replacen("        - serial_number\n", "", 1)).unwrap();
    let printed = git("linked", &["commit", "--quiet", "--all", "--message", "Change"]);
    assert!(printed.contains("[became-optional]"), "{printed}");
}

#[test]
fn names_references_to_other_documents() {
    let workspace = Workspace::new();
    let text = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          \
                $ref: 'other.yaml#/[a](https://a.example)'\n";
    fs::write(workspace.path("spec/a.yaml"), text).unwrap();
    let diff = |format: &str| {
        let output =
            workspace.diff(&["--base", "a.yaml", "--revision", "a.yaml", "--format", format]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output)
    };
    let note = "a.yaml:7:17: `other.yaml#/[a](https://a.example)` is in another document";
    assert!(diff("text").contains(&format!("        Note {note}, which is not read\n")));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&diff("json")).unwrap()["unread"][1],
        note
    );
    assert!(diff("markdown").contains("- `other.yaml#/[a](https://a.example)` in `a.yaml:7:17`\n"));
}

#[test]
fn rejects_references_without_a_target() {
    let workspace = Workspace::new();
    workspace.edit("#/components/responses/Unauthorized", "#/components/responses/Nowhere");
    let output = workspace.diff(&[]);
    assert_eq!(code(&output), 2);
    let error = stderr(&output);
    assert!(error.starts_with("spec/registry.yaml:"), "{error}");
    assert!(error.contains("error: unresolved reference `#/components/responses/Nowhere`"));
}

#[cfg(target_os = "linux")]
#[test]
fn rejects_endless_documents() {
    let output = Workspace::new().diff(&["--base", "/dev/zero"]);
    assert_eq!(code(&output), 2);
    let message = "error: /dev/zero: too large; expected at most 67108864 bytes\n";
    assert_eq!(stderr(&output), message);
}

/// `Organisation` is the owner and the beneficiary of a credit batch.
#[test]
fn change_of_a_schema_is_one_change_in_every_format() {
    let workspace = Workspace::new();
    workspace.edit(
        "        domain:\n",
        "        vat_number: {type: string, description: The VAT number}\n        domain:\n",
    );
    let text = stdout(&workspace.diff(&[]));
    assert_eq!(text.matches("`/vat_number` of `Organisation` in responses").count(), 1, "{text}");
    assert!(text.starts_with("Schema Organisation in GET /credit_batches/{id} · 200\n"), "{text}");
    let markdown = stdout(&workspace.diff(&["--format", "markdown"]));
    assert_eq!(markdown.matches("`/vat_number` of `Organisation`").count(), 1, "{markdown}");
    let json = stdout(&workspace.diff(&["--format", "json"]));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["changes"].as_array().unwrap().len(), 1, "{json}");
    let change = &report["changes"][0];
    assert_eq!(change["schema"], "Organisation");
    assert_eq!(change["operations"], serde_json::json!(["GET /credit_batches/{id}"]));
    assert_eq!(change["places"], serde_json::json!(["GET /credit_batches/{id} · 200"]));
}

#[test]
fn prints_json() {
    let workspace = Workspace::new();
    workspace.edit("enum: [active, split, retired]", "enum: [active, split]");
    let output = workspace.diff(&["--format", "json"]);
    let text = stdout(&output);
    for member in ["\"breaking\"", "\"semver\"", "\"semver_reason\"", "\"changes\"", "\"rule\""] {
        assert!(text.contains(member), "{text}");
    }
}

#[test]
fn rejects_invalid_arguments() {
    let workspace = Workspace::new();
    let invalid: [&[&str]; 8] = [
        &["--base", "nowhere"],
        &["--base", ""],
        &["--base", "HEAD*"],
        &["--base", "[H]EAD"],
        &["--base", "--help"],
        &["--format", "xml"],
        &["--fail-on", "sometimes"],
        &["extra"],
    ];
    for arguments in invalid {
        let output = workspace.diff(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
    }
}

/// The main-thread stack is smaller on some systems than on Linux.
#[cfg(unix)]
#[test]
fn compares_deeply_nested_documents_on_a_small_stack() {
    let workspace = Workspace::new();
    let lists = |leaf| {
        let list = "{type: array, description: A list, items: ".repeat(190);
        let list = format!("{list}{{type: {leaf}, description: A leaf}}{}", "}".repeat(190));
        format!("        lists: {list}\n        credit_kgs:\n")
    };
    workspace.edit("        credit_kgs:\n", &lists("string"));
    fs::copy(workspace.path("spec/registry.yaml"), workspace.path("spec/base.yaml")).unwrap();
    workspace.edit(&lists("string"), &lists("integer"));
    let output = Command::new("sh")
        .args(["-c", "ulimit -s 1024; exec \"$0\" diff --base base.yaml"])
        .arg(env!("CARGO_BIN_EXE_xtask"))
        .env("CARGO_MANIFEST_DIR", workspace.path("xtask"))
        .current_dir(workspace.path("spec"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("The `type` of `/lists/(items)"));
    assert!(stdout(&output).contains("crate: major"));
}

#[test]
fn rejects_chains_of_references_that_are_too_long() {
    let workspace = Workspace::new();
    let chain = |leaf| {
        let link = |i| {
            format!(
                "    X{i}: {{description: D, allOf: [{{$ref: '#/components/schemas/X{}'}}]}}\n",
                i - 1
            )
        };
        let links: String = (1..=120).map(link).collect();
        format!("    X0: {{type: {leaf}, description: D}}\n{links}    CountryCode:\n")
    };
    workspace.edit("    CountryCode:\n", &chain("string"));
    let property = "        deep: {description: D, allOf: [{$ref: '#/components/schemas/X120'}]}\n";
    workspace.edit("        credit_kgs:\n", &format!("{property}        credit_kgs:\n"));
    fs::copy(workspace.path("spec/registry.yaml"), workspace.path("spec/base.yaml")).unwrap();
    workspace.edit("X0: {type: string", "X0: {type: integer");
    let output = workspace.diff(&["--base", "base.yaml"]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    let error = stderr(&output);
    assert!(error.starts_with("base.yaml:"), "{error}");
    assert!(
        error.contains("more than 100 schemas include each other, at #/components/schemas/X"),
        "{error}"
    );
}
