//! Writes and access tokens over real sockets. A write is sent once, and its error tells whether
//! it took effect. The tables compare writes with reads.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use std::{io, thread};

use isometric_registry::types::{
    CreateRetirement, CreditBatchQuantity, Retirement, RetirementId, RetirementPurpose,
};
use isometric_registry::{Credentials, Error, Options, Outcome, Registry, Response};
use serde_json::{Value, json};

use crate::end_to_end::{SECRET, TOKEN, block_on, credentials};
use crate::server::{ConnectionEnd, Reply, Server, TestRequest};

const RETRIES: usize = 2;
/// The number of attempts of a call that is always retried.
const ALL: u32 = 3;
const BODY_LIMIT: usize = 64 * 1024;

fn retirement() -> Value {
    json!({
        "id": "ret_1FYBH4QDT1S0SVKF",
        "retired_at": "2024-05-17T16:00:00Z",
        "purposes": ["corporate_targets"],
        "beneficiary": { "domain": "acme.example", "id": "org_1CP8EQDNQSBXTMR2", "name": "Acme" },
        "owner": { "domain": "isometric.com", "id": "org_1GB56M1ST1S0GVNA", "name": "Isometric" },
        "credit_batch_size_total": { "credit_kgs": 1000, "credits": 1 },
        "url": "https://registry.isometric.com/retirement/ret_1FYBH4QDT1S0SVKF",
        "notes": null,
    })
}

fn id() -> RetirementId {
    "ret_1FYBH4QDT1S0SVKF".parse().unwrap()
}

fn request() -> CreateRetirement {
    CreateRetirement::new(
        "org_1GB56M1ST1S0GVNA".parse().unwrap(),
        "org_1CP8EQDNQSBXTMR2".parse().unwrap(),
        "spl_1A2B3C4D5E6F7G8H".parse().unwrap(),
        [RetirementPurpose::CorporateTargets],
        [CreditBatchQuantity::new("ctb_1DRBTYA8Q1S07CBY".parse().unwrap(), 1000)],
    )
}

fn options() -> Options {
    let options = Options::new().retries(RETRIES).body_limit(BODY_LIMIT);
    options.sleep_with(|_| std::future::ready(()))
}

fn registry_at(base_url: &str) -> Registry {
    Registry::at(base_url, credentials()).unwrap().with_options(options()).unwrap()
}

type CallResult = Result<Response<Retirement>, Error>;

fn read(registry: &Registry) -> CallResult {
    block_on(async { registry.retirement(&id()).response().await })
}

fn write(registry: &Registry) -> CallResult {
    block_on(async { registry.create_retirement(&request()).response().await })
}

/// The expected result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Value { attempts: u32 },
    Error { attempts: u32, outcome: Outcome, is_retryable: bool },
}

const VALUE: Expected = Expected::Value { attempts: 1 };

/// Returns an error after one attempt that must not be repeated.
const fn fails(outcome: Outcome) -> Expected {
    Expected::Error { attempts: 1, outcome, is_retryable: false }
}

/// Returns an error after all attempts, which may be repeated.
const fn retried(outcome: Outcome) -> Expected {
    Expected::Error { attempts: ALL, outcome, is_retryable: true }
}

impl Expected {
    fn of(result: &CallResult) -> Self {
        match result {
            Ok(response) => Self::Value { attempts: response.attempts() },
            Err(error) => Self::Error {
                attempts: error.attempts(),
                outcome: error.outcome(),
                is_retryable: error.is_retryable(),
            },
        }
    }
}

/// A reply with the expected results of a read and of a write.
type Row = (String, Reply, Expected, Expected);

fn statuses() -> Vec<Row> {
    let row = |status: u16, read, write| {
        let reply = Reply::json(status, json!({ "detail": "because" }));
        (format!("HTTP {status}"), reply, read, write)
    };
    let refused = fails(Outcome::Refused);
    let unknown = fails(Outcome::Unknown);
    let mut rows = Vec::new();
    for status in [400, 401, 403, 404, 405, 409, 410, 418, 422, 425, 451, 499] {
        rows.push(row(status, refused, refused));
    }
    for status in [408, 429] {
        rows.push(row(status, retried(Outcome::Refused), refused));
    }
    for status in [500, 501, 505, 599] {
        rows.push(row(status, unknown, unknown));
    }
    for status in [502, 503, 504] {
        rows.push(row(status, retried(Outcome::Unknown), unknown));
    }
    for status in [300, 304] {
        let reply = Reply::new(status, "");
        rows.push((format!("HTTP {status}"), reply, unknown, unknown));
    }
    rows
}

/// Returns successes. Every 2xx means that a write took effect.
fn successes() -> Vec<Row> {
    let done = fails(Outcome::Done);
    let batch = retirement().to_string();
    let mut rows = Vec::new();
    for status in [200, 201, 202, 203, 206, 226, 299] {
        rows.push((format!("HTTP {status}"), Reply::json(status, &batch), VALUE, VALUE));
        let broken = Reply::json(status, &batch[..100]);
        rows.push((format!("broken HTTP {status}"), broken, done, done));
    }
    for status in [204, 205] {
        rows.push((format!("HTTP {status}"), Reply::new(status, ""), done, done));
    }
    let large = || " ".repeat(BODY_LIMIT + 1);
    let unknown = fails(Outcome::Unknown);
    rows.extend([
        ("HTML".into(), Reply::new(200, "<html>"), done, done),
        ("an oversized success".into(), Reply::json(201, large()), done, done),
        ("an oversized failure".into(), Reply::json(503, large()), unknown, unknown),
    ]);
    rows
}

fn lost_connections() -> Vec<Row> {
    let unknown = fails(Outcome::Unknown);
    let head = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 5000\r\n\r\n{{\"id\"");
    let reset = |text: &str| Reply::raw(text).and_then(ConnectionEnd::Reset);
    let read = retried(Outcome::Unknown);
    vec![
        ("a closed connection".into(), Reply::raw(""), read, unknown),
        ("a reset connection".into(), reset(""), read, unknown),
        ("a cut header".into(), Reply::raw("HTTP/1.1 20"), read, unknown),
        ("not HTTP".into(), Reply::raw("SSH-2.0-a\r\n"), read, unknown),
        (
            "a cut success".into(),
            Reply::raw(head("201 Created")),
            retried(Outcome::Done),
            fails(Outcome::Done),
        ),
        (
            "a reset success".into(),
            reset(&head("200 OK")),
            retried(Outcome::Done),
            fails(Outcome::Done),
        ),
        (
            "a cut refusal".into(),
            Reply::raw(head("404 Not Found")),
            Expected::Error { attempts: 1, outcome: Outcome::Refused, is_retryable: true },
            fails(Outcome::Refused),
        ),
        ("a cut failure".into(), Reply::raw(head("503 Busy")), read, unknown),
    ]
}

#[test]
fn sends_each_write_once() {
    for (name, reply, expected_read, expected_write) in
        [statuses(), successes(), lost_connections()].concat()
    {
        let server = Server::always(reply);
        let registry = registry_at(&server.base_url());
        assert_eq!(Expected::of(&read(&registry)), expected_read, "read: {name}");
        let reads = server.requests().len();
        assert_eq!(Expected::of(&write(&registry)), expected_write, "write: {name}");
        assert_eq!(server.requests().len(), reads + 1, "write: {name}");
    }
}

#[test]
fn does_not_repeat_a_write_after_a_timeout() {
    for bytes in ["", "HTTP/1.1 200 OK\r\n"] {
        let server = Server::always(Reply::raw(bytes).and_then(ConnectionEnd::Stall));
        let options = options().attempt_timeout(Duration::from_millis(200));
        let registry = registry_at(&server.base_url()).with_options(options).unwrap();
        assert_eq!(Expected::of(&read(&registry)), retried(Outcome::Unknown));
        assert_eq!(Expected::of(&write(&registry)), fails(Outcome::Unknown));
        assert_eq!(server.requests().len(), ALL as usize + 1);
    }
}

#[test]
fn repeats_a_write_whose_connection_is_refused() {
    let server = Server::always(Reply::new(200, ""));
    let registry = registry_at(&server.base_url());
    drop(server);
    assert_eq!(Expected::of(&read(&registry)), retried(Outcome::NotSent));
    assert_eq!(Expected::of(&write(&registry)), retried(Outcome::NotSent));
}

#[test]
fn does_not_repeat_calls_to_servers_without_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    let registry = registry_at(&base_url);
    assert_eq!(Expected::of(&read(&registry)), fails(Outcome::NotSent));
    assert_eq!(Expected::of(&write(&registry)), fails(Outcome::NotSent));
}

/// hyper-util takes a new connection by itself if nothing was written to the old one.
#[test]
fn writes_after_the_server_closed_a_kept_connection() {
    let batch = retirement().to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", batch.len());
    let server = Server::always(Reply::raw(head + &batch));
    let registry = registry_at(&server.base_url());
    block_on(async {
        for _ in 0..5 {
            let response = registry.create_retirement(&request()).response().await.unwrap();
            assert_eq!(response.attempts(), 1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn keeps_the_body_of_a_write_that_is_done() {
    let batch = retirement().to_string();
    let cut = &batch[..2000.min(batch.len() - 1)];
    let complete = write(&registry_at(&Server::always(Reply::json(201, cut)).base_url()));
    let Err(Error::Invalid(invalid)) = complete else { panic!("{complete:?}") };
    assert_eq!(invalid.body(), cut.as_bytes());
    let head = "HTTP/1.1 201 Created\r\ncontent-length: 5000\r\n\r\n";
    let server = Server::always(Reply::raw(format!("{head}{cut}")));
    let truncated = write(&registry_at(&server.base_url()));
    let Err(Error::Transport(transport)) = truncated else { panic!("{truncated:?}") };
    assert_eq!(transport.body(), cut.as_bytes());
    let oversized = " ".repeat(BODY_LIMIT + 1);
    let oversized = write(&registry_at(&Server::always(Reply::json(200, oversized)).base_url()));
    let Err(Error::Oversized(body)) = oversized else { panic!("{oversized:?}") };
    assert_eq!(body.body().len(), BODY_LIMIT);
}

fn is_moved(request: &TestRequest) -> bool {
    request.line.contains(" /moved ")
}

/// Starts a server that redirects every request to `/moved` in its own origin.
fn redirecting(status: u16) -> Server {
    Server::start(move |request| {
        if is_moved(request) {
            Reply::json(201, retirement())
        } else {
            Reply::new(status, "").with("location", "/moved")
        }
    })
}

#[test]
fn follows_307_and_308_for_a_write() {
    for status in [307, 308] {
        let server = redirecting(status);
        assert_eq!(Expected::of(&write(&registry_at(&server.base_url()))), VALUE);
        let requests = server.requests();
        assert_eq!(requests.len(), 2, "{status}");
        for request in requests {
            assert!(request.line.starts_with("POST "), "{}", request.line);
            let body: Value = serde_json::from_str(&request.body).unwrap();
            assert_eq!(body, serde_json::to_value(self::request()).unwrap());
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("x-client-secret"), Some(SECRET));
            assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        }
    }
}

#[test]
fn follows_other_redirects_for_a_read_only() {
    for status in [301, 302, 303] {
        let server = redirecting(status);
        let registry = registry_at(&server.base_url());
        assert_eq!(Expected::of(&read(&registry)), VALUE, "{status}");
        let result = write(&registry);
        assert_eq!(Expected::of(&result), fails(Outcome::Unknown), "{status}");
        let error = result.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        let message =
            "redirect to \"/moved\" not followed; only 307 and 308 are followed for a write";
        assert!(error.to_string().contains(message), "{error}");
        let lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[1].starts_with("GET /moved ") && lines[2].starts_with("POST "), "{lines:?}");
    }
}

#[test]
fn stops_after_three_redirects() {
    let server = Server::start(|_| Reply::new(308, "").with("location", "/moved"));
    let registry = registry_at(&server.base_url());
    assert_eq!(Expected::of(&read(&registry)), fails(Outcome::Refused));
    assert_eq!(server.requests().len(), 4);
    assert_eq!(Expected::of(&write(&registry)), fails(Outcome::Refused));
    assert_eq!(server.requests().len(), 8);
}

#[test]
fn sends_nothing_to_another_origin() {
    let other = Server::always(Reply::json(200, retirement()));
    for location in [
        format!("{}/moved", other.origin()),
        format!("{}/moved", other.origin().replace("http:", "https:")),
        other.origin().replace("http:", "") + "/moved",
        other.origin().replace("127.0.0.1", "localhost"),
        "file:///etc/passwd".into(),
        "data:application/json,{}".into(),
        "http://[".into(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let server = Server::always(Reply::new(status, "").with("location", &location));
            let registry = registry_at(&server.base_url());
            let outcome = if status < 307 { Outcome::Unknown } else { Outcome::Refused };
            assert_eq!(Expected::of(&read(&registry)), fails(outcome), "{status} {location}");
            assert_eq!(Expected::of(&write(&registry)), fails(outcome), "{status} {location}");
            assert_eq!(server.requests().len(), 2, "{status} {location}");
        }
    }
    assert!(other.requests().is_empty());
}

#[test]
fn does_not_repeat_a_write_that_is_lost_after_a_redirect() {
    let server = Server::start(|request| {
        if is_moved(request) {
            Reply::raw("")
        } else {
            Reply::new(307, "").with("location", "/moved")
        }
    });
    let registry = registry_at(&server.base_url());
    assert_eq!(Expected::of(&write(&registry)), fails(Outcome::Unknown));
    assert_eq!(server.requests().len(), 2);
}

/// The first request was sent, so this is not a connection that failed before anything was sent.
#[test]
fn does_not_repeat_a_write_whose_redirect_cannot_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = registry_at(&format!("http://{}", listener.local_addr().unwrap()));
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        drop(listener);
        io::Read::read(&mut stream, &mut [0; 4096]).unwrap();
        let reply = "HTTP/1.1 307 Moved\r\nlocation: /moved\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        io::Write::write_all(&mut stream, reply.as_bytes()).unwrap();
    });
    assert_eq!(Expected::of(&write(&registry)), fails(Outcome::Unknown));
}

#[test]
fn sends_nothing_without_a_required_access_token() {
    let server = Server::always(Reply::json(200, retirement()));
    let credentials = Credentials::client_secret(SECRET).unwrap();
    let registry = Registry::at(&server.base_url(), credentials).unwrap();
    let error = write(&registry).unwrap_err();
    assert!(matches!(&error, Error::Access(access) if access.expired_at().is_none()), "{error:?}");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
    assert!(!error.is_retryable());
    assert!(error.to_string().contains("ISOMETRIC_ACCESS_TOKEN"), "{error}");
    assert!(server.requests().is_empty());
    assert!(write(&registry.with_access_token(TOKEN).unwrap()).is_ok());
}

#[test]
fn reads_public_data_without_an_access_token() {
    let server = Server::always(Reply::json(200, retirement()));
    let credentials = Credentials::client_secret(SECRET).unwrap();
    let registry = Registry::at(&server.base_url(), credentials.clone()).unwrap();
    assert!(read(&registry).is_ok());
    let [request] = &server.requests()[..] else { panic!("expected one request") };
    assert_eq!(request.header("x-client-secret"), Some(SECRET));
    assert_eq!(request.header("authorization"), None);

    let server = Server::always(Reply::json(401, json!({ "detail": SECRET })));
    let registry = Registry::at(&server.base_url(), credentials).unwrap();
    let error = read(&registry).unwrap_err().to_string();
    assert!(
        error.ends_with("; the call had no access token; set ISOMETRIC_ACCESS_TOKEN"),
        "{error}"
    );
    assert!(error.contains(": [redacted] ("), "{error}");
}

#[test]
fn sends_nothing_with_an_expired_access_token() {
    // The payload is {"exp":1750000000}.
    const EXPIRING: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3NTAwMDAwMDB9.c2ln";
    let now = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_749_999_999)));
    let clock = now.clone();
    let server = Server::always(Reply::json(200, retirement()));
    let options = options().clock_with(move || *clock.lock().unwrap());
    let registry = registry_at(&server.base_url()).with_options(options).unwrap();
    let registry = registry.with_access_token(EXPIRING).unwrap();
    assert!(read(&registry).is_ok() && write(&registry).is_ok());
    *now.lock().unwrap() += Duration::from_secs(1);
    for result in [read(&registry), write(&registry)] {
        let error = result.unwrap_err();
        let Error::Access(access) = &error else { panic!("{error:?}") };
        assert_eq!(access.expired_at().unwrap().timestamp(), 1_750_000_000);
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(error.to_string().contains("expired at 2025-06-15T15:06:40Z"), "{error}");
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn shares_connections_between_access_tokens() {
    let server =
        Server::start(|_| Reply::json(200, retirement()).and_then(ConnectionEnd::KeepAlive));
    let registry = registry_at(&server.base_url());
    let tokens = ["token-of-the-first", "token-of-the-second", "token-of-the-third"];
    block_on(async {
        for token in tokens {
            let registry = registry.with_access_token(token).unwrap();
            registry.retirement(&id()).await.unwrap();
        }
        registry.retirement(&id()).await.unwrap();
    });
    let requests = server.requests();
    let sent: Vec<_> = requests.iter().map(|request| request.header("authorization")).collect();
    let expected = tokens.into_iter().chain([TOKEN]).map(|token| format!("Bearer {token}"));
    assert_eq!(
        sent,
        expected.collect::<Vec<_>>().iter().map(|value| Some(&**value)).collect::<Vec<_>>()
    );
    let peers: HashSet<_> = requests.into_iter().map(|request| request.peer).collect();
    assert_eq!(peers.len(), 1);
    assert!(matches!(registry.with_access_token("short"), Err(Error::Credentials(_))));
}

#[test]
fn rejects_missing_settings_before_anything_is_sent() {
    for error in [
        Registry::from_lookup(|_| None).unwrap_err(),
        Credentials::from_lookup(|_| None).unwrap_err(),
        Registry::at("ftp://localhost", credentials()).unwrap_err(),
    ] {
        assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    }
    let lookup = |name: &str| match name {
        "ISOMETRIC_CLIENT_SECRET" => Some(SECRET.to_owned()),
        "ISOMETRIC_ENVIRONMENT" => Some("sandbox".to_owned()),
        _ => None,
    };
    assert!(Registry::from_lookup(lookup).is_ok());
}
