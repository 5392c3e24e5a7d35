//! Handwritten HTTP requests, including those that no client would send.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use isometric_registry_simulator::Simulator;

/// A response with the header names in lower case.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The result of reading to the end of the connection.
    pub(crate) end: io::Result<()>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Returns the header lines of the client secret and of an access token.
pub(crate) fn credentials(simulator: &Simulator, token: Option<&str>) -> String {
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let secret = simulator.client_secret();
    format!("{}x-client-secret: {secret}\r\n", token.unwrap_or_default())
}

/// Sends a request with the simulator's credentials.
pub(crate) fn send(simulator: &Simulator, method: &str, path: &str) -> Response {
    let headers = credentials(simulator, Some(simulator.access_token()));
    send_with(simulator, method, path, &headers)
}

/// Sends a request with the given header lines and reads until the connection ends.
pub(crate) fn send_with(
    simulator: &Simulator,
    method: &str,
    path: &str,
    headers: &str,
) -> Response {
    send_body(simulator, method, path, headers, "")
}

/// Sends a request with the given header lines and a body, and reads until the connection ends.
pub(crate) fn send_body(
    simulator: &Simulator,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Response {
    let url = simulator.base_url().strip_prefix("http://").unwrap();
    let (address, base_path) = url.split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let line = format!("{method} /{base_path}{path} HTTP/1.1");
    let length = body.len();
    let headers = format!("connection: close\r\ncontent-length: {length}\r\n{headers}");
    write!(stream, "{line}\r\nhost: {address}\r\n{headers}\r\n{body}").unwrap();
    read(BufReader::new(stream)).unwrap()
}

fn read(mut stream: BufReader<TcpStream>) -> io::Result<Response> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status: {line:?}")))?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut body = Vec::new();
    let end = stream.read_to_end(&mut body).map(drop);
    Ok(Response { status, headers, body, end })
}
