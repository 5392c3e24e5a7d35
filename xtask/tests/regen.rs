//! `cargo xtask regen` as its users see it: files, exit codes and messages, in a
//! workspace of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .current_dir(self.path("spec"));
        command
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A bound of the identifiers of credit batches: where its digits are, and its value.
    fn find_bound(&self, keyword: &str) -> (String, usize, u32) {
        let text = fs::read_to_string(self.path("spec/registry.yaml")).unwrap();
        let schema = text.find("    CreditBatchId:\n").unwrap();
        let at = schema + text[schema..].find(keyword).unwrap() + keyword.len() + ": ".len();
        let value = text[at..].lines().next().unwrap().parse().unwrap();
        (text, at, value)
    }

    fn bound(&self, keyword: &str) -> u32 {
        self.find_bound(keyword).2
    }

    fn set_bound(&self, keyword: &str, value: u32) {
        let (mut text, at, old) = self.find_bound(keyword);
        text.replace_range(at..at + old.to_string().len(), &value.to_string());
        fs::write(self.path("spec/registry.yaml"), text).unwrap();
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
    let longest = workspace.bound("maxLength");
    workspace.set_bound("maxLength", longest - 1);
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
    for (sign, length) in [('-', longest), ('+', longest - 1)] {
        let line =
            format!("{sign}pub struct CreditBatchId(crate::scalars::string::Text<{length}>);");
        assert!(diff.contains(&line), "{diff}");
    }
    assert!(diff.contains("+++ /dev/null\n@@ -1 +0,0 @@\n-// stray\n"), "{diff}");
    assert_eq!(workspace.generated(), before);
}

#[test]
fn a_refused_spec_leaves_the_old_files() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    let before = workspace.generated();
    workspace.set_bound("minLength", workspace.bound("maxLength") + 1);

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
    let wrong: [&[&str]; 6] = [
        &["regenerate"],
        &["regen", "--chek"],
        &["regen", "now"],
        &["help", "foo"],
        &["--help", "foo"],
        &[],
    ];
    for arguments in wrong {
        assert_eq!(code(&workspace.xtask(arguments)), 2, "{arguments:?}");
    }
}

#[test]
fn every_command_has_help_and_does_nothing_else() {
    let workspace = Workspace::new();
    let asked: [&[&str]; 9] = [
        &["help"],
        &["--help"],
        &["-h"],
        &["regen", "--help"],
        &["diff", "--help"],
        &["upstream", "--help"],
        &["corpus", "-h"],
        &["bench", "--help"],
        &["ci", "--help"],
    ];
    for arguments in asked {
        let help = workspace.xtask(arguments);
        assert_eq!(code(&help), 0, "{arguments:?}: {}", stderr(&help));
        assert!(stdout(&help).contains("Exit codes: 0 fine"), "{arguments:?}");
    }
    assert_eq!(workspace.generated(), []);
}

#[test]
fn the_rules_of_the_diff_are_its_documentation() {
    let rules = Workspace::new().xtask(&["diff", "--rules"]);
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diff-rules.md");
    assert_eq!(stdout(&rules), fs::read_to_string(documented).unwrap());
}

/// How many runs are killed.
const BLOWS: u32 = 100;

/// When a run is killed.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// So long after it began.
    Begun(Duration),
    /// So long after the folder of its new tree appeared.
    Staging(Duration),
    /// Never: it is left to finish.
    Never,
}

impl Workspace {
    /// Runs until the blow falls, and tells how long the new tree had been in the making.
    fn regen_until(&self, blow: Blow) -> Duration {
        let mut child = self.command(&["regen"]).stderr(Stdio::null()).spawn().unwrap();
        let folder = format!("generated-client/src/.generated.{}.new", child.id());
        let (folder, begun) = (self.path(&folder), Instant::now());
        let mut staging = None;
        let is_due = |staging: Option<Instant>| match blow {
            Blow::Begun(time) => begun.elapsed() >= time,
            Blow::Staging(time) => staging.is_some_and(|since| since.elapsed() >= time),
            Blow::Never => false,
        };
        while !is_due(staging) && child.try_wait().unwrap().is_none() {
            staging = staging.or_else(|| folder.exists().then(Instant::now));
            thread::yield_now();
        }
        // SIGKILL, which no process can catch.
        child.kill().unwrap();
        child.wait().unwrap();
        staging.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// A run that is killed leaves the old tree or the new one, wherever it is hit: every
/// other blow falls at some time of the whole run, and every other one within the short
/// time in which files are written and exchanged.
#[test]
fn a_killed_run_leaves_one_tree_or_the_other() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    let longest = workspace.bound("maxLength");
    let wide = workspace.generated();
    workspace.set_bound("maxLength", longest - 1);
    let begun = Instant::now();
    let staging = workspace.regen_until(Blow::Never);
    let whole = begun.elapsed();
    let narrow = workspace.generated();
    assert_ne!(wide, narrow);

    let blow = |number| match number % 2 {
        0 => Blow::Begun(whole * number / BLOWS),
        _ => Blow::Staging(staging * number / BLOWS),
    };
    let mut was_replaced = BTreeSet::new();
    for blow in (0..BLOWS).map(blow).chain([Blow::Never]) {
        let before = workspace.generated();
        let (after, bound) = if before == wide { (&narrow, longest - 1) } else { (&wide, longest) };
        workspace.set_bound("maxLength", bound);
        workspace.regen_until(blow);
        let left = workspace.generated();
        assert!(left == before || left == *after, "{blow:?} leaves something else");
        was_replaced.insert(left == *after);
    }
    assert_eq!(was_replaced, BTreeSet::from([false, true]), "both ends were seen");
}
