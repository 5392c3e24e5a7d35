//! Faulty responses over real sockets. Each must lead to a value or a typed error, in bounded
//! time, after the expected number of attempts, and without exposing a secret.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use isometric_registry::{Error, Options, Registry};
use serde_json::json;
use socket2::{Domain, Socket, Type};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::end_to_end::{SECRET, TOKEN, block_on, credentials, id};
use crate::samples::{active_batch, with};
use crate::server::{ConnectionEnd, Reply, Server};

const RETRIES: usize = 2;
/// The number of attempts of a call that always fails transiently.
const ALL: usize = RETRIES + 1;
const BODY_LIMIT: usize = 64 * 1024;
/// The timeout of attempts that stall.
const STALL_TIMEOUT: Duration = Duration::from_millis(300);
/// The maximum duration of any call, even on a busy machine.
const MAX_DURATION: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Value,
    Transport,
    Status(u16),
    Oversized,
    Invalid,
}

impl Outcome {
    fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Value,
            Err(Error::Transport(_)) => Self::Transport,
            Err(error @ Error::Status(_)) => Self::Status(error.status().unwrap().as_u16()),
            Err(Error::Oversized(_)) => Self::Oversized,
            Err(Error::Invalid(_)) => Self::Invalid,
            Err(other) => panic!("nothing was sent: {other}"),
        }
    }
}

/// Returns options that skip delays, and the list of skipped delays.
fn options() -> (Options, Arc<Mutex<Vec<Duration>>>) {
    let delays = Arc::new(Mutex::new(Vec::new()));
    let skipped = delays.clone();
    let options = Options::new().retries(RETRIES).body_limit(BODY_LIMIT);
    let options = options.sleep_with(move |delay| {
        skipped.lock().unwrap().push(delay);
        std::future::ready(())
    });
    (options, delays)
}

/// Returns the same options, with a short timeout for replies that stall.
fn options_for(reply: &Reply) -> (Options, Arc<Mutex<Vec<Duration>>>) {
    let (options, delays) = options();
    (if reply.stalls() { options.attempt_timeout(STALL_TIMEOUT) } else { options }, delays)
}

fn registry(server: &Server, options: Options) -> Registry {
    Registry::at(&server.base_url(), credentials()).unwrap().with_options(options).unwrap()
}

thread_local! {
    /// The log of the current thread.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the log of the current thread.
struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a function and returns the log of this thread, from all crates and at all levels. All tests
/// share one subscriber, because a subscriber per test can miss events while other tests run.
fn logged<T>(f: impl FnOnce() -> T) -> (T, String) {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| ThreadLog)
            .init();
    });
    LOG.take();
    let result = f();
    (result, String::from_utf8(LOG.take()).unwrap())
}

/// Makes a call, and checks that no secret is visible. Returns the outcome, the number of
/// attempts and the log.
fn call(registry: &Registry) -> (Outcome, usize, String) {
    let (result, log) =
        logged(|| block_on(async { registry.credit_batch(&id()).response().await }));
    let attempts = match &result {
        Ok(response) => response.attempts(),
        Err(error) => error.attempts(),
    };
    let mut output = format!("{log} {result:?} {result:#?}");
    match &result {
        Ok(response) => output += &String::from_utf8_lossy(response.body()),
        Err(error) => {
            output += &all_text(error);
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
    for secret in [TOKEN, SECRET] {
        assert!(!output.contains(secret), "{output}");
    }
    (Outcome::of(&result), usize::try_from(attempts).unwrap(), log)
}

/// Returns all text of an error, including its sources.
fn all_text(error: &Error) -> String {
    let mut text = format!(
        "{error} {:?} {:?} {:?} {:?} {:?}",
        error.body(),
        error.request_id(),
        error.violations(),
        error.detail(),
        error.field(),
    );
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(" {error} {error:?}");
        source = error.source();
    }
    text
}

/// Returns a head with this content length, and with headers that echo the secrets.
fn head(length: impl ToString) -> String {
    let length = length.to_string();
    format!(
        "HTTP/1.1 200 OK\r\nx-request-id: {SECRET}\r\nx-echo: {TOKEN}\r\ncontent-length: {length}\r\n\r\n"
    )
}

fn gzip_bomb() -> Vec<u8> {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..64 {
        bomb.write_all(&zeros).unwrap();
    }
    bomb.finish().unwrap()
}

/// Compresses each text as a member of its own (RFC 1952, section 2.2).
fn gzip_members(members: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for member in members {
        let mut encoder = GzEncoder::new(body, Compression::fast());
        encoder.write_all(member.as_bytes()).unwrap();
        body = encoder.finish().unwrap();
    }
    body
}

/// A faulty reply with its name, the expected outcome of the call and the expected number of
/// attempts.
type Fault = (&'static str, Reply, Outcome, usize);

fn faults() -> Vec<Fault> {
    let groups = [lost_connections(), stalls(), wrong_lengths(), large_bodies(), invalid_batches()];
    groups.into_iter().chain([echoed_secrets(), redirects()]).flatten().collect()
}

fn chunked(chunks: &str) -> Reply {
    Reply::raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}"))
}

fn lost_connections() -> Vec<Fault> {
    let truncated = head(9)[..40].to_owned();
    let body = head(5000) + &echo();
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(1000));
    [
        ("reset before the header", Reply::raw("").and_then(ConnectionEnd::Reset)),
        ("closed before the header", Reply::raw("")),
        ("reset in the header", Reply::raw(truncated.clone()).and_then(ConnectionEnd::Reset)),
        ("closed in the header", Reply::raw(truncated)),
        ("reset after the header", Reply::raw(head(9)).and_then(ConnectionEnd::Reset)),
        ("reset in the body", Reply::raw(body.clone()).and_then(ConnectionEnd::Reset)),
        ("a truncated body", Reply::raw(body)),
        ("a truncated chunk", chunked("ff\r\n{\"id")),
        ("no last chunk", chunked("2\r\n{}\r\n")),
        ("an invalid chunk length", chunked("xyz\r\n{}\r\n0\r\n\r\n")),
        ("not HTTP", Reply::raw(echo())),
        ("endless headers", Reply::raw(endless)),
    ]
    .map(|(name, reply)| (name, reply, Outcome::Transport, ALL))
    .into()
}

fn stalls() -> Vec<Fault> {
    let stall = |bytes: &str| Reply::raw(bytes).and_then(ConnectionEnd::Stall);
    vec![
        ("a stalled connection", stall(""), Outcome::Transport, ALL),
        ("a stalled header", stall(&head(9)[..40]), Outcome::Transport, ALL),
        ("a stalled body", stall(&(head(5000) + &echo())), Outcome::Transport, 1),
    ]
}

fn wrong_lengths() -> Vec<Fault> {
    let batch = active_batch().to_string();
    let with = |length: &str| Reply::raw(head(length) + &batch);
    let (less, more) = ((batch.len() - 1).to_string(), (batch.len() + 1).to_string());
    vec![
        ("an invalid length", with("many"), Outcome::Transport, ALL),
        ("two lengths", with("9\r\ncontent-length: 8"), Outcome::Transport, ALL),
        ("a length that is too large", with(&more), Outcome::Transport, ALL),
        ("a length that is too small", with(&less), Outcome::Invalid, 1),
    ]
}

fn large_bodies() -> Vec<Fault> {
    let mut full = active_batch().to_string();
    full.push_str(&" ".repeat(BODY_LIMIT - full.len()));
    let blank = " ".repeat(BODY_LIMIT + 1);
    let bomb = Reply::new(200, gzip_bomb()).with("content-encoding", "gzip");
    let plain = Reply::json(200, active_batch()).with("content-encoding", "gzip");
    let batch = active_batch().to_string();
    let (start, end) = batch.split_at(batch.len() / 2);
    // reqwest reads the first member only, which must not pass for the whole body.
    let members = Reply::new(200, gzip_members(&[start, end])).with("content-encoding", "gzip");
    let whole = gzip_members(&[&batch]);
    let cut = Reply::new(200, &whole[..whole.len() - 20]).with("content-encoding", "gzip");
    vec![
        ("a body at the limit", Reply::json(200, &full), Outcome::Value, 1),
        ("an oversized body", Reply::json(200, &blank), Outcome::Oversized, 1),
        ("an oversized batch", Reply::json(200, format!("{full} ")), Outcome::Oversized, 1),
        ("an oversized failure", Reply::json(503, &blank), Outcome::Oversized, 1),
        ("an endless body", Reply::raw(head(u64::MAX / 2) + &blank), Outcome::Oversized, 1),
        ("a gzip bomb", bomb, Outcome::Oversized, 1),
        ("a body that is not gzip", plain, Outcome::Transport, ALL),
        ("a body of two gzip members", members, Outcome::Invalid, 1),
        ("a truncated gzip member", cut, Outcome::Transport, ALL),
    ]
}

fn invalid_batches() -> Vec<Fault> {
    let batch = active_batch().to_string();
    let duplicate = batch.replacen('{', "{\"id\":\"ctb_1DRBTYA8Q1S07CBY\",", 1);
    let mut not_utf8 = batch.clone().into_bytes();
    let name = batch.find("Isometric").unwrap();
    not_utf8[name] = 0xff;
    let deep = "[".repeat(30_000);
    [
        ("a body that is not UTF-8", Reply::new(200, b"\xff\xfe")),
        ("a batch that is not UTF-8", Reply::new(200, not_utf8)),
        ("deep arrays", Reply::json(200, &deep)),
        ("deep objects", Reply::json(200, "{\"a\":".repeat(10_000))),
        ("a deep property", Reply::json(200, format!("{{\"owner\":{deep}"))),
        ("an empty body", Reply::new(200, "")),
        ("HTML", Reply::new(200, format!("<html>{}</html>", echo()))),
        ("an error with a success status", Reply::json(200, json!({ "detail": echo() }))),
        ("two batches", Reply::json(200, format!("{batch}{batch}"))),
        ("a duplicate property", Reply::json(200, duplicate)),
    ]
    .map(|(name, reply)| (name, reply, Outcome::Invalid, 1))
    .into()
}

/// Returns the text of a server that echoes the secrets.
fn echo() -> String {
    format!("you sent {TOKEN} and {SECRET}")
}

fn echoed_secrets() -> Vec<Fault> {
    let name = with(active_batch(), &[("/owner/name", json!(echo()))]);
    let mut unknown = active_batch();
    unknown["echo"] = json!(echo());
    let failure = json!({ "detail": echo() });
    vec![
        ("secrets in a known property", Reply::json(200, name), Outcome::Value, 1),
        ("secrets in an unknown property", Reply::json(200, unknown), Outcome::Value, 1),
        ("secrets in a failure", Reply::json(503, failure), Outcome::Status(503), ALL),
    ]
}

fn redirects() -> Vec<Fault> {
    let other = format!("http://192.0.2.1/?{TOKEN}");
    [
        ("a redirect to another origin", other.as_str()),
        ("a redirect to another scheme", "file:///etc/passwd"),
        ("a redirect to an invalid URL", "http://["),
        (TO_ITSELF, "/registry/v0/credit_batches/again"),
    ]
    .map(|(name, location)| {
        (name, Reply::new(302, "").with("location", location), Outcome::Status(302), 1)
    })
    .into()
}

const TO_ITSELF: &str = "a redirect to itself";

#[test]
fn reports_each_fault_after_the_expected_attempts() {
    for (name, reply, outcome, attempts) in faults() {
        let (options, _) = options_for(&reply);
        let server = Server::always(reply);
        let started = Instant::now();
        let (found, made, _) = call(&registry(&server, options));
        assert_eq!((found, made), (outcome, attempts), "{name}");
        assert!(started.elapsed() < MAX_DURATION, "{name} takes too long");
        let redirects = if name == TO_ITSELF { 3 } else { 0 };
        assert_eq!(server.requests().len(), attempts + redirects, "{name}");
    }
}

#[test]
fn recovers_from_each_transient_fault() {
    for (name, reply, ..) in faults().into_iter().filter(|(.., attempts)| *attempts == ALL) {
        let (options, _) = options_for(&reply);
        let first = Mutex::new(Some(reply));
        let server = Server::start(move |_| {
            let first = first.lock().unwrap().take();
            first.unwrap_or_else(|| Reply::json(200, active_batch()))
        });
        let (found, made, _) = call(&registry(&server, options));
        assert_eq!((found, made), (Outcome::Value, 2), "{name}");
    }
}

#[test]
fn makes_one_attempt_without_retries() {
    for (name, reply, outcome, _) in faults().into_iter().filter(|(.., all)| *all == ALL) {
        let (options, delays) = options_for(&reply);
        let server = Server::always(reply);
        let (found, made, _) = call(&registry(&server, options).without_retries());
        assert_eq!((found, made), (outcome, 1), "{name}");
        assert!(delays.lock().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn retries_only_transient_statuses() {
    let status = Arc::new(Mutex::new(0));
    let current = status.clone();
    let server = Server::start(move |_| {
        let status = *current.lock().unwrap();
        let body = if matches!(status, 204 | 304) { "" } else { "{\"detail\": \"because\"}" };
        Reply::json(status, body)
    });
    let (options, _) = options();
    let registry = registry(&server, options);
    for code in 200..=599 {
        *status.lock().unwrap() = code;
        let (outcome, attempts, _) = call(&registry);
        let is_success = (200..300).contains(&code);
        let expected = if is_success { Outcome::Invalid } else { Outcome::Status(code) };
        let is_retried = [408, 429, 502, 503, 504].contains(&code);
        assert_eq!((outcome, attempts), (expected, if is_retried { ALL } else { 1 }), "{code}");
    }
}

#[test]
fn waits_for_the_final_status() {
    for code in 100..=199 {
        let server = Server::always(Reply::new(code, ""));
        let (outcome, attempts, _) = call(&registry(&server, options().0));
        // After 101 the connection switches protocols, so it is a final status.
        let expected =
            if code == 101 { (Outcome::Status(101), 1) } else { (Outcome::Transport, ALL) };
        assert_eq!((outcome, attempts), expected, "{code}");
    }
}

#[test]
fn retries_refused_connections() {
    let server = Server::always(Reply::new(200, ""));
    let (options, delays) = options();
    let registry = registry(&server, options);
    drop(server);
    let error = block_on(async { registry.credit_batch(&id()).await }).unwrap_err();
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert!(transport.is_connect() && !transport.is_timeout());
    assert!(error.is_retryable());
    assert_eq!((error.status(), error.body()), (None, None));
    assert!(error.to_string().starts_with("credit_batch: connection failed: "), "{error}");
    assert_eq!(error.attempts() as usize, ALL);
    assert_eq!(delays.lock().unwrap().len(), RETRIES);
}

/// Linux accepts one connection for a backlog of zero and drops all others.
#[cfg(target_os = "linux")]
#[test]
fn limits_the_time_to_connect() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _queued = TcpStream::connect(address).unwrap();
    let options = options().0.connect_timeout(STALL_TIMEOUT).attempt_timeout(2 * MAX_DURATION);
    let registry = Registry::at(&format!("http://{address}"), credentials()).unwrap();
    let registry = registry.with_options(options).unwrap();
    let started = Instant::now();
    let error = block_on(async { registry.credit_batch(&id()).await }).unwrap_err();
    assert!(started.elapsed() < MAX_DURATION);
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert!(transport.is_connect() && transport.is_timeout(), "{error:?}");
    assert_eq!(error.attempts() as usize, ALL);
}

/// Returns the delays of a call to a server with this `Retry-After` and `Date`.
fn delays(
    retry_after: &str,
    date: Option<&str>,
    adjust: impl Fn(Options) -> Options,
) -> Vec<Duration> {
    let mut reply = Reply::new(503, "").with("retry-after", retry_after);
    if let Some(date) = date {
        reply = reply.with("date", date);
    }
    let server = Server::always(reply);
    let (options, delays) = options();
    let (outcome, ..) = call(&registry(&server, adjust(options)));
    assert_eq!(outcome, Outcome::Status(503));
    let delays = delays.lock().unwrap();
    delays.clone()
}

#[test]
fn honours_both_forms_of_retry_after() {
    let seconds = Duration::from_secs;
    assert_eq!(delays("7", None, |options| options), [seconds(7); 2]);
    let date = Some("Wed, 21 Oct 2015 07:28:00 GMT");
    let after = "Wed, 21 Oct 2015 07:28:09 GMT";
    assert_eq!(delays(after, date, |options| options), [seconds(9); 2]);
}

#[test]
fn limits_retry_after() {
    let max = Duration::from_secs(30);
    assert_eq!(delays("31536000", None, |options| options), [max; 2]);
    assert_eq!(delays("Fri, 31 Dec 9999 23:59:59 GMT", None, |options| options), [max; 2]);
}

#[test]
fn backs_off_if_retry_after_is_invalid_or_past() {
    for value in ["soon", "-1", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT", "0"] {
        let delays = delays(value, None, |options| options);
        assert_eq!(delays.len(), RETRIES, "{value}");
        assert!(delays[0] < Duration::from_millis(250), "{value}: {delays:?}");
        assert!(delays[1] < Duration::from_millis(500), "{value}: {delays:?}");
    }
}

#[test]
fn ends_before_a_delay_beyond_the_total_timeout() {
    let brief = |options: Options| options.retries(9).total_timeout(Duration::from_secs(40));
    assert_eq!(delays("15", None, brief), [Duration::from_secs(15); 2]);
    assert_eq!(delays("31536000", None, brief), [Duration::from_secs(30)]);
}

#[test]
fn limits_the_total_time_of_all_attempts() {
    let server = Server::always(Reply::raw("").and_then(ConnectionEnd::Stall));
    let (options, _) = options();
    let options = options.retries(1000).backoff(Duration::ZERO);
    let options = options.attempt_timeout(2 * STALL_TIMEOUT).total_timeout(5 * STALL_TIMEOUT);
    let started = Instant::now();
    let (outcome, attempts, _) = call(&registry(&server, options));
    assert_eq!((outcome, attempts), (Outcome::Transport, 3));
    assert!(started.elapsed() < MAX_DURATION);
}

#[test]
fn reports_attempts_and_retry_after() {
    let server = Server::always(Reply::new(429, "").with("retry-after", "12"));
    let registry = registry(&server, options().0);
    let error = block_on(async { registry.credit_batch(&id()).await }).unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(12)));
    assert!(error.to_string().contains(", 3 attempts)"), "{error}");
}

#[test]
fn traces_operation_status_attempts_duration_and_request_id() {
    let replies = Mutex::new(vec![
        Reply::json(200, active_batch()).with("x-request-id", "req-9"),
        Reply::new(503, ""),
    ]);
    let server = Server::start(move |_| replies.lock().unwrap().pop().unwrap());
    let (outcome, attempts, log) = call(&registry(&server, options().0));
    assert_eq!((outcome, attempts), (Outcome::Value, 2));
    let end =
        log.lines().find(|line| line.ends_with("call finished")).unwrap_or_else(|| panic!("{log}"));
    let fields = ["operation=\"credit_batch\"", "status=200", "attempts=2"];
    for field in fields.into_iter().chain(["duration_ms=", "request_id=req-9"]) {
        assert!(end.contains(field), "{field}: {end}");
    }
    assert!(log.contains("retrying after a delay delay_ms="), "{log}");
}

#[test]
fn block_works_only_outside_a_runtime() {
    let server = Server::always(Reply::json(200, active_batch()));
    let registry = registry(&server, options().0);
    for _ in 0..3 {
        assert_eq!(registry.credit_batch(&id()).block().unwrap().id, id());
    }
    let error = block_on(async { registry.credit_batch(&id()).block() }).unwrap_err();
    assert!(matches!(error, Error::Configuration(_)), "{error:?}");
}

/// Makes a call to an HTTPS server that handles one connection by itself.
fn call_over_tls(serve: impl FnOnce(TcpStream) + Send + 'static) -> Error {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || serve(listener.accept().unwrap().0));
    let registry = Registry::at(&base_url, credentials()).unwrap().without_retries();
    block_on(async { registry.credit_batch(&id()).await }).unwrap_err()
}

#[test]
fn does_not_retry_servers_without_tls() {
    let error = call_over_tls(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Waits for the client to close the connection.
        let _ = io::copy(&mut stream, &mut io::sink());
    });
    assert!(error.to_string().starts_with("credit_batch: TLS connection failed: "), "{error}");
    assert!(matches!(&error, Error::Transport(transport) if transport.is_connect()));
    assert!(!error.is_retryable());
}

#[test]
fn retries_connections_lost_before_tls_is_established() {
    let error = call_over_tls(|mut stream| {
        // Unread bytes would turn the end of the stream into a reset.
        assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0);
    });
    assert!(error.to_string().starts_with("credit_batch: connection failed: "), "{error}");
    assert!(error.is_retryable());
}
