//! Whatever a server may answer instead of a credit batch, over HTTP.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::thread;

use isometric_registry::types::{CreditBatch, ErrorBody};
use isometric_registry::{Credentials, Error, Registry, blocking};

use super::decode::assert_shown;

/// Both occur in the seeds, as a server may repeat them.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.dG9rZW4";
const SECRET: &str = "Syou3EZiO5vuMEgNyBeA8cjEMYOnQDwP";

/// The most bytes that a message and an excerpt have.
const MESSAGE: usize = 8 * 1024;
const EXCERPT: usize = 1024;

/// Lets a server answer with a status, which the first two bytes tell, and a body,
/// which is the rest.
///
/// # Panics
///
/// - The status is lost, or the body where it is to be kept.
/// - The API's own words are not those that the body says.
/// - A message is no single line, is long, or has a secret.
/// - A call is worth another try that is not.
pub fn run(data: &[u8]) {
    let Some((&[high, low], body)) = data.split_first_chunk() else { return };
    // 204 and 304 have no body, and below 200 is what comes before an answer.
    let status = 200 + u16::from_be_bytes([high, low]) % 400;
    if matches!(status, 204 | 205 | 304) {
        return;
    }
    SERVER.answer(status, body);
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
    if is_innocent(body) {
        assert_eq!(received, body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body));
    }
    match &result {
        Ok(response) => {
            assert_eq!(status, 200);
            let value = serde_json::from_slice::<CreditBatch>(received).unwrap();
            assert_eq!(&value, response.value());
            assert_no_secret(&format!("{response:?}"));
        }
        Err(error) => assert_error(error, status, received),
    }
}

fn assert_error(error: &Error, status: u16, received: &[u8]) {
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    assert_eq!(matches!(error, Error::Status(_)), status != 200);
    if status != 200 {
        let said = serde_json::from_slice::<ErrorBody>(received).ok().and_then(|body| body.detail);
        assert_eq!(error.detail(), said);
    }
    assert_eq!(error.is_retryable(), matches!(status, 408 | 429 | 502 | 503 | 504));
    // A byte that is no UTF-8 is shown as one character of three.
    assert!(error.body().is_none_or(|excerpt| excerpt.len() <= 3 * EXCERPT));
    let message = error.to_string();
    assert_shown(&message);
    assert!(message.len() <= MESSAGE, "{} bytes", message.len());
    for shown in [message, format!("{error:?} {:?} {:?}", error.detail(), error.field())] {
        assert_no_secret(&shown);
    }
}

fn assert_no_secret(shown: &str) {
    assert!(![TOKEN, SECRET].iter().any(|secret| shown.contains(secret)), "{shown}");
}

/// Whether a body is sure to be kept: nothing in it starts like a secret, spelled
/// plainly or in escapes.
fn is_innocent(body: &[u8]) -> bool {
    let suspects = ["\\", "%", &TOKEN[..4], &SECRET[..4]].map(str::as_bytes);
    !suspects.iter().any(|suspect| body.windows(suspect.len()).any(|part| part == *suspect))
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// A server on loopback that answers every request the same, and a client of it.
struct Server {
    registry: Registry,
    answer: &'static Mutex<Vec<u8>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let credentials = Credentials::new(TOKEN, SECRET).unwrap();
        let registry = Registry::at(&base_url, credentials).unwrap().without_retries();
        let answer: &'static Mutex<Vec<u8>> = Box::leak(Box::default());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(&stream, answer));
            }
        });
        Self { registry, answer }
    }

    fn answer(&self, status: u16, body: &[u8]) {
        let head = format!("HTTP/1.1 {status} Reason\r\ncontent-length: {}\r\n\r\n", body.len());
        *self.answer.lock().unwrap() = [head.as_bytes(), body].concat();
    }
}

/// Answers one request after the other until the client hangs up.
fn serve(mut stream: &TcpStream, answer: &Mutex<Vec<u8>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while lines.by_ref().take_while(|line| !line.is_empty()).count() > 0 {
        let answer = answer.lock().unwrap().clone();
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}
