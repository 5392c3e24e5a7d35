//! What a call makes of everything that can go wrong with a response, over real
//! sockets: an answer or a typed error, in bounded time, after the right number of
//! tries, and with no secret anywhere.

use std::cell::RefCell;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use isometric_registry::types::CreditBatchId;
use isometric_registry::{Error, Options, Registry};
use serde_json::json;
use socket2::{Domain, Socket, Type};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::end_to_end::{SECRET, TOKEN, block_on, credentials};
use crate::samples::{active_batch, with};
use crate::server::{End, Reply, Server};

const RETRIES: usize = 2;
/// How often a call is sent that is tried again to no avail.
const ALL: usize = RETRIES + 1;
const LIMIT: usize = 64 * 1024;
/// How long a try may take where it comes to a halt.
const TRY: Duration = Duration::from_millis(300);
/// How long no call may take, on however busy a machine.
const LONG: Duration = Duration::from_secs(20);

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Answer,
    Transport,
    Status(u16),
    Oversized,
    Invalid,
}

impl Outcome {
    fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Answer,
            Err(Error::Transport(_)) => Self::Transport,
            Err(error @ Error::Status(_)) => Self::Status(error.status().unwrap().as_u16()),
            Err(Error::Oversized(_)) => Self::Oversized,
            Err(Error::Invalid(_)) => Self::Invalid,
            Err(other) => panic!("nothing was sent: {other}"),
        }
    }
}

fn id() -> CreditBatchId {
    "ctb_1DRBTYA8Q1S07CBY".parse().unwrap()
}

/// Options that wait for nothing, and the waits that there would have been.
fn options() -> (Options, Arc<Mutex<Vec<Duration>>>) {
    let waits = Arc::new(Mutex::new(Vec::new()));
    let noted = waits.clone();
    let options = Options::new().retries(RETRIES).body_limit(LIMIT);
    let options = options.sleep_with(move |wait| {
        noted.lock().unwrap().push(wait);
        std::future::ready(())
    });
    (options, waits)
}

/// The same, with little time for a reply that never ends.
fn options_for(reply: &Reply) -> (Options, Arc<Mutex<Vec<Duration>>>) {
    let (options, waits) = options();
    (if reply.stalls() { options.attempt_timeout(TRY) } else { options }, waits)
}

fn registry(server: &Server, options: Options) -> Registry {
    Registry::at(&server.base_url(), credentials()).unwrap().with_options(options).unwrap()
}

thread_local! {
    /// What was logged on this thread.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the log of the thread.
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

/// Everything that is logged on this thread meanwhile, by every crate and at every
/// level. There is one subscriber for all tests, because those that come and go are
/// not told of all events where others run at the same time.
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

/// Makes a call and looks for both secrets in all that it shows. Gives what became of
/// it, how often it was sent, and the log.
fn call(registry: &Registry) -> (Outcome, usize, String) {
    let (result, log) =
        logged(|| block_on(async { registry.credit_batch(&id()).response().await }));
    let tries = match &result {
        Ok(response) => response.attempts(),
        Err(error) => error.attempts(),
    };
    let mut shown = format!("{log} {result:?} {result:#?}");
    match &result {
        Ok(response) => shown += &String::from_utf8_lossy(response.body()),
        Err(error) => shown += &everything_of(error),
    }
    for secret in [TOKEN, SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
    (Outcome::of(&result), usize::try_from(tries).unwrap(), log)
}

/// All that an error has to say.
fn everything_of(error: &Error) -> String {
    let mut said = format!(
        "{error} {:?} {:?} {:?} {:?} {:?}",
        error.body(),
        error.request_id(),
        error.violations(),
        error.detail(),
        error.field(),
    );
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        said += &format!(" {error} {error:?}");
        source = error.source();
    }
    said
}

/// A head that promises so many bytes, with a header that repeats the secrets.
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

/// A fault, what becomes of the call, and how often it is sent.
type Fault = (&'static str, Reply, Outcome, usize);

fn faults() -> Vec<Fault> {
    let groups = [lost_connections(), halts(), wrong_lengths(), large_bodies(), no_batches()];
    groups.into_iter().chain([repeated_secrets(), redirects()]).flatten().collect()
}

fn chunked(chunks: &str) -> Reply {
    Reply::raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}"))
}

fn lost_connections() -> Vec<Fault> {
    let cut = head(9)[..40].to_owned();
    let body = head(5000) + &echo();
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(1000));
    [
        ("reset before the header", Reply::raw("").and_then(End::Reset)),
        ("closed before the header", Reply::raw("")),
        ("reset in the header", Reply::raw(cut.clone()).and_then(End::Reset)),
        ("closed in the header", Reply::raw(cut)),
        ("reset after the header", Reply::raw(head(9)).and_then(End::Reset)),
        ("reset in the body", Reply::raw(body.clone()).and_then(End::Reset)),
        ("a cut body", Reply::raw(body)),
        ("a cut chunk", chunked("ff\r\n{\"id")),
        ("no last chunk", chunked("2\r\n{}\r\n")),
        ("a chunk of no length", chunked("xyz\r\n{}\r\n0\r\n\r\n")),
        ("no HTTP", Reply::raw(echo())),
        ("endless headers", Reply::raw(endless)),
    ]
    .map(|(name, reply)| (name, reply, Outcome::Transport, ALL))
    .into()
}

fn halts() -> Vec<Fault> {
    let halt = |bytes: &str| Reply::raw(bytes).and_then(End::Stall);
    vec![
        ("nothing at all", halt(""), Outcome::Transport, ALL),
        ("a stalled header", halt(&head(9)[..40]), Outcome::Transport, ALL),
        ("a stalled body", halt(&(head(5000) + &echo())), Outcome::Transport, 1),
    ]
}

fn wrong_lengths() -> Vec<Fault> {
    let batch = active_batch().to_string();
    let with = |length: &str| Reply::raw(head(length) + &batch);
    let (less, more) = ((batch.len() - 1).to_string(), (batch.len() + 1).to_string());
    vec![
        ("a length that is none", with("many"), Outcome::Transport, ALL),
        ("two lengths", with("9\r\ncontent-length: 8"), Outcome::Transport, ALL),
        ("a length that is too large", with(&more), Outcome::Transport, ALL),
        ("a length that is too small", with(&less), Outcome::Invalid, 1),
    ]
}

fn large_bodies() -> Vec<Fault> {
    let mut full = active_batch().to_string();
    full.push_str(&" ".repeat(LIMIT - full.len()));
    let blank = " ".repeat(LIMIT + 1);
    let bomb = Reply::new(200, gzip_bomb()).with("content-encoding", "gzip");
    let plain = Reply::json(200, active_batch()).with("content-encoding", "gzip");
    vec![
        ("a body at the limit", Reply::json(200, full), Outcome::Answer, 1),
        ("an oversized body", Reply::json(200, &blank), Outcome::Oversized, 1),
        ("an oversized failure", Reply::json(503, &blank), Outcome::Oversized, 1),
        ("an endless body", Reply::raw(head(u64::MAX / 2) + &blank), Outcome::Oversized, 1),
        ("a gzip bomb", bomb, Outcome::Oversized, 1),
        ("a body that is no gzip", plain, Outcome::Transport, ALL),
    ]
}

fn no_batches() -> Vec<Fault> {
    let batch = active_batch().to_string();
    let twice = batch.replacen('{', "{\"id\":\"ctb_1DRBTYA8Q1S07CBY\",", 1);
    let mut no_utf8 = batch.clone().into_bytes();
    let name = batch.find("Isometric").unwrap();
    no_utf8[name] = 0xff;
    let deep = "[".repeat(30_000);
    [
        ("a body that is no UTF-8", Reply::new(200, b"\xff\xfe")),
        ("a batch that is no UTF-8", Reply::new(200, no_utf8)),
        ("deep arrays", Reply::json(200, &deep)),
        ("deep objects", Reply::json(200, "{\"a\":".repeat(10_000))),
        ("a deep property", Reply::json(200, format!("{{\"owner\":{deep}"))),
        ("an empty body", Reply::new(200, "")),
        ("HTML", Reply::new(200, format!("<html>{}</html>", echo()))),
        ("an error within a success", Reply::json(200, json!({ "detail": echo() }))),
        ("two batches", Reply::json(200, format!("{batch}{batch}"))),
        ("a property twice", Reply::json(200, twice)),
    ]
    .map(|(name, reply)| (name, reply, Outcome::Invalid, 1))
    .into()
}

/// What a server says that has no discretion.
fn echo() -> String {
    format!("you sent {TOKEN} and {SECRET}")
}

fn repeated_secrets() -> Vec<Fault> {
    let name = with(active_batch(), &[("/owner/name", json!(echo()))]);
    let mut unknown = active_batch();
    unknown["echo"] = json!(echo());
    let failure = json!({ "detail": echo() });
    vec![
        ("secrets in a known property", Reply::json(200, name), Outcome::Answer, 1),
        ("secrets in an unknown property", Reply::json(200, unknown), Outcome::Answer, 1),
        ("secrets in a failure", Reply::json(503, failure), Outcome::Status(503), ALL),
    ]
}

fn redirects() -> Vec<Fault> {
    let other = format!("http://192.0.2.1/?{TOKEN}");
    [
        ("a redirect to another origin", other.as_str()),
        ("a redirect to another scheme", "file:///etc/passwd"),
        ("a redirect to nowhere", "http://["),
        (TO_ITSELF, "/registry/v0/credit_batches/again"),
    ]
    .map(|(name, location)| {
        (name, Reply::new(302, "").with("location", location), Outcome::Status(302), 1)
    })
    .into()
}

const TO_ITSELF: &str = "a redirect to itself";

#[test]
fn every_fault_is_an_answer_or_a_typed_error_after_the_right_number_of_tries() {
    for (name, reply, outcome, tries) in faults() {
        let (options, _) = options_for(&reply);
        let server = Server::always(reply);
        let started = Instant::now();
        let (found, tried, _) = call(&registry(&server, options));
        assert_eq!((found, tried), (outcome, tries), "{name}");
        assert!(started.elapsed() < LONG, "{name} takes long");
        let followed = if name == TO_ITSELF { 3 } else { 0 };
        assert_eq!(server.requests().len(), tries + followed, "{name}");
    }
}

#[test]
fn a_fault_that_is_gone_by_the_next_try_is_an_answer() {
    for (name, reply, ..) in faults().into_iter().filter(|(.., tries)| *tries == ALL) {
        let (options, _) = options_for(&reply);
        let first = Mutex::new(Some(reply));
        let server = Server::start(move |_| {
            let first = first.lock().unwrap().take();
            first.unwrap_or_else(|| Reply::json(200, active_batch()))
        });
        let (found, tried, _) = call(&registry(&server, options));
        assert_eq!((found, tried), (Outcome::Answer, 2), "{name}");
    }
}

#[test]
fn without_retries_every_fault_is_tried_once() {
    for (name, reply, outcome, _) in faults().into_iter().filter(|(.., tries)| *tries == ALL) {
        let (options, waits) = options_for(&reply);
        let server = Server::always(reply);
        let (found, tried, _) = call(&registry(&server, options).without_retries());
        assert_eq!((found, tried), (outcome, 1), "{name}");
        assert!(waits.lock().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn of_all_statuses_five_are_tried_again() {
    let status = Arc::new(Mutex::new(0));
    let answered = status.clone();
    let server = Server::start(move |_| {
        let status = *answered.lock().unwrap();
        let body = if matches!(status, 204 | 304) { "" } else { "{\"detail\": \"because\"}" };
        Reply::json(status, body)
    });
    let (options, _) = options();
    let registry = registry(&server, options);
    for code in 200..=599 {
        *status.lock().unwrap() = code;
        let (outcome, tries, _) = call(&registry);
        let expected = if code == 200 { Outcome::Invalid } else { Outcome::Status(code) };
        let retried = [408, 429, 502, 503, 504].contains(&code);
        assert_eq!((outcome, tries), (expected, if retried { ALL } else { 1 }), "{code}");
    }
}

#[test]
fn a_status_before_the_answer_is_no_answer() {
    for code in 100..=199 {
        let server = Server::always(Reply::new(code, ""));
        let (outcome, tries, _) = call(&registry(&server, options().0));
        // After a switch of protocols nothing else would follow.
        let expected = match code {
            101 => (Outcome::Status(101), 1),
            _ => (Outcome::Transport, ALL),
        };
        assert_eq!((outcome, tries), expected, "{code}");
    }
}

#[test]
fn a_redirect_within_the_origin_leads_to_the_answer() {
    let server = Server::start(|request| match request.line.contains("/moved") {
        true => Reply::json(200, active_batch()),
        false => Reply::new(308, "").with("location", "/moved"),
    });
    assert_eq!(call(&registry(&server, options().0)).0, Outcome::Answer);
}

#[test]
fn nobody_listening_is_tried_again() {
    let server = Server::always(Reply::new(200, ""));
    let (options, waits) = options();
    let registry = registry(&server, options);
    drop(server);
    let (outcome, tries, log) = call(&registry);
    assert_eq!((outcome, tries), (Outcome::Transport, ALL), "{log}");
    assert_eq!(waits.lock().unwrap().len(), RETRIES);
}

/// Linux lets one connection wait where a listener asks for none, and drops every other.
#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_is_not_taken_up_runs_out_of_a_time_of_its_own() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _waiting = TcpStream::connect(address).unwrap();
    let options = options().0.connect_timeout(TRY).attempt_timeout(2 * LONG);
    let registry = Registry::at(&format!("http://{address}"), credentials()).unwrap();
    let registry = registry.with_options(options).unwrap();
    let started = Instant::now();
    let error = block_on(async { registry.credit_batch(&id()).await }).unwrap_err();
    assert!(started.elapsed() < LONG);
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert!(transport.is_connect() && transport.is_timeout(), "{error:?}");
    assert_eq!(error.attempts() as usize, ALL);
}

/// What is waited for where the API says this.
fn waits(
    retry_after: &str,
    date: Option<&str>,
    options_of: impl Fn(Options) -> Options,
) -> Vec<Duration> {
    let reply = Reply::new(503, "").with("retry-after", retry_after);
    let server = Server::always(match date {
        Some(date) => reply.with("date", date),
        None => reply,
    });
    let (options, waits) = options();
    let (outcome, ..) = call(&registry(&server, options_of(options)));
    assert_eq!(outcome, Outcome::Status(503));
    let waits = waits.lock().unwrap();
    waits.clone()
}

#[test]
fn retry_after_is_waited_for_in_both_forms() {
    let seconds = Duration::from_secs;
    assert_eq!(waits("7", None, |options| options), [seconds(7); 2]);
    let date = Some("Wed, 21 Oct 2015 07:28:00 GMT");
    let after = "Wed, 21 Oct 2015 07:28:09 GMT";
    assert_eq!(waits(after, date, |options| options), [seconds(9); 2]);
}

#[test]
fn retry_after_is_not_waited_for_longer_than_the_longest_wait() {
    let longest = Duration::from_secs(30);
    assert_eq!(waits("31536000", None, |options| options), [longest; 2]);
    assert_eq!(waits("Fri, 31 Dec 9999 23:59:59 GMT", None, |options| options), [longest; 2]);
}

#[test]
fn retry_after_that_says_nothing_leaves_the_backoff() {
    for nonsense in ["soon", "-1", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT", "0"] {
        let waits = waits(nonsense, None, |options| options);
        assert_eq!(waits.len(), RETRIES, "{nonsense}");
        assert!(waits[0] < Duration::from_millis(250), "{nonsense}: {waits:?}");
        assert!(waits[1] < Duration::from_millis(500), "{nonsense}: {waits:?}");
    }
}

#[test]
fn a_wait_that_would_outlast_the_call_is_not_begun() {
    let brief = |options: Options| options.retries(9).total_timeout(Duration::from_secs(40));
    assert_eq!(waits("15", None, brief), [Duration::from_secs(15); 2]);
    assert_eq!(waits("31536000", None, brief), [Duration::from_secs(30)]);
}

#[test]
fn the_total_time_bounds_the_tries() {
    let server = Server::always(Reply::raw("").and_then(End::Stall));
    let (options, _) = options();
    let options = options.retries(1000).backoff(Duration::ZERO);
    let options = options.attempt_timeout(2 * TRY).total_timeout(5 * TRY);
    let started = Instant::now();
    let (outcome, tries, _) = call(&registry(&server, options));
    assert_eq!((outcome, tries), (Outcome::Transport, 3));
    assert!(started.elapsed() < LONG);
}

#[test]
fn an_error_says_how_often_and_for_how_long() {
    let server = Server::always(Reply::new(429, "").with("retry-after", "12"));
    let registry = registry(&server, options().0);
    let error = block_on(async { registry.credit_batch(&id()).await }).unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(12)));
    assert!(error.to_string().contains(", 3 tries)"), "{error}");
}

#[test]
fn a_call_is_traced_with_operation_status_tries_duration_and_request_id() {
    let replies = Mutex::new(vec![
        Reply::json(200, active_batch()).with("x-request-id", "req-9"),
        Reply::new(503, ""),
    ]);
    let server = Server::start(move |_| replies.lock().unwrap().pop().unwrap());
    let (outcome, tries, log) = call(&registry(&server, options().0));
    assert_eq!((outcome, tries), (Outcome::Answer, 2));
    let end = log
        .lines()
        .find(|line| line.ends_with("the call is over"))
        .unwrap_or_else(|| panic!("{log}"));
    for field in
        ["operation=\"credit_batch\"", "status=200", "tries=2", "duration_ms=", "request_id=req-9"]
    {
        assert!(end.contains(field), "{field}: {end}");
    }
    assert!(log.contains("trying again after this wait wait_ms="), "{log}");
}

#[test]
fn a_call_without_a_runtime_is_a_call_all_the_same() {
    let server = Server::always(Reply::json(200, active_batch()));
    let registry = registry(&server, options().0);
    for _ in 0..3 {
        assert_eq!(registry.credit_batch(&id()).block().unwrap().id, id());
    }
    let error = block_on(async { registry.credit_batch(&id()).block() }).unwrap_err();
    assert!(matches!(error, Error::Configuration(_)), "{error:?}");
}
