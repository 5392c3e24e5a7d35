//! The client against a server, over real HTTP on loopback.

use isometric_registry::types::{CreditBatch, CreditBatchStatus, ErrorDetail};
use isometric_registry::{Credentials, Error, Registry, Response};
use serde_json::{Value, json};

use crate::samples::{self, active_batch, nullable, properties, retired_batch, with, without};
use crate::server::{Reply, Server};

pub(crate) const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.dG9rZW4";
pub(crate) const SECRET: &str = "Syou3EZiO5vuMEgNyBeA8cjEMYOnQDwP";
const ID: &str = "ctb_1DRBTYA8Q1S07CBY";

pub(crate) fn credentials() -> Credentials {
    Credentials::new(TOKEN, SECRET).unwrap()
}

/// A registry that tries every call once.
pub(crate) fn registry(base_url: &str) -> Registry {
    Registry::at(base_url, credentials()).unwrap().without_retries()
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Fetches a batch from a server that gives one answer.
pub(crate) fn fetch(reply: Reply) -> Result<CreditBatch, Error> {
    let server = Server::always(reply);
    block_on(async { registry(&server.base_url()).credit_batch(&ID.parse().unwrap()).await })
}

fn response(body: &Value) -> Result<Response<CreditBatch>, Error> {
    let server = Server::always(Reply::json(200, body));
    block_on(async {
        registry(&server.base_url()).credit_batch(&ID.parse().unwrap()).response().await
    })
}

fn pointers(error: &Error) -> Vec<(&str, &str)> {
    let violations = error.violations().iter();
    violations.map(|violation| (violation.pointer.as_str(), violation.rule.as_str())).collect()
}

#[test]
fn a_good_batch_arrives_whole() {
    for body in [active_batch(), retired_batch()] {
        let batch = fetch(Reply::json(200, &body)).unwrap();
        assert_eq!(serde_json::to_value(&batch).unwrap(), body);
        assert!(batch.findings().is_empty(), "{:?}", batch.findings());
    }
}

#[test]
fn the_request_is_what_the_api_expects() {
    let server = Server::always(Reply::json(200, active_batch()));
    let registry = registry(&server.base_url());
    block_on(async { registry.credit_batch(&ID.parse().unwrap()).await }).unwrap();
    let [request] = &server.requests()[..] else { panic!("one request") };
    assert_eq!(request.line, format!("GET /registry/v0/credit_batches/{ID} HTTP/1.1"));
    assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(request.header("x-client-secret"), Some(SECRET));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("api-version"), None);
    let agent = request.header("user-agent").unwrap();
    assert!(agent.starts_with("isometric-registry/0."), "{agent}");
}

#[test]
fn each_status_is_an_error_with_its_status_body_and_request_id() {
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
fn a_validation_error_names_the_argument() {
    let body = json!({ "detail": [
        { "loc": ["path", "id"], "msg": "too short", "type": "string_too_short", "input": "x" }
    ] });
    let error = fetch(Reply::json(422, body)).unwrap_err();
    assert_eq!(error.field().as_deref(), Some("path.id"));
    let Some(ErrorDetail::ValidationErrors(errors)) = error.detail() else { panic!("{error:?}") };
    assert_eq!(errors[0].msg, "too short");
}

#[test]
fn an_error_need_not_be_json() {
    for body in ["<html><h1>502 Bad Gateway</h1></html>", "", "{", "\u{0}\u{1b}[31m"] {
        let error = fetch(Reply::new(502, body)).unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 502);
        assert_eq!(error.body().unwrap_or_default(), body);
        assert!(error.is_retryable());
        assert!(error.detail().is_none());
    }
}

#[test]
fn a_success_that_is_no_batch_is_an_error_with_its_status_and_body() {
    for (body, pointer) in [("<html>", ""), ("", ""), ("[]", ""), ("null", "")] {
        let error = fetch(Reply::new(200, body).with("request-id", "req-8")).unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert_eq!(error.status().unwrap().as_u16(), 200);
        assert_eq!(error.request_id(), Some("req-8"));
        assert_eq!(pointers(&error)[0].0, pointer);
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_nullable_property_may_be_null() {
    for pointer in nullable() {
        let body = with(retired_batch(), &[(&pointer, Value::Null)]);
        let batch = fetch(Reply::json(200, &body)).unwrap_or_else(|e| panic!("{pointer}: {e}"));
        assert_eq!(serde_json::to_value(batch).unwrap(), body);
    }
}

#[test]
fn no_other_property_may_be_null() {
    let nullable = nullable();
    for pointer in properties(&retired_batch()).iter().filter(|p| !nullable.contains(p)) {
        let error = fetch(Reply::json(200, with(retired_batch(), &[(pointer, Value::Null)])));
        assert_eq!(pointers(&error.unwrap_err()), [(pointer.as_str(), "type")]);
    }
}

#[test]
fn an_absent_property_is_a_violation_by_its_own_pointer() {
    for pointer in properties(&retired_batch()) {
        let error = fetch(Reply::json(200, without(retired_batch(), &pointer))).unwrap_err();
        assert_eq!(pointers(&error), [(pointer.as_str(), "required")]);
    }
}

#[test]
fn an_absent_nullable_property_hides_none_of_the_others() {
    for pointer in nullable() {
        let Err(Error::Invalid(rejected)) =
            fetch(Reply::json(200, without(retired_batch(), &pointer)))
        else {
            panic!("{pointer} is required");
        };
        let batch = rejected.into_value::<CreditBatch>().unwrap();
        let absent_is_null = with(retired_batch(), &[(&pointer, Value::Null)]);
        assert_eq!(serde_json::to_value(batch).unwrap(), absent_is_null);
    }
}

#[test]
fn an_unknown_property_is_no_violation_and_stays_in_the_body() {
    let mut body = active_batch();
    body["vintage"] = json!(2024);
    body["owner"]["country"] = json!("GBR");
    let response = response(&body).unwrap();
    assert!(response.violations().is_empty());
    assert_eq!(serde_json::from_slice::<Value>(response.body()).unwrap(), body);
}

#[test]
fn an_unknown_status_is_fetched_and_survives_a_round_trip() {
    let body = with(active_batch(), &[("/status", json!("cancelled"))]);
    let batch = fetch(Reply::json(200, &body)).unwrap();
    assert!(matches!(batch.status, CreditBatchStatus::Unknown(_)));
    assert_eq!(batch.status.as_str(), "cancelled");
    assert_eq!(serde_json::to_value(&batch).unwrap(), body);
    let rules: Vec<_> = response(&body).unwrap().violations().iter().map(|v| v.rule).collect();
    assert_eq!(rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>(), ["enum"]);
}

#[test]
fn a_violation_is_an_error_that_carries_the_value() {
    let body = with(
        active_batch(),
        &[("/id", json!("ctx_1DRBTYA8Q1S07CBY")), ("/country_of_issue", json!("XKX"))],
    );
    let error = fetch(Reply::json(200, &body)).unwrap_err();
    assert_eq!(pointers(&error), [("/country_of_issue", "format"), ("/id", "prefix")]);
    assert_eq!(error.field().as_deref(), Some("/country_of_issue"));
    let Error::Invalid(rejected) = error else { panic!("{error:?}") };
    assert_eq!(serde_json::from_slice::<Value>(rejected.body()).unwrap(), body);
    let batch = rejected.into_value::<CreditBatch>().unwrap();
    assert_eq!(serde_json::to_value(batch).unwrap(), body);
}

#[test]
fn a_caller_may_have_the_value_with_its_violations() {
    let body = with(active_batch(), &[("/project_id", json!("prj_short"))]);
    let response = response(&body).unwrap();
    assert_eq!(response.violations().len(), 1);
    assert_eq!(response.violations()[0].pointer, "/project_id");
    assert_eq!(response.value().project_id.as_str(), "prj_short");
}

#[test]
fn an_identifier_that_came_in_unchecked_is_not_sent() {
    let body = with(active_batch(), &[("/parent_id", json!("../../admin?x=%2f"))]);
    let server = Server::always(Reply::json(200, body));
    let registry = registry(&server.base_url());
    let error = block_on(async {
        let id = ID.parse().unwrap();
        let batch = registry.credit_batch(&id).response().await.unwrap().into_value();
        registry.credit_batch(&batch.parent_id.unwrap()).await.unwrap_err()
    });
    assert!(matches!(error, Error::Argument(_)), "{error:?}");
    assert_eq!(error.field().as_deref(), Some("id"));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_redirect_within_the_origin_is_followed_with_both_secrets() {
    let server = Server::start(|request| match request.line.contains("/moved/") {
        true => Reply::json(200, active_batch()),
        false => Reply::new(307, "").with("location", "/moved/batch"),
    });
    let registry = registry(&server.base_url());
    block_on(async { registry.credit_batch(&ID.parse().unwrap()).await }).unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].header("x-client-secret"), Some(SECRET));
    assert!(requests[1].header("authorization").is_some());
}

#[test]
fn a_redirect_to_another_origin_gets_neither_secret() {
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
fn a_secret_that_the_server_repeats_is_in_no_error() {
    let echo = format!("you sent Bearer {TOKEN} and {SECRET}");
    let mut batch = samples::active_batch();
    batch["id"] = json!(echo);
    let replies = [
        Reply::json(401, json!({ "detail": echo })),
        Reply::new(500, echo.clone()),
        Reply::new(200, echo.clone()),
        Reply::json(200, batch),
        Reply::json(404, "{}").with("x-request-id", SECRET),
        Reply::new(302, "").with("location", format!("http://192.0.2.1/?token={TOKEN}")),
    ];
    for reply in replies {
        let error = fetch(reply).unwrap_err();
        let shown = format!(
            "{error} {error:?} {error:#?} {:?} {:?} {:?} {:?}",
            error.body(),
            error.request_id(),
            error.violations(),
            error.detail()
        );
        assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let error = fetch(Reply::new(200, vec![b' '; 9 * 1024 * 1024])).unwrap_err();
    assert!(matches!(error, Error::Oversized(_)), "{error:?}");
    assert_eq!(error.status().unwrap().as_u16(), 200);
}

#[test]
fn nobody_listening_is_a_failure_that_may_pass() {
    let gone = Server::always(Reply::new(200, "")).base_url();
    let error = block_on(async { registry(&gone).credit_batch(&ID.parse().unwrap()).await });
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert!(error.is_retryable());
    assert_eq!(error.status(), None);
}
