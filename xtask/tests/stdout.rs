//! Tests of the commands with a stdout that cannot be written.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod support;

use std::fs::File;
use std::process::Stdio;

use support::{FIXTURE, Workspace, code, repository, stderr, xtask};

#[test]
fn reports_a_full_disk() {
    let workspace = Workspace::new();
    let spec = repository(FIXTURE);
    let spec = spec.to_str().unwrap();
    std::fs::write(workspace.path("spec/divergences.toml"), "").unwrap();
    let lock = workspace.xtask(&["upstream", "registry.yaml", "--lock"]);
    assert_eq!(code(&lock), 0, "{}", stderr(&lock));
    let commands: [&[&str]; 5] = [
        &["help"],
        &["diff", "--rules"],
        &["diff", "--base", spec, "--revision", spec],
        // Every generated file is missing, so there is a diff to print.
        &["regen", "--check"],
        &["upstream"],
    ];
    for arguments in commands {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = workspace.command(arguments).stdout(full).output().unwrap();
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        let message = "error: stdout: No space left on device";
        assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn ignores_a_closed_pipe() {
    let mut child = xtask(&repository("xtask"), &["diff", "--rules"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 0);
    assert_eq!(stderr(&output), "");
}
