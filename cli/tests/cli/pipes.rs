//! Closed pipes and full disks.

use std::process::Stdio;

use crate::{ID, program, text};

/// Runs the program with a closed pipe as stdout. Returns the exit status and stderr.
fn run_with_closed_stdout(arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let mut command = program(arguments);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), input).unwrap();
    command.stdin(file.reopen().unwrap()).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    (output.status.code(), text(&output.stderr))
}

#[test]
fn closed_pipe_is_not_an_error() {
    for arguments in [
        &["--help"][..],
        &["--offline", "get", ID],
        &["--offline", "get", ID, ID],
        &["--offline", "lineage", ID],
        &["--offline", "list", "issuances"],
        &["--offline", "call", "credit-batch", "--id", ID],
        &["completions", "bash"],
        &["man"],
    ] {
        let expected = (Some(0), String::new());
        assert_eq!(run_with_closed_stdout(arguments, b""), expected, "{arguments:?}");
    }
}

#[test]
fn closed_pipe_keeps_the_exit_status_of_check() {
    for records in [1, 100_000] {
        let input = "1\n".repeat(records);
        let expected = (Some(1), String::new());
        assert_eq!(run_with_closed_stdout(&["check"], input.as_bytes()), expected);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_a_failure() {
    for arguments in [&["--help"][..], &["--offline", "get", ID], &["man"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = program(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let stderr = text(&output.stderr);
        assert!(stderr.starts_with("error: cannot write the output: No space left"), "{stderr}");
        assert!(stderr.lines().nth(1).unwrap().starts_with("hint: "), "{stderr}");
    }
}
