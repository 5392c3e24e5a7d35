//! A loopback HTTP server that answers what a test tells it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// A request as it came in, header names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// What to answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The status and the headers. `None` where the body is all there is.
    head: Option<(u16, Vec<(String, String)>)>,
    body: Vec<u8>,
    end: End,
}

/// What becomes of the connection once all is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It is closed.
    Close,
    /// It is reset.
    Reset,
    /// It stays open for as long as the server is there.
    Stall,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl ToString) -> Self {
        Self::new(status, body.to_string()).with("content-type", "application/json")
    }

    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { head: Some((status, Vec::new())), body: body.into(), end: End::Close }
    }

    /// These bytes and nothing else.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { head: None, body: bytes.into(), end: End::Close }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        let (_, headers) = self.head.as_mut().expect("raw bytes have their headers");
        headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn and_then(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Whether the client waits for more than it gets.
    pub(crate) fn stalls(&self) -> bool {
        self.end == End::Stall
    }

    /// Writes everything and ends the connection, or gives it back where it is to stay.
    fn write(&self, mut stream: TcpStream) -> Option<TcpStream> {
        // The client may have hung up.
        let _ = stream.write_all(&self.bytes());
        match self.end {
            End::Close => None,
            End::Reset => {
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                None
            }
            End::Stall => Some(stream),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let Some((status, headers)) = &self.head else { return self.body.clone() };
        let mut head = format!("HTTP/1.1 {status} Reason\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\nconnection: close\r\n\r\n", self.body.len());
        [head.into_bytes(), self.body.clone()].concat()
    }
}

/// A server on a free port; it stops when dropped.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Answers every request the same.
    pub(crate) fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone())
    }

    pub(crate) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let server = Self { address, requests: requests.clone(), stopped: stopped.clone() };
        let answer = Arc::new(answer);
        thread::spawn(move || {
            let stalled = Arc::new(Mutex::new(Vec::new()));
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (answer, requests, stalled) =
                    (answer.clone(), requests.clone(), stalled.clone());
                thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    requests.lock().unwrap().push(request.clone());
                    if let Some(stream) = answer(&request).write(stream) {
                        stalled.lock().unwrap().push(stream);
                    }
                });
            }
        });
        server
    }

    /// The base URL that the API's paths follow.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/registry/v0", self.origin())
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream.take(64 * 1024)).lines().map_while(Result::ok);
    let line = lines.next()?;
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    Some(Request { line, headers })
}
