//! Calls over real HTTP on loopback: requests, values, violations and redirects.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use isometric_registry::types::{CreditBatch, CreditBatchId, CreditBatchStatus, ErrorDetail};
use isometric_registry::{Credentials, Error, Registry, Response};
use serde_json::{Value, json};

use crate::samples::{active_batch, nullable, properties, retired_batch, with, without};
use crate::server::{ConnectionEnd, Reply, Server};

pub(crate) const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.dG9rZW4";
pub(crate) const SECRET: &str = "Syou3EZiO5vuMEgNyBeA8cjEMYOnQDwP";
const ID: &str = "ctb_1DRBTYA8Q1S07CBY";
const OTHER_ID: &str = "ctb_0000000000000009";

pub(crate) fn credentials() -> Credentials {
    Credentials::new(TOKEN, SECRET).unwrap()
}

/// Returns a registry without retries.
pub(crate) fn registry(base_url: &str) -> Registry {
    Registry::at(base_url, credentials()).unwrap().without_retries()
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn id() -> CreditBatchId {
    ID.parse().unwrap()
}

/// Fetches a batch from a server with one reply.
pub(crate) fn fetch(reply: Reply) -> Result<CreditBatch, Error> {
    let server = Server::always(reply);
    block_on(async { registry(&server.base_url()).credit_batch(&id()).await })
}

fn response(reply: Reply) -> Result<Response<CreditBatch>, Error> {
    let server = Server::always(reply);
    block_on(async { registry(&server.base_url()).credit_batch(&id()).response().await })
}

fn pointers(error: &Error) -> Vec<(&str, &str)> {
    let violations = error.violations().iter();
    violations.map(|violation| (violation.pointer.as_str(), violation.rule.as_str())).collect()
}

#[test]
fn decodes_valid_batches_completely() {
    for body in [active_batch(), retired_batch()] {
        let batch = fetch(Reply::json(200, &body)).unwrap();
        assert_eq!(serde_json::to_value(&batch).unwrap(), body);
        assert!(batch.findings().is_empty(), "{:?}", batch.findings());
    }
}

#[test]
fn sends_path_credentials_and_headers() {
    let server = Server::always(Reply::json(200, active_batch()));
    let registry = registry(&server.base_url());
    block_on(async { registry.credit_batch(&id()).await }).unwrap();
    let [request] = &server.requests()[..] else { panic!("expected one request") };
    assert_eq!(request.line, format!("GET /registry/v0/credit_batches/{ID} HTTP/1.1"));
    assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(request.header("x-client-secret"), Some(SECRET));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("api-version"), None);
    let agent = request.header("user-agent").unwrap();
    assert!(agent.starts_with("isometric-registry/0."), "{agent}");
}

#[test]
fn reports_status_body_and_request_id() {
    let retryable = [408, 429, 502, 503, 504];
    for status in [400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504, 599] {
        let detail = format!("the detail of {status}");
        let reply = Reply::json(status, json!({ "detail": detail }));
        let error = fetch(reply.with("x-request-id", "req-7")).unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.body().unwrap().contains(&detail));
        assert_eq!(error.request_id(), Some("req-7"));
        assert_eq!(error.is_retryable(), retryable.contains(&status), "{status}");
        assert!(matches!(error.detail(), Some(ErrorDetail::Message(text)) if text == detail));
    }
}

#[test]
fn names_the_rejected_argument() {
    let body = json!({ "detail": [
        { "loc": ["path", "id", 0], "msg": "too short", "type": "string_too_short", "input": "x" },
        { "loc": [], "msg": "", "type": "" },
    ] });
    let error = fetch(Reply::json(422, body)).unwrap_err();
    assert_eq!(error.field().as_deref(), Some("path.id.0"));
    assert!(error.to_string().contains(": path.id.0: too short; and 1 more (GET"), "{error}");
    let Some(ErrorDetail::ValidationErrors(errors)) = error.detail() else { panic!("{error:?}") };
    assert_eq!(errors[0].msg, "too short");
}

#[test]
fn accepts_error_bodies_that_are_not_json() {
    for body in ["<html><h1>502 Bad Gateway</h1></html>", "", "{", "\u{0}\u{1b}[31m"] {
        let error = fetch(Reply::new(502, body)).unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 502);
        assert_eq!(error.body().unwrap_or_default(), body);
        assert!(error.is_retryable());
        assert!(error.detail().is_none());
    }
}

#[test]
fn rejects_successes_that_are_not_batches() {
    for body in ["<html>", "", "[]", "null"] {
        let error = fetch(Reply::new(200, body).with("request-id", "req-8")).unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert_eq!(error.status().unwrap().as_u16(), 200);
        assert_eq!(error.request_id(), Some("req-8"));
        assert_eq!(error.body().unwrap_or_default(), body);
        assert_eq!(pointers(&error)[0].0, "");
        assert!(!error.is_retryable());
    }
}

#[test]
fn lists_all_violations_of_an_undecodable_batch() {
    let body = with(active_batch(), &[("/issued_at", json!("today")), ("/size", json!({}))]);
    let error = fetch(Reply::json(200, body)).unwrap_err();
    assert_eq!(
        pointers(&error).into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>(),
        ["/issued_at", "/size/credit_kgs", "/size/credits"]
    );
    let Error::Invalid(invalid) = &error else { panic!("{error:?}") };
    assert!(invalid.value::<CreditBatch>().is_none());
}

#[test]
fn accepts_null_for_nullable_properties() {
    for pointer in nullable() {
        let body = with(retired_batch(), &[(&pointer, Value::Null)]);
        let batch = fetch(Reply::json(200, &body)).unwrap_or_else(|e| panic!("{pointer}: {e}"));
        assert_eq!(serde_json::to_value(batch).unwrap(), body);
    }
}

#[test]
fn rejects_null_for_other_properties() {
    let nullable = nullable();
    for pointer in properties(&retired_batch()).iter().filter(|p| !nullable.contains(p)) {
        let error = fetch(Reply::json(200, with(retired_batch(), &[(pointer, Value::Null)])));
        assert_eq!(pointers(&error.unwrap_err()), [(pointer.as_str(), "type")]);
    }
}

#[test]
fn reports_a_missing_property_at_its_own_pointer() {
    for pointer in properties(&retired_batch()) {
        let error = fetch(Reply::json(200, without(retired_batch(), &pointer))).unwrap_err();
        assert_eq!(pointers(&error), [(pointer.as_str(), "required")]);
    }
}

#[test]
fn decodes_the_rest_of_a_batch_without_a_nullable_property() {
    for pointer in nullable() {
        let Err(Error::Invalid(invalid)) =
            fetch(Reply::json(200, without(retired_batch(), &pointer)))
        else {
            panic!("{pointer} is required");
        };
        let batch = invalid.into_value::<CreditBatch>().unwrap();
        let missing_as_null = with(retired_batch(), &[(&pointer, Value::Null)]);
        assert_eq!(serde_json::to_value(batch).unwrap(), missing_as_null);
    }
}

#[test]
fn keeps_unknown_properties_in_the_body() {
    let mut body = active_batch();
    body["vintage"] = json!(2024);
    body["owner"]["country"] = json!("GBR");
    let response = response(Reply::json(200, &body)).unwrap();
    assert!(response.violations().is_empty());
    assert_eq!(serde_json::from_slice::<Value>(response.body()).unwrap(), body);
}

#[test]
fn accepts_unknown_statuses() {
    let body = with(active_batch(), &[("/status", json!("cancelled"))]);
    let batch = fetch(Reply::json(200, &body)).unwrap();
    assert!(matches!(batch.status, CreditBatchStatus::Unknown(_)));
    assert_eq!(batch.status.as_str(), "cancelled");
    assert_eq!(serde_json::to_value(&batch).unwrap(), body);
    let response = response(Reply::json(200, &body)).unwrap();
    let rules: Vec<_> = response.violations().iter().map(|found| found.rule.as_str()).collect();
    assert_eq!(rules, ["enum"]);
}

#[test]
fn keeps_value_and_body_of_an_invalid_batch() {
    let body = with(
        active_batch(),
        &[("/owner/id", json!("orx_1GB56M1ST1S0GVNA")), ("/country_of_issue", json!("XKX"))],
    );
    let error = fetch(Reply::json(200, &body)).unwrap_err();
    assert_eq!(pointers(&error), [("/country_of_issue", "format"), ("/owner/id", "prefix")]);
    assert_eq!(error.field().as_deref(), Some("/country_of_issue"));
    let Error::Invalid(invalid) = error else { panic!("{error:?}") };
    assert_eq!(serde_json::from_slice::<Value>(invalid.body()).unwrap(), body);
    assert_eq!(invalid.value::<String>(), None);
    let batch = invalid.into_value::<CreditBatch>().unwrap();
    assert_eq!(serde_json::to_value(batch).unwrap(), body);
}

#[test]
fn returns_an_invalid_batch_as_a_response() {
    let body = with(active_batch(), &[("/project_id", json!("prj_short"))]);
    let response = response(Reply::json(200, &body)).unwrap();
    assert_eq!(response.violations().len(), 1);
    assert_eq!(response.violations()[0].pointer, "/project_id");
    assert_eq!(response.value().project_id.as_str(), "prj_short");
}

#[test]
fn rejects_a_batch_with_another_id() {
    let body = with(active_batch(), &[("/id", json!(OTHER_ID)), ("/issued_at", json!("2024"))]);
    let valid = with(active_batch(), &[("/id", json!(OTHER_ID))]);
    for id in [OTHER_ID, "ctb_1DRBTYA8Q1S07CBZ", "ctb_1drbtya8q1s07cby", "x", ""] {
        let body = with(valid.clone(), &[("/id", json!(id))]);
        let error = response(Reply::json(200, &body).with("x-request-id", "req-3")).unwrap_err();
        assert_eq!(error.field().as_deref(), Some("/id"));
        assert_eq!(error.status().unwrap().as_u16(), 200);
        assert_eq!(error.request_id(), Some("req-3"));
        assert!(!error.is_retryable());
        let Error::Mismatch(mismatch) = error else { panic!("{error:?}") };
        assert_eq!((mismatch.requested(), mismatch.received()), (ID, id));
        assert_eq!(mismatch.violations().is_empty(), id.len() == ID.len());
        assert_eq!(serde_json::from_slice::<Value>(mismatch.body()).unwrap(), body);
        assert_eq!(mismatch.into_value::<CreditBatch>().unwrap().id.as_str(), id);
    }
    assert!(matches!(fetch(Reply::json(200, valid)), Err(Error::Mismatch(_))));
    assert!(matches!(fetch(Reply::json(200, body)), Err(Error::Invalid(_))));
}

/// Starts a server that replies one request late on each connection, as after a surplus response.
/// The reply to the first request is `first`.
fn late_server(first: Reply) -> Server {
    let previous = Mutex::new(HashMap::new());
    Server::start(move |request| {
        let id = previous.lock().unwrap().insert(request.peer, request.id().to_owned());
        let batch = |id| Reply::json(200, with(active_batch(), &[("/id", json!(id))]));
        id.map_or_else(|| first.clone(), batch).and_then(ConnectionEnd::KeepAlive)
    })
}

#[test]
fn discards_connections_after_a_response_about_another_id() {
    let server = late_server(Reply::json(404, json!({ "detail": "no such batch" })));
    let registry = registry(&server.base_url());
    let clone = registry.clone();
    block_on(async {
        let other = OTHER_ID.parse().unwrap();
        let error = registry.credit_batch(&id()).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 404);
        let error = registry.credit_batch(&other).await.unwrap_err();
        let Error::Mismatch(mismatch) = error else { panic!("{error:?}") };
        assert_eq!((mismatch.requested(), mismatch.received()), (OTHER_ID, ID));
        // The late response for `other` would arrive on the first connection.
        let error = clone.credit_batch(&other).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 404);
    });
    let peers: Vec<_> = server.requests().into_iter().map(|request| request.peer).collect();
    assert_eq!(peers[0], peers[1], "the first connection is kept");
    assert_ne!(peers[1], peers[2], "the first connection is discarded");
}

#[test]
fn keeps_connections_after_other_responses() {
    let server = Server::start(|request| {
        let body = with(active_batch(), &[("/id", json!(request.id())), ("/owner", Value::Null)]);
        let status = if request.id() == ID { 404 } else { 200 };
        Reply::json(status, body).and_then(ConnectionEnd::KeepAlive)
    });
    let registry = registry(&server.base_url());
    block_on(async {
        for _ in 0..2 {
            assert!(matches!(registry.credit_batch(&id()).await, Err(Error::Status(_))));
            let other = OTHER_ID.parse().unwrap();
            assert!(matches!(registry.credit_batch(&other).await, Err(Error::Invalid(_))));
        }
    });
    let peers: HashSet<_> = server.requests().into_iter().map(|request| request.peer).collect();
    assert_eq!(peers.len(), 1);
}

#[test]
fn does_not_send_an_invalid_identifier_from_a_response() {
    let body = with(active_batch(), &[("/parent_id", json!("../../admin?x=%2f"))]);
    let server = Server::always(Reply::json(200, body));
    let registry = registry(&server.base_url());
    let error = block_on(async {
        let batch = registry.credit_batch(&id()).response().await.unwrap().into_value();
        registry.credit_batch(&batch.parent_id.unwrap()).await.unwrap_err()
    });
    assert!(matches!(error, Error::Argument(_)), "{error:?}");
    assert_eq!(error.field().as_deref(), Some("id"));
    assert_eq!(error.status(), None);
    assert!(!error.is_retryable());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn follows_redirects_within_the_origin_with_both_secrets() {
    let server = Server::start(|request| {
        if request.line.contains("/moved/") {
            Reply::json(200, active_batch())
        } else {
            Reply::new(307, "").with("location", "/moved/batch")
        }
    });
    let registry = registry(&server.base_url());
    block_on(async { registry.credit_batch(&id()).await }).unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].header("x-client-secret"), Some(SECRET));
    assert!(requests[1].header("authorization").is_some());
}

#[test]
fn does_not_follow_redirects_to_other_origins() {
    for status in [301, 302, 303, 307, 308] {
        let other = Server::always(Reply::json(200, active_batch()));
        let location = format!("{}/credit_batches/{ID}", other.base_url());
        let error = fetch(Reply::new(status, "").with("location", &location)).unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.to_string().contains(&other.origin()), "{error}");
        assert!(other.requests().is_empty(), "nothing is sent to the other origin");
    }
}

#[test]
fn redacts_secrets_that_the_server_echoes() {
    let echo = format!("you sent Bearer {TOKEN} and {SECRET}");
    let replies = [
        Reply::json(401, json!({ "detail": echo })),
        Reply::new(500, echo.clone()),
        Reply::new(200, echo.clone()),
        Reply::json(200, with(active_batch(), &[("/id", json!(echo))])),
        Reply::json(200, with(active_batch(), &[("/owner/id", json!(echo))])),
        Reply::json(404, "{}").with("x-request-id", SECRET),
        Reply::new(302, "").with("location", format!("http://192.0.2.1/?token={TOKEN}")),
    ];
    for reply in replies {
        let error = fetch(reply).unwrap_err();
        let printed = format!(
            "{error} {error:?} {error:#?} {:?} {:?} {:?} {:?}",
            error.body(),
            error.request_id(),
            error.violations(),
            error.detail()
        );
        assert!(!printed.contains(TOKEN) && !printed.contains(SECRET), "{printed}");
    }
    let body = with(active_batch(), &[("/owner/name", json!(SECRET))]);
    let reply = Reply::json(200, body).with("x-request-id", format!("a{SECRET}"));
    let response = response(reply).unwrap();
    assert_eq!(response.value().owner.name, "[redacted]");
    assert_eq!(response.request_id(), Some("a[redacted]"));
}

#[test]
fn rejects_a_body_over_the_limit() {
    const LIMIT: usize = 8 * 1024 * 1024;
    let error = fetch(Reply::new(200, vec![b' '; LIMIT + 1])).unwrap_err();
    assert!(matches!(&error, Error::Oversized(body) if body.limit() == LIMIT));
    assert_eq!(error.status().unwrap().as_u16(), 200);
    assert_eq!(error.body().map(|body| body.len()), Some(1024));
    assert!(!error.is_retryable());
    let error = fetch(Reply::new(404, vec![b' '; LIMIT])).unwrap_err();
    assert!(matches!(error, Error::Status(_)));
}

#[test]
fn keeps_the_start_of_a_truncated_body() {
    let head = "HTTP/1.1 200 OK\r\nx-request-id: r-2\r\ncontent-length: 100\r\n\r\n";
    let error = fetch(Reply::raw(format!("{head}{{\"id\": \"{SECRET}"))).unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(error.status().unwrap().as_u16(), 200);
    assert_eq!(error.request_id(), Some("r-2"));
    assert_eq!(error.body().as_deref(), Some("{\"id\": \"[redacted]"));
    assert!(error.is_retryable());
    assert!(
        error.to_string().contains(": connection lost while reading the body of HTTP 200 OK: ")
    );
}

#[test]
fn ignores_a_byte_order_mark() {
    let body = active_batch().to_string();
    let received = response(Reply::json(200, format!("\u{feff}{body}"))).unwrap();
    assert_eq!(received.violations(), []);
    assert_eq!(received.body(), body.as_bytes());
    let error = fetch(Reply::json(404, "\u{feff}{\"detail\": \"gone\"}")).unwrap_err();
    assert_eq!(error.detail(), Some(ErrorDetail::Message("gone".into())));
    let error = fetch(Reply::json(200, format!("\u{feff}\u{feff}{body}"))).unwrap_err();
    assert_eq!(pointers(&error), [("", "json")]);
}

#[test]
fn reaches_localhost_without_dns() {
    let server = Server::always(Reply::json(200, active_batch()));
    let registry = registry(&server.base_url().replace("127.0.0.1", "localhost"));
    assert_eq!(block_on(async { registry.credit_batch(&id()).await }).unwrap().id, id());
}

#[test]
fn shares_a_registry_across_threads() {
    let server = Server::always(Reply::json(200, active_batch()));
    let registry = registry(&server.base_url());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clone = registry.clone();
        let id = id();
        let task = tokio::spawn(async move { clone.credit_batch(&id).await });
        assert!(registry.credit_batch(&self::id()).await.is_ok());
        assert!(task.await.unwrap().is_ok());
    });
}
