//! Limits of the server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use isometric_registry_simulator::Simulator;

use crate::http::{credentials, send_body, send_with};

#[test]
fn half_a_request_is_closed_after_the_timeout() {
    let timeout = Duration::from_millis(50);
    let simulator = Simulator::builder().request_timeout(timeout).start().unwrap();
    let url = simulator.base_url().strip_prefix("http://").unwrap();
    let (address, _) = url.split_once('/').unwrap();
    let heads = [
        "GET /registry/v0/suppliers HTTP/1.1\r\nhost: a\r\nx-half:".to_owned(),
        "POST /registry/v0/beneficiary HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{"
            .to_owned(),
    ];
    for head in heads {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        assert!(received.is_empty() || received.starts_with(b"HTTP/1.1 408"), "{head}");
    }
}

#[test]
fn large_headers_get_431_and_large_bodies_413() {
    let simulator = Simulator::start().unwrap();
    let large = format!("x-large: {}\r\n", "a".repeat(70 << 10));
    assert_eq!(send_with(&simulator, "GET", "/suppliers", &large).status, 431);
    let headers = credentials(&simulator, Some(simulator.access_token()));
    let body = "a".repeat((1 << 20) + 1);
    assert_eq!(send_body(&simulator, "POST", "/beneficiary", &headers, &body).status, 413);
    assert_eq!(send_with(&simulator, "GET", "/suppliers", &headers).status, 200);
}
