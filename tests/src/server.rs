//! A loopback HTTP server with canned, possibly malformed responses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// The maximum number of bytes that are read from one connection.
const REQUESTS_LIMIT: u64 = 64 * 1024;

/// A received request, with header names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct TestRequest {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The address of the client, which identifies the connection.
    pub(crate) peer: SocketAddr,
}

impl TestRequest {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Returns the last segment of the path.
    pub(crate) fn id(&self) -> &str {
        let path = self.line.split(' ').nth(1).unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }
}

/// A canned response.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The status and the headers, or `None` if `body` contains them.
    head: Option<(u16, Vec<(String, String)>)>,
    body: Vec<u8>,
    end: ConnectionEnd,
}

/// The state of the connection after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionEnd {
    Close,
    Reset,
    /// The connection stays open, but is not used, until the server is dropped.
    Stall,
    /// The connection is used for the next request.
    KeepAlive,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl ToString) -> Self {
        Self::new(status, body.to_string()).with("content-type", "application/json")
    }

    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { head: Some((status, Vec::new())), body: body.into(), end: ConnectionEnd::Close }
    }

    /// Creates a reply of exactly these bytes.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { head: None, body: bytes.into(), end: ConnectionEnd::Close }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        let (_, headers) = self.head.as_mut().expect("raw replies contain their headers");
        headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn and_then(mut self, end: ConnectionEnd) -> Self {
        self.end = end;
        self
    }

    /// Returns whether the client waits for bytes that never come.
    pub(crate) fn stalls(&self) -> bool {
        self.end == ConnectionEnd::Stall
    }

    fn bytes(&self) -> Vec<u8> {
        let Some((status, headers)) = &self.head else { return self.body.clone() };
        let mut head = format!("HTTP/1.1 {status} Reason\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if self.end != ConnectionEnd::KeepAlive {
            head += "connection: close\r\n";
        }
        head += &format!("content-length: {}\r\n\r\n", self.body.len());
        [head.into_bytes(), self.body.clone()].concat()
    }
}

/// A server on a free port. It stops when dropped.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    respond: Box<dyn Fn(&TestRequest) -> Reply + Send + Sync>,
    requests: Mutex<Vec<TestRequest>>,
    stalled: Mutex<Vec<TcpStream>>,
    is_stopped: AtomicBool,
}

impl Server {
    /// Starts a server with the same reply to every request.
    pub(crate) fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone())
    }

    pub(crate) fn start(respond: impl Fn(&TestRequest) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            respond: Box::new(respond),
            requests: Mutex::default(),
            stalled: Mutex::default(),
            is_stopped: AtomicBool::new(false),
        });
        let server = Self { address, shared: shared.clone() };
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let shared = shared.clone();
                thread::spawn(move || shared.serve(stream));
            }
            shared.stalled.lock().unwrap().clear();
        });
        server
    }

    /// Returns the base URL of all operations.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/registry/v0", self.origin())
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<TestRequest> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    /// Serves one connection.
    fn serve(&self, stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        let mut reader = BufReader::new((&stream).take(REQUESTS_LIMIT));
        while let Some(request) = read(&mut reader, peer) {
            self.requests.lock().unwrap().push(request.clone());
            let reply = (self.respond)(&request);
            // The client may have closed the connection.
            let _ = (&stream).write_all(&reply.bytes());
            match reply.end {
                ConnectionEnd::KeepAlive => continue,
                ConnectionEnd::Close => {}
                ConnectionEnd::Reset => {
                    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                }
                ConnectionEnd::Stall => {
                    drop(reader);
                    self.stalled.lock().unwrap().push(stream);
                }
            }
            return;
        }
    }
}

fn read(reader: &mut impl BufRead, peer: SocketAddr) -> Option<TestRequest> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let line = lines.next()?;
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let mut request = TestRequest { line, headers, body: String::new(), peer };
    if let Some(length) = request.header("content-length") {
        reader.take(length.parse().ok()?).read_to_string(&mut request.body).ok()?;
    }
    Some(request)
}
