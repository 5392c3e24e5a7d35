//! Failures that no option prevents: exit status 1.

use std::net::TcpListener;

use isometric_registry::StatusCode;
use isometric_registry_simulator::{Fault, Simulator};

use crate::{ID, asking, assert_shown, program, shown};

#[test]
fn a_server_that_is_not_there_is_told_of_with_all_that_led_to_it() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}/registry/v0");
    let output = program(&["-v", "get", ID, "--base-url", &url, "--retries", "0"])
        .env("ISOMETRIC_ACCESS_TOKEN", "a-token-for-tests")
        .env("ISOMETRIC_CLIENT_SECRET", "a-secret-for-tests")
        .output()
        .unwrap();
    let shown = shown(&output);
    assert!(shown.contains("\ncause: "), "{shown}");
    let without_causes: Vec<_> =
        shown.lines().filter(|line| !line.starts_with("cause: ")).collect();
    assert_shown("bad-day-no-server", &without_causes.join("\n"));
}

#[test]
fn each_status_comes_with_a_hint_of_its_own() {
    for status in [403, 404, 418, 422, 429, 500] {
        let simulator = Simulator::start().unwrap();
        let fault = Fault::status(StatusCode::from_u16(status).unwrap()).always();
        simulator.inject(fault);
        let output = asking(&simulator, &["lineage", ID, "--retries", "0"]).output().unwrap();
        assert_shown(&format!("bad-day-{status}"), &shown(&output));
    }
}

#[test]
fn a_lost_connection_is_told_of() {
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::reset().always());
    let output = asking(&simulator, &["get", ID, "--retries", "0"]).output().unwrap();
    let shown = shown(&output);
    assert!(shown.starts_with("exit status 1\n── stdout\n── stderr\nerror: "), "{shown}");
    assert!(shown.ends_with("hint: try again; --retries gives it more tries\n"), "{shown}");
}
