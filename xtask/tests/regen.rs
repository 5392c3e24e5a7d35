//! Tests of `cargo xtask regen` and of the command line in general: files, exit status and
//! messages.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use support::{GENERATED, Workspace, code, stderr, stdout};

#[test]
fn second_run_finds_every_file_fresh() {
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
fn check_reports_every_stale_file_and_writes_nothing() {
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
        let is_bound = |line: &str| line.starts_with(sign) && line.contains(&length.to_string());
        assert!(diff.lines().any(is_bound), "{diff}");
    }
    assert!(diff.contains("+++ /dev/null\n@@ -1 +0,0 @@\n-// stray\n"), "{diff}");
    assert_eq!(workspace.generated(), before);
}

#[test]
fn keeps_the_old_files_when_the_spec_is_rejected() {
    let workspace = Workspace::new();
    workspace.xtask(&["regen"]);
    let before = workspace.generated();
    workspace.set_bound("minLength", workspace.bound("maxLength") + 1);

    let rejected = workspace.xtask(&["regen"]);
    assert_eq!(code(&rejected), 2);
    assert!(stderr(&rejected).starts_with("spec/registry.yaml:"), "{}", stderr(&rejected));
    assert!(stderr(&rejected).contains("\n  help: "));
    assert!(!stderr(&rejected).contains("panicked"));
    assert_eq!(workspace.generated(), before);
}

#[test]
fn names_an_unreadable_spec() {
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
fn rejects_invalid_arguments() {
    let workspace = Workspace::new();
    let invalid: [&[&str]; 8] = [
        &["regenerate"],
        &["regen", "--chek"],
        &["regen", "now"],
        &["ci", "now"],
        &["bench", "now"],
        &["help", "foo"],
        &["--help", "foo"],
        &[],
    ];
    for arguments in invalid {
        assert_eq!(code(&workspace.xtask(arguments)), 2, "{arguments:?}");
    }
}

#[test]
fn help_prints_the_usage_and_does_nothing_else() {
    let workspace = Workspace::new();
    let requests: [&[&str]; 8] = [
        &["help"],
        &["--help"],
        &["-h"],
        &["regen", "--help"],
        &["diff", "--help"],
        &["upstream", "--help"],
        &["bench", "--help"],
        &["ci", "--help"],
    ];
    for arguments in requests {
        let help = workspace.xtask(arguments);
        assert_eq!(code(&help), 0, "{arguments:?}: {}", stderr(&help));
        assert!(stdout(&help).contains("Exit status: 0 success"), "{arguments:?}");
    }
    assert_eq!(workspace.generated(), []);
}

/// Kills the command at different times, more often in its last quarter, which writes the files.
/// Afterwards every file must have its old or its new contents, and the next run must repair the
/// folder.
#[test]
fn a_killed_run_leaves_no_partial_file() {
    const KILLS: u32 = 30;
    let workspace = Workspace::new();
    let longest = workspace.bound("maxLength");
    workspace.xtask(&["regen"]);
    let wide: BTreeMap<_, _> = workspace.generated().into_iter().collect();
    workspace.set_bound("maxLength", longest - 1);
    let start = Instant::now();
    workspace.xtask(&["regen"]);
    let duration = start.elapsed();
    let narrow: BTreeMap<_, _> = workspace.generated().into_iter().collect();
    assert_ne!(wide, narrow);

    let spread = (0..KILLS).map(|kill| duration * kill / KILLS);
    let late = (0..KILLS).map(|kill| duration * (3 * KILLS + kill) / (4 * KILLS));
    let targets = [(&wide, longest), (&narrow, longest - 1)];
    for (delay, (target, bound)) in spread.chain(late).zip(targets.into_iter().cycle()) {
        workspace.set_bound("maxLength", bound);
        let mut child = workspace.command(&["regen"]).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(delay);
        child.kill().unwrap();
        child.wait().unwrap();

        let left: BTreeMap<_, _> = workspace.generated().into_iter().collect();
        for (name, text) in &wide {
            let is_complete = [text, &narrow[name]].contains(&&left[name]);
            assert!(is_complete, "{name} is incomplete after a kill at {delay:?}");
        }
        assert_eq!(code(&workspace.xtask(&["regen"])), 0);
        assert_eq!(&workspace.generated().into_iter().collect::<BTreeMap<_, _>>(), target);
    }
}
