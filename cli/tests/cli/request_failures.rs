//! Failed requests: exit status 1 and a hint.

use std::net::TcpListener;

use isometric_registry::StatusCode;
use isometric_registry_simulator::{Fault, Simulator};

use crate::{ID, assert_snapshot, program, text, transcript, with_simulator};

#[test]
fn connection_failure_prints_causes_and_hint() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}/registry/v0");
    let output = program(&["-v", "get", ID, "--base-url", &url, "--retries", "0"])
        .env("ISOMETRIC_ACCESS_TOKEN", "a-token-for-tests")
        .env("ISOMETRIC_CLIENT_SECRET", "a-secret-for-tests")
        .output()
        .unwrap();
    let transcript = transcript(&output);
    assert!(transcript.contains("\ncause: "), "{transcript}");
    // The causes depend on the operating system.
    let lines: Vec<_> = transcript.lines().filter(|line| !line.starts_with("cause: ")).collect();
    assert_snapshot("no-server", &lines.join("\n"));
}

#[test]
fn each_status_has_its_hint() {
    for status in [403, 404, 418, 422, 429, 500, 503] {
        let simulator = Simulator::start().unwrap();
        let fault = Fault::status(StatusCode::from_u16(status).unwrap()).always();
        simulator.inject(fault);
        let output = with_simulator(&simulator, &["lineage", ID, "--retries", "0"]).output();
        assert_snapshot(&format!("status-{status}"), &transcript(&output.unwrap()));
    }
}

#[test]
fn suggests_retries_only_for_retried_statuses() {
    for (status, is_retried) in [(500, false), (501, false), (502, true), (503, true)] {
        let simulator = Simulator::start().unwrap();
        let fault = Fault::status(StatusCode::from_u16(status).unwrap());
        simulator.inject(fault.retry_after(0).always());
        let output = with_simulator(&simulator, &["get", ID, "--retries", "2"]).output().unwrap();
        assert_eq!(simulator.requests().len(), if is_retried { 3 } else { 1 }, "{status}");
        let stderr = text(&output.stderr);
        assert_eq!(stderr.contains("--retries"), is_retried, "{stderr}");
    }
}

#[test]
fn names_the_delay_that_the_server_requests() {
    let simulator = Simulator::start().unwrap();
    let fault = Fault::status(StatusCode::SERVICE_UNAVAILABLE);
    simulator.inject(fault.retry_after(600).always());
    let output = with_simulator(&simulator, &["get", ID, "--timeout", "5s"]).output().unwrap();
    assert_eq!(simulator.requests().len(), 1);
    let stderr = text(&output.stderr);
    assert!(stderr.ends_with("hint: try again in 600 s, as the server requests\n"), "{stderr}");
}

#[test]
fn lost_connection_is_reported() {
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::reset().always());
    let output = with_simulator(&simulator, &["get", ID, "--retries", "0"]).output().unwrap();
    let transcript = transcript(&output);
    assert!(transcript.starts_with("exit status 1\n── stdout\n── stderr\nerror: "), "{transcript}");
    let hint = "hint: try again later, or allow more attempts with --retries\n";
    assert!(transcript.ends_with(hint), "{transcript}");
}
