//! Faults as clients observe them.

use std::io;
use std::time::{Duration, Instant};

use isometric_registry_simulator::http::{HeaderValue, StatusCode};
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::json;

use crate::block_on;
use crate::http::send;

fn path(simulator: &Simulator) -> String {
    format!("/credit_batches/{}", simulator.ids().next().unwrap())
}

#[test]
fn a_status_has_the_error_body_of_fastapi() {
    let simulator = Simulator::start().unwrap();
    let path = path(&simulator);
    for status in [400, 401, 408, 429, 500, 502, 503, 504, 599] {
        let status = StatusCode::from_u16(status).unwrap();
        simulator.inject(Fault::status(status));
        let response = send(&simulator, "GET", &path);
        assert_eq!(response.status, status.as_u16());
        let detail = status.canonical_reason().unwrap_or("Error");
        assert_eq!(response.json(), json!({ "detail": detail }));
        assert_eq!(send(&simulator, "GET", &path).status, 200);
    }
}

#[test]
fn a_status_may_have_any_body_and_retry_after() {
    let simulator = Simulator::start().unwrap();
    let html = HeaderValue::from_static("text/html");
    let date = HeaderValue::from_static("Wed, 21 Oct 2026 07:28:00 GMT");
    simulator.inject(Fault::body(StatusCode::BAD_GATEWAY, html, "<h1>Oh</h1>").retry_after(date));
    simulator.inject(Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after(120));
    let response = send(&simulator, "GET", &path(&simulator));
    assert_eq!(response.header("content-type"), Some("text/html"));
    assert_eq!(response.header("retry-after"), Some("Wed, 21 Oct 2026 07:28:00 GMT"));
    assert_eq!(response.body, b"<h1>Oh</h1>");
    let response = send(&simulator, "GET", &path(&simulator));
    assert_eq!(response.header("retry-after"), Some("120"));
}

#[test]
fn a_delay_precedes_the_response() {
    let simulator = Simulator::start().unwrap();
    let delay = Duration::from_millis(30);
    simulator.inject(Fault::delay(delay));
    let start = Instant::now();
    assert_eq!(send(&simulator, "GET", &path(&simulator)).status, 200);
    assert!(start.elapsed() >= delay);
}

#[test]
fn a_truncated_response_has_all_headers_and_the_first_bytes() {
    let simulator = Simulator::start().unwrap();
    let path = path(&simulator);
    let complete = send(&simulator, "GET", &path);
    let length = complete.body.len();
    for (kept, expected) in [(0, 0), (1, 1), (100, 100), (length, length - 1), (9999, length - 1)] {
        simulator.inject(Fault::truncate(kept));
        let response = send(&simulator, "GET", &path);
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-length"), Some(&*length.to_string()));
        assert_eq!(response.body, complete.body[..expected]);
        assert!(response.end.is_ok(), "{:?}", response.end);
    }
}

#[test]
fn a_reset_connection_sends_no_bytes() {
    use std::io::{Read, Write};
    let simulator = Simulator::start().unwrap();
    simulator.inject(Fault::reset());
    let url = simulator.base_url().strip_prefix("http://").unwrap();
    let (address, _) = url.split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    let mut received = Vec::new();
    let error = stream.read_to_end(&mut received).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert!(received.is_empty());
}

#[test]
fn a_fault_affects_a_path_for_a_number_of_requests() {
    let simulator = Simulator::start().unwrap();
    let paths: Vec<_> = simulator.ids().take(2).map(|id| format!("/credit_batches/{id}")).collect();
    simulator.inject(Fault::status(StatusCode::BAD_GATEWAY).on(&*paths[0]).times(2));
    let statuses: Vec<_> =
        [1, 0, 0, 0].map(|n: usize| send(&simulator, "GET", &paths[n])).map(|r| r.status).into();
    assert_eq!(statuses, [200, 502, 502, 200]);
    simulator.inject(Fault::status(StatusCode::BAD_GATEWAY).always());
    for _ in 0..5 {
        assert_eq!(send(&simulator, "GET", &paths[1]).status, 502);
    }
    simulator.clear_faults();
    assert_eq!(send(&simulator, "GET", &paths[1]).status, 200);
}

#[test]
fn the_client_reports_resets_and_truncated_bodies_as_transport_errors() {
    for fault in [Fault::reset(), Fault::truncate(10)] {
        let simulator = Simulator::start().unwrap();
        let registry = simulator.registry().unwrap();
        let id = simulator.ids().next().unwrap();
        simulator.inject(fault.always());
        let error = block_on(async { registry.credit_batch(&id).await }).unwrap_err();
        assert!(matches!(error, isometric_registry::Error::Transport(_)), "{error:?}");
    }
}
