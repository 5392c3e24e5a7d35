//! Readers that go away, and disks that are full.

use std::process::Stdio;

use crate::{ID, program, text};

/// How the program ends, and what it says, if nobody reads what it prints.
fn unread(arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
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
fn a_broken_pipe_is_quiet() {
    for arguments in [
        &["--help"][..],
        &["--offline", "get", ID],
        &["--offline", "get", ID, ID],
        &["--offline", "lineage", ID],
        &["completions", "bash"],
        &["man"],
    ] {
        assert_eq!(unread(arguments, b""), (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn violations_that_nobody_reads_are_violations() {
    for records in [1, 100_000] {
        let input = "1\n".repeat(records);
        assert_eq!(unread(&["check"], input.as_bytes()), (Some(1), String::new()));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_a_failure() {
    for arguments in [&["--help"][..], &["--offline", "get", ID], &["man"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = program(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stderr);
        assert!(said.starts_with("error: cannot write the output: No space left"), "{said}");
        assert!(said.lines().nth(1).unwrap().starts_with("hint: "), "{said}");
    }
}
