//! Arbitrary HTTP responses in place of a credit batch.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::thread;

use isometric_registry::types::{CreditBatch, ErrorBody};
use isometric_registry::{Credentials, Error, Registry, blocking};

use super::decode::assert_printable;

/// The credentials, which some seeds contain.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.dG9rZW4";
const SECRET: &str = "Syou3EZiO5vuMEgNyBeA8cjEMYOnQDwP";

/// The maximum length of a message, in bytes.
const MAX_MESSAGE: usize = 8 * 1024;
/// The maximum length of the part of a body that an error quotes, in bytes of the body.
const MAX_EXCERPT: usize = 1024;

/// Serves a response whose status is derived from the first two bytes, and whose body is
/// the rest, and calls an operation.
///
/// # Panics
///
/// - The status or the body differs from the response.
/// - The detail of an error differs from the body.
/// - A message has several lines, is too long, or contains a secret.
/// - A permanent failure is retryable, or the reverse.
pub fn run(data: &[u8]) {
    let Some((&[high, low], body)) = data.split_first_chunk() else { return };
    // These statuses have no body. Statuses below 200 precede the response.
    let status = 200 + u16::from_be_bytes([high, low]) % 400;
    if matches!(status, 204 | 205 | 304) {
        return;
    }
    SERVER.set_response(status, body);
    let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
    let result = blocking::wait(SERVER.registry.credit_batch(&id).response());
    let received = match &result {
        Ok(response) => response.body(),
        Err(Error::Status(error)) => error.body(),
        Err(Error::Invalid(error)) => error.body(),
        Err(Error::Mismatch(error)) => error.body(),
        Err(other) => panic!("{other}"),
    };
    assert_no_secret(&String::from_utf8_lossy(received));
    if cannot_contain_secret(body) {
        assert_eq!(received, body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body));
    }
    match &result {
        Ok(response) => {
            assert!(is_success(status), "{status}");
            let value = serde_json::from_slice::<CreditBatch>(received).unwrap();
            assert_eq!(&value, response.value());
            assert_no_secret(&format!("{response:?}"));
        }
        Err(error) => assert_error(error, status, received),
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn assert_error(error: &Error, status: u16, received: &[u8]) {
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    assert_eq!(matches!(error, Error::Status(_)), !is_success(status));
    if !is_success(status) {
        let body = serde_json::from_slice::<ErrorBody>(received);
        assert_eq!(error.detail(), body.ok().and_then(|body| body.detail));
    }
    assert_eq!(error.is_retryable(), matches!(status, 408 | 429 | 502 | 503 | 504));
    // An invalid byte becomes a replacement character of three bytes.
    assert!(error.body().is_none_or(|excerpt| excerpt.len() <= 3 * MAX_EXCERPT));
    let message = error.to_string();
    assert_printable(&message);
    assert!(message.len() <= MAX_MESSAGE, "{} bytes", message.len());
    assert_no_secret(&message);
    assert_no_secret(&format!("{error:?} {:?} {:?}", error.detail(), error.field()));
}

fn assert_no_secret(text: &str) {
    assert!(![TOKEN, SECRET].iter().any(|secret| text.contains(secret)), "{text}");
}

/// Returns whether redaction cannot change the body: it contains neither escapes nor the
/// start of a secret.
fn cannot_contain_secret(body: &[u8]) -> bool {
    let suspects = ["\\", "%", &TOKEN[..4], &SECRET[..4]].map(str::as_bytes);
    !suspects.iter().any(|suspect| body.windows(suspect.len()).any(|part| part == *suspect))
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// A server on loopback with one response for all requests, and its client.
struct Server {
    registry: Registry,
    response: &'static Mutex<Vec<u8>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let credentials = Credentials::new(TOKEN, SECRET).unwrap();
        let registry = Registry::at(&base_url, credentials).unwrap().without_retries();
        let response: &'static Mutex<Vec<u8>> = Box::leak(Box::default());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(&stream, response));
            }
        });
        Self { registry, response }
    }

    fn set_response(&self, status: u16, body: &[u8]) {
        let head = format!("HTTP/1.1 {status} Reason\r\ncontent-length: {}\r\n\r\n", body.len());
        *self.response.lock().unwrap() = [head.as_bytes(), body].concat();
    }
}

/// Responds to requests until the client closes the connection.
fn serve(mut stream: &TcpStream, response: &Mutex<Vec<u8>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while lines.by_ref().take_while(|line| !line.is_empty()).count() > 0 {
        let response = response.lock().unwrap().clone();
        if stream.write_all(&response).is_err() {
            return;
        }
    }
}
