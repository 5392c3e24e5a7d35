//! `cargo xtask regen` as its users see it: files, exit codes and messages, in a
//! workspace of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const GENERATED: &str = "generated-client/src/generated";

struct Workspace(tempfile::TempDir);

impl Workspace {
    /// A workspace with nothing but the spec.
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["spec", "xtask", "generated-client/src"] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/registry.yaml");
        fs::copy(spec, home.path().join("spec/registry.yaml")).unwrap();
        Self(home)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .current_dir(self.path("spec"))
            .output()
            .unwrap()
    }

    /// Replaces the first `before` of a file.
    fn edit(&self, path: &str, before: &str, after: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(before), "{before}");
        fs::write(self.path(path), text.replacen(before, after, 1)).unwrap();
    }

    fn generated(&self) -> Vec<(String, String)> {
        let Ok(entries) = fs::read_dir(self.path(GENERATED)) else { return Vec::new() };
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read_to_string(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn regen_writes_once_and_then_finds_everything_fresh() {
    let workspace = Workspace::new();
    let first = workspace.xtask(&["regen"]);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    assert!(stderr(&first).contains("Wrote generated-client/src/generated/types.rs"));

    let second = workspace.xtask(&["regen"]);
    assert_eq!(code(&second), 0);
    assert!(stderr(&second).lines().all(|line| line.trim_start().starts_with("Fresh ")));
    assert_eq!(code(&workspace.xtask(&["regen", "--check"])), 0);
}

#[test]
fn a_check_shows_every_stale_file_and_what_mends_it_and_writes_nothing() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    workspace.edit("spec/registry.yaml", "maxLength: 37", "maxLength: 36");
    fs::write(workspace.path(&format!("{GENERATED}/stray.rs")), "// stray\n").unwrap();
    let before = workspace.generated();

    let check = workspace.xtask(&["regen", "--check"]);
    assert_eq!(code(&check), 1);
    for name in ["schema.rs", "stray.rs", "types.rs"] {
        assert!(stderr(&check).contains(&format!("Stale {GENERATED}/{name}")), "{name}");
    }
    assert!(stderr(&check).contains("Fresh generated-client/src/generated/client.rs"));
    assert!(stderr(&check).contains("`cargo xtask regen`"));
    let diff = stdout(&check);
    assert!(diff.contains("-pub struct CreditBatchId(crate::text::Text<37>);"), "{diff}");
    assert!(diff.contains("+pub struct CreditBatchId(crate::text::Text<36>);"), "{diff}");
    assert!(diff.contains("+++ /dev/null\n@@ -1 +0,0 @@\n-// stray\n"), "{diff}");
    assert_eq!(workspace.generated(), before);
}

#[test]
fn a_refused_spec_leaves_the_old_files() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    let before = workspace.generated();
    workspace.edit("spec/registry.yaml", "minLength: 20", "minLength: 38");

    let refused = workspace.xtask(&["regen"]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).starts_with("spec/registry.yaml:"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("\n  help: "));
    assert!(!stderr(&refused).contains("panicked"));
    assert_eq!(workspace.generated(), before);
}

#[test]
fn what_cannot_be_read_is_named() {
    let workspace = Workspace::new();
    fs::write(workspace.path("spec/registry.yaml"), b"openapi: 3.0.3\ninfo: \xff\n").unwrap();
    let binary = workspace.xtask(&["regen"]);
    assert_eq!(code(&binary), 2);
    assert!(stderr(&binary).starts_with("spec/registry.yaml:2:1: error: "), "{}", stderr(&binary));

    fs::remove_file(workspace.path("spec/registry.yaml")).unwrap();
    let missing = workspace.xtask(&["regen"]);
    assert_eq!(code(&missing), 2);
    assert!(stderr(&missing).contains("spec/registry.yaml: "), "{}", stderr(&missing));
}

#[test]
fn wrong_arguments_are_refused_with_the_usage() {
    let workspace = Workspace::new();
    for arguments in [&["regenerate"][..], &["regen", "--chek"], &["regen", "now"], &[]] {
        assert_eq!(code(&workspace.xtask(arguments)), 2, "{arguments:?}");
    }
    let help = workspace.xtask(&["help"]);
    assert_eq!(code(&help), 0);
    assert!(stdout(&help).contains("Exit codes: 0 fine"));
}

/// A run that is killed leaves the old tree or the new one, wherever it is hit.
#[test]
fn a_killed_run_leaves_one_tree_or_the_other() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    let old = workspace.generated();
    workspace.edit("spec/registry.yaml", "maxLength: 37", "maxLength: 36");
    workspace.xtask(&["regen"]);
    let new = workspace.generated();
    assert_ne!(old, new);

    let bounds = [("maxLength: 36", "maxLength: 37"), ("maxLength: 37", "maxLength: 36")];
    for (round, (before, after)) in bounds.into_iter().cycle().take(20).enumerate() {
        workspace.edit("spec/registry.yaml", before, after);
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("regen")
            .env("CARGO_MANIFEST_DIR", workspace.path("xtask"))
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Where the blow falls differs from round to round and does not matter.
        for _ in 0..round * 20_000 {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let left = workspace.generated();
        assert!(left == old || left == new, "round {round}");
    }
    assert_eq!(code(&workspace.xtask(&["regen"])), 0);
}
