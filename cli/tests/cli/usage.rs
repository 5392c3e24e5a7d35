//! Invalid usage: one line, a hint, and exit status 2.

use std::fmt::Write;

use crate::{ID, assert_snapshot, program, run, transcript};

#[test]
fn invalid_usage_prints_one_line_and_a_hint() {
    let mut all = String::new();
    for arguments in [
        &[][..],
        &["frobnicate"],
        &["lineag", ID],
        &["get"],
        &["get", "--ids", "a", ID],
        &["get", ID, "--format", "xml"],
        &["get", ID, "--timeout", "soon"],
        &["get", ID, "--offline", "--timeout", "0s"],
        &["get", ID, "--concurrency", "0"],
        &["get", ID, "--retries", "many"],
        &["get", ID, "--environment", "moon"],
        &["get", ID, "--ofline"],
        &["get", ID, "--format", "token"],
        &["--offline", "get", ID, "--environment", "sandbox"],
        &["get", ID, "--offline", "--credentials", "a"],
        &["get", ID, "--base-url", "http://127.0.0.1:1", "--environment", "sandbox"],
        &["get", ID],
        &["get", ID, "--environment", "sandbox"],
        &["lineage", "iss_1DRBTYA8Q1S07CBY"],
        &["lineage", "--offline", "ctb_\u{1b}[2J\n0000000000000000"],
        &["--offline", "check"],
        &["check", "--retries", "1"],
        &["--timeout", "1s", "simulate"],
        &["check", "/nowhere/to/be/found"],
        &["get", "--ids", "/nowhere/to/be/found"],
        &["simulate", "--port", "65536"],
        &["completions", "cmd"],
        &["list"],
        &["list", "issuanses"],
        &["list", "organisation-orders"],
        &["list", "projects", "--limit", "0"],
        &["--offline", "list", "organisation-orders", "org_1"],
        &["--offline", "list", "supplier-orders", "org_1DRBTYA8Q1S07CBY"],
        &["list", "organisation-credit-batches", "org_1", "--status", "frozen"],
        &["call", "retire"],
        &["--offline", "call", "create-retirement"],
        &["--offline", "call", "create-retirement", "--body", "/nowhere/to/be/found"],
        &["--offline", "call", "credit-batch", "--yes"],
    ] {
        let transcript = run(arguments);
        let stderr = transcript.split("── stderr\n").nth(1).unwrap();
        assert!(
            transcript.starts_with("exit status 2\n── stdout\n── stderr\nerror: "),
            "{transcript}"
        );
        assert!(stderr.lines().nth(1).unwrap().starts_with("hint: "), "{transcript}");
        assert_eq!(stderr.lines().count(), 2, "{transcript}");
        let arguments = arguments.iter().map(|argument| argument.escape_debug().to_string());
        let arguments = arguments.collect::<Vec<_>>().join(" ");
        writeln!(all, "$ isometric-registry {arguments}\n{stderr}").unwrap();
    }
    assert_snapshot("usage", &all);
}

#[test]
fn rejects_unsafe_base_urls() {
    let output = program(&["get", ID, "--base-url", "http://example.com/registry/v0"])
        .env("ISOMETRIC_ACCESS_TOKEN", "a-token-for-tests")
        .env("ISOMETRIC_CLIENT_SECRET", "a-secret-for-tests")
        .output()
        .unwrap();
    assert_snapshot("usage-unsafe", &transcript(&output));
}

#[test]
fn rejects_unknown_environments() {
    let output = program(&["get", ID]).env("ISOMETRIC_ENVIRONMENT", "moon").output().unwrap();
    assert_snapshot("usage-environment", &transcript(&output));
}
