//! One request and what comes of it: where progenitor's client meets the network.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::header::{AUTHORIZATION, HeaderName};
use progenitor_client::{ClientHooks, OperationInfo, ResponseValue};
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, debug, debug_span};

use crate::call::response::Response;
use crate::call::transcript::{End, Record, Reply, Request};
use crate::credentials::Credentials;
use crate::error::{
    Error, InvalidArgument, InvalidResponse, OversizedBody, StatusError, TransportError,
    TransportKind, is_retryable,
};
use crate::generated::CLIENT_SECRET_HEADER;
use crate::generated::client::Client;
use crate::options::{Options, Waits};
use crate::scalars::string::{self, CheckedString};
use crate::validate::{self, HasSchema, Validated};

const CLIENT_SECRET: HeaderName = HeaderName::from_static(CLIENT_SECRET_HEADER);

/// The header with which Dropshot's clients name the version of an API. progenitor
/// sends it, and this API knows nothing of it.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A request that is about to be made.
pub(crate) struct PendingCall {
    client: Client,
}

impl PendingCall {
    pub(crate) fn new(
        base_url: &str,
        http: reqwest::Client,
        credentials: Credentials,
        options: Arc<Options>,
    ) -> Self {
        let context = Context { credentials, options, record: Arc::default() };
        Self { client: Client::new_with_client(base_url, http, context) }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Checks an argument before it goes out in the path: it may have come in unchecked.
    pub(crate) fn argument<T: CheckedString>(
        &self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        string::check_segment(T::RULES, value.as_ref())
            .map_err(|reason| InvalidArgument::named(name, reason).into())
    }

    /// Makes of the result what the caller sees. progenitor is given an empty body, and so
    /// fails to decode one for every status of the spec. The body that was recorded is
    /// decoded and checked here instead, in one pass.
    pub(crate) fn finish<T: HasSchema, E>(
        self,
        result: Result<ResponseValue<T>, progenitor_client::Error<E>>,
    ) -> Result<Response<T>, Error> {
        use progenitor_client::Error as Failure;

        let record = self.client.inner.take();
        let limit = self.client.inner.options.body_limit;
        let reply = record.reply.as_ref().map(|reply| (reply.end, reply.status));
        Err(match (reply, result) {
            (Some((End::Whole, status)), Ok(_) | Err(Failure::InvalidResponsePayload(..)))
                if status.is_success() =>
            {
                let Validated { value, violations } = validate::body::<T>(record.body());
                match value {
                    Some(value) => return Ok(Response::new(value, status, violations, record)),
                    None => InvalidResponse::undecodable(violations, record).into(),
                }
            }
            (Some((End::Oversized, _)), _) => OversizedBody::new(limit, record).into(),
            (Some((End::Cut, _)) | None, Err(failure)) => {
                TransportError::new(failure, record).into()
            }
            (Some((End::Whole | End::Cut, _)) | None, _) => StatusError::new(record).into(),
        })
    }
}

/// What progenitor's client carries through one call.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    credentials: Credentials,
    options: Arc<Options>,
    record: Arc<Mutex<Record>>,
}

impl Context {
    /// Does something with the record. It is in order even where a panic poisoned the
    /// lock: each of its parts is assigned whole.
    fn record<T>(&self, f: impl FnOnce(&mut Record) -> T) -> T {
        f(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> Record {
        self.record(std::mem::take)
    }

    /// Sends a request, again where that may help, and reads the whole response. The
    /// record has its body; progenitor is given the head alone.
    async fn send(
        &self,
        http: &reqwest::Client,
        mut request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let is_idempotent = request.method().is_idempotent();
        let mut waits = self.options.waits();
        loop {
            let copy = request.try_clone().filter(|_| is_idempotent);
            let result = self.attempt(http, request).await;
            let Some(copy) = copy else { return result };
            let Some(wait) = self.next_wait(&result, &mut waits) else { return result };
            debug!(wait_ms = milliseconds(wait), "trying again after this wait");
            self.options.sleep(wait).await;
            request = copy;
        }
    }

    /// How long to wait before another try. `None` where there is to be none.
    fn next_wait(
        &self,
        result: &reqwest::Result<reqwest::Response>,
        waits: &mut Waits,
    ) -> Option<Duration> {
        self.record(|record| {
            let reply = record.reply.as_ref();
            if !may_pass(result.as_ref().err(), reply) {
                return None;
            }
            let wait = waits.next(reply.and_then(|reply| reply.retry_after))?;
            let spent = record.spent.saturating_add(wait);
            if spent >= self.options.total_timeout {
                return None;
            }
            record.spent = spent;
            Some(wait)
        })
    }

    /// Tries once, in what is left of the time.
    async fn attempt(
        &self,
        http: &reqwest::Client,
        mut request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let started = Instant::now();
        let spent = self.record(|record| {
            record.reply = None;
            record.tries += 1;
            record.spent
        });
        let left = self.options.total_timeout.saturating_sub(spent);
        *request.timeout_mut() = Some(self.options.attempt_timeout.min(left));
        let result = self.transmit(http, request).await;
        self.record(|record| record.spent = spent.saturating_add(started.elapsed()));
        result
    }

    async fn transmit(
        &self,
        http: &reqwest::Client,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let mut response = http.execute(request).await?;
        let mut reply =
            Reply::new(response.status(), response.headers(), &self.credentials, SystemTime::now());
        let mut body = Vec::new();
        let read = read(&mut response, &mut body, self.options.body_limit).await;
        reply.set_body(body, *read.as_ref().unwrap_or(&End::Cut), &self.credentials);
        self.record(|record| record.reply = Some(reply));
        read.map(|_| http::Response::from(response).map(|_| "").into())
    }

    /// Tells the span of the call how it went.
    fn trace(&self, span: &Span) {
        self.record(|record| {
            span.record("tries", record.tries);
            span.record("duration_ms", milliseconds(record.spent));
            if let Some(status) = record.status() {
                span.record("status", status.as_u16());
            }
            if let Some(request_id) = record.request_id() {
                span.record("request_id", display(request_id));
            }
        });
        span.in_scope(|| debug!("the call is over"));
    }
}

/// Whether what went wrong, if anything did, may be gone by the next try: there was no
/// response, or it broke off, or it says so. One that came to a halt before its end
/// took all the time there is.
fn may_pass(error: Option<&reqwest::Error>, reply: Option<&Reply>) -> bool {
    match (error, reply) {
        (None, None) => false,
        (None, Some(reply)) => reply.end == End::Whole && is_retryable(reply.status),
        (Some(error), None) => TransportKind::of(error).may_pass(),
        (Some(error), Some(reply)) => {
            !error.is_timeout() && (reply.status.is_success() || is_retryable(reply.status))
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Reads the body of a response, as far as it goes and the limit lets it.
async fn read(
    response: &mut reqwest::Response,
    body: &mut Vec<u8>,
    limit: usize,
) -> reqwest::Result<End> {
    while let Some(chunk) = response.chunk().await? {
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok(End::Oversized);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(End::Whole)
}

impl ClientHooks<Context> for Client {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let sent = Request::new(info.operation_id, request);
        self.inner.record(|record| record.request = Some(sent));
        let headers = request.headers_mut();
        headers.remove(API_VERSION);
        headers.insert(AUTHORIZATION, self.inner.credentials.authorization());
        headers.insert(CLIENT_SECRET, self.inner.credentials.client_secret());
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let span = debug_span!(
            "call",
            operation = info.operation_id,
            status = Empty,
            tries = Empty,
            duration_ms = Empty,
            request_id = Empty,
        );
        let result = self.inner.send(&self.client, request).instrument(span.clone()).await;
        self.inner.trace(&span);
        result
    }

    /// `exec` fails only as reqwest does. Here is where the call ends for a body that
    /// is larger than it may be.
    async fn post<E>(
        &self,
        _: &reqwest::Result<reqwest::Response>,
        _: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        match self.inner.record(|record| record.reply.as_ref().map(|reply| reply.end)) {
            Some(End::Oversized) => {
                Err(progenitor_client::Error::Custom("the body is over the limit".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;
    use std::time::Duration;

    use http::Method;
    use serde_json::json;

    use super::{Context, milliseconds};
    use crate::samples;
    use crate::types::{CreditBatch, CreditBatchId, ErrorDetail};
    use crate::validate::{self, Rule};
    use crate::{Credentials, Error, Options, Registry, Response, StatusCode};

    const TOKEN: &str = "eyJhbGciOi.J9uX-3_t/c2ln+bmF0dXJl==";
    const SECRET: &str = "uPrO-5ecret-wxAh";
    const BODY_LIMIT: usize = 8 * 1024 * 1024;

    /// Serves these responses, byte for byte and one a connection, and gives the base
    /// URL and the head of each request.
    fn serve(responses: Vec<Vec<u8>>) -> (String, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/registry/v0", listener.local_addr().unwrap());
        let (heads, received) = channel();
        thread::spawn(move || {
            for response in responses {
                let (stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
                // Neither need be wanted: the test may ask for no head, and the client hang
                // up on a body that is too large.
                let _ = heads.send(head.join("\n").to_lowercase());
                let _ = (&stream).write_all(&response);
            }
        });
        (base_url, received)
    }

    fn response(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
        let body = body.as_ref();
        let length = body.len();
        let head =
            format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    fn registry(base_url: &str) -> Registry {
        let credentials = Credentials::new(TOKEN, SECRET).unwrap();
        Registry::at(base_url, credentials).unwrap().without_retries()
    }

    fn id() -> CreditBatchId {
        "ctb_1DRBTYA8Q1S07CBY".parse().unwrap()
    }

    /// Makes one call, and looks for the secrets in all that it shows.
    async fn call(response: Vec<u8>) -> Result<Response<CreditBatch>, Error> {
        let (base_url, _) = serve(vec![response]);
        let result = registry(&base_url).credit_batch(&id()).response().await;
        assert_no_secret(&format!("{result:?} {result:#?}"));
        if let Err(error) = &result {
            assert_no_secret(&format!("{error} {:?} {:?}", error.body(), error.detail()));
            assert_no_secret(&format!("{:?} {:?}", error.request_id(), error.violations()));
            assert!(!error.to_string().contains('\n'), "{error}");
        }
        result
    }

    fn assert_no_secret(shown: &str) {
        for secret in [TOKEN, SECRET] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    /// A message without the port, which is another each time.
    fn message(error: &Error) -> String {
        let text = error.to_string();
        let (start, rest) = text.split_once("127.0.0.1:").unwrap();
        format!("{start}HOST{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
    }

    #[test]
    fn a_duration_is_traced_in_whole_milliseconds() {
        assert_eq!(milliseconds(Duration::from_micros(1_234_567)), 1234);
        assert_eq!(milliseconds(Duration::MAX), u64::MAX);
    }

    #[tokio::test]
    async fn a_request_has_both_credentials_and_no_api_version() {
        let body = samples::credit_batch(&[]).to_string();
        let (base_url, heads) = serve(vec![response("200 OK", body)]);
        let registry = registry(&base_url);
        let batch = registry.credit_batch(&id()).await.unwrap();
        assert_eq!(batch.id, id());
        let head = heads.recv().unwrap();
        assert!(head.starts_with("get /registry/v0/credit_batches/ctb_1drbtya8q1s07cby http/1.1"));
        assert!(head.contains(&format!("\nauthorization: bearer {}", TOKEN.to_lowercase())));
        assert!(head.contains(&format!("\nx-client-secret: {}", SECRET.to_lowercase())));
        assert!(head.contains("\nuser-agent: isometric-registry/"));
        assert!(!head.contains("api-version"), "{head}");
    }

    #[tokio::test]
    async fn an_argument_that_is_none_is_not_sent() {
        let id: CreditBatchId = serde_json::from_value(json!("../../etc/passwd")).unwrap();
        let error = registry("http://127.0.0.1:9").credit_batch(&id).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the argument `id` is not a `CreditBatchId`: length: expected 20 to 37 characters, got \
             \"../../etc/passwd\" (16 characters); nothing was sent"
        );
        assert_eq!(error.field().as_deref(), Some("id"));
        assert_eq!(error.status(), None);
        assert!(!error.is_retryable());
    }

    #[tokio::test]
    async fn a_violation_is_an_error_that_loses_nothing() {
        let changes = [("/size/credit_kgs", json!(1)), ("/owner/id", json!("org_1"))];
        let body = samples::credit_batch(&changes).to_string();
        let (base_url, _) = serve(vec![response("200 OK\r\nx-request-id: r-1", &body)]);
        let error = registry(&base_url).credit_batch(&id()).await.unwrap_err();
        assert_eq!(
            message(&error),
            "credit_batch was answered with what breaks the spec: /owner/id: length: expected 20 to \
             37 characters, got \"org_1\" (5 characters) (GET \
             http://HOST/registry/v0/credit_batches/ctb_1DRBTYA8Q1S07CBY, request id r-1)"
        );
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert_eq!(error.request_id(), Some("r-1"));
        assert_eq!(error.field().as_deref(), Some("/owner/id"));
        assert_eq!(error.violations()[0].rule, Rule::Length);
        let Error::Invalid(rejected) = error else { panic!("{error:?}") };
        assert_eq!(rejected.body(), body.as_bytes());
        assert_eq!(rejected.value::<CreditBatch>().unwrap().owner.id, "org_1");
        assert_eq!(rejected.value::<String>(), None);
    }

    #[tokio::test]
    async fn an_unknown_value_of_an_enum_is_accepted_and_listed() {
        let body = samples::credit_batch(&[("/status", json!("frozen"))]).to_string();
        let (base_url, _) = serve(vec![response("200 OK", &body), response("200 OK", &body)]);
        let registry = registry(&base_url);
        let batch = registry.credit_batch(&id()).await.unwrap();
        assert_eq!(batch.status.as_str(), "frozen");
        let response = registry.credit_batch(&id()).response().await.unwrap();
        assert_eq!(response.violations()[0].rule, Rule::Enum);
        assert_eq!(response.body(), body.as_bytes());
    }

    #[tokio::test]
    async fn a_body_that_cannot_be_decoded_is_an_error_with_all_violations() {
        let mut batch = samples::credit_batch(&[("/issued_at", json!("today"))]);
        batch["size"] = json!({});
        let error = call(response("200 OK", batch.to_string())).await.unwrap_err();
        let pointers: Vec<_> = error.violations().iter().map(|found| &found.pointer).collect();
        assert_eq!(pointers, ["/issued_at", "/size/credit_kgs", "/size/credits"]);
        let Error::Invalid(rejected) = &error else { panic!("{error:?}") };
        assert!(rejected.value::<CreditBatch>().is_none());
        let error = call(response("200 OK", "<html>\n</html>")).await.unwrap_err();
        assert_eq!(error.violations()[0].rule, Rule::Json);
        assert_eq!(error.body().as_deref(), Some("<html>\n</html>"));
    }

    #[tokio::test]
    async fn a_status_that_is_not_of_success_is_an_error_whatever_the_body() {
        let error = call(response("404 Not Found", r#"{"detail": "No such\nbatch"}"#)).await;
        let error = error.unwrap_err();
        assert_eq!(
            message(&error),
            "credit_batch was answered 404 Not Found: No such batch (GET \
             http://HOST/registry/v0/credit_batches/ctb_1DRBTYA8Q1S07CBY)"
        );
        assert_eq!(error.detail(), Some(ErrorDetail::Message("No such\nbatch".into())));
        assert!(!error.is_retryable());
        for (head, body, said) in [
            ("401 Unauthorized", "", " (GET"),
            ("418 I'm a teapot", "short and\tstout", ": short and stout (GET"),
            ("502 Bad Gateway", "<html>\n<h1>502</h1>", ": <html> <h1>502</h1> (GET"),
            ("503 Service Unavailable", "{\"detail\": 7}", ": {\"detail\": 7} (GET"),
            ("204 No Content", "", " (GET"),
            ("500 Internal Server Error", "\u{1}\u{fffd}", ": \u{fffd} (GET"),
        ] {
            let error = call(response(head, body)).await.unwrap_err();
            assert!(matches!(error, Error::Status(_)), "{error:?}");
            assert!(error.to_string().contains(said), "{error}");
            assert!(head.starts_with(error.status().unwrap().as_str()));
            assert_eq!(error.is_retryable(), head.starts_with("502") || head.starts_with("503"));
        }
    }

    #[tokio::test]
    async fn a_refused_argument_is_named() {
        let body = json!({"detail": [
            {"loc": ["path", "id", 0], "msg": "too short", "type": "string_too_short"},
            {"loc": [], "msg": "", "type": ""},
        ]});
        let error = call(response("422 Unprocessable Content", body.to_string())).await;
        let error = error.unwrap_err();
        assert_eq!(error.field().as_deref(), Some("path.id.0"));
        assert!(message(&error).contains(": path.id.0: too short; and 1 more (GET"), "{error}");
    }

    #[tokio::test]
    async fn a_secret_that_a_server_repeats_is_seen_nowhere() {
        let name = json!({"detail": format!("{TOKEN} and {SECRET}")});
        let escaped = TOKEN.replace('/', "\\/").replace("==", "\\u003d\\u003D");
        let heads = ["200 OK", "400 Bad Request", "422 Unprocessable Content", "500 Oops"];
        for head in heads {
            let id = format!("{head}\r\nx-request-id: a{SECRET}");
            for body in [name.to_string(), format!("{{\"detail\": \"{escaped}\"}}"), SECRET.into()]
            {
                let error = call(response(&id, &body)).await.unwrap_err();
                assert_eq!(error.request_id(), Some("a[redacted]"));
                assert!(error.body().unwrap().contains("[redacted]"), "{error:?}");
            }
        }
        let changes = [("/owner/name", json!(SECRET)), ("/owner/id", json!(TOKEN))];
        let body = samples::credit_batch(&changes).to_string();
        let response = call(response("200 OK", body)).await.unwrap();
        assert_eq!(response.value().owner.name, "[redacted]");
    }

    #[tokio::test]
    async fn a_redirect_is_followed_within_the_origin() {
        let body = samples::credit_batch(&[]).to_string();
        let moved = response("307 Temporary Redirect\r\nlocation: /elsewhere", "");
        let (base_url, heads) = serve(vec![moved, response("200 OK", body)]);
        let batch = registry(&base_url).credit_batch(&id()).await.unwrap();
        assert_eq!(batch.id, id());
        assert!(heads.recv().unwrap().starts_with("get /registry/v0/credit_batches/"));
        let second = heads.recv().unwrap();
        assert!(second.starts_with("get /elsewhere http/1.1"));
        assert!(second.contains("\nx-client-secret: ") && second.contains("\nauthorization: "));
    }

    #[tokio::test]
    async fn a_redirect_to_another_origin_is_an_error_and_gets_nothing() {
        let (elsewhere, heads) = serve(vec![response("200 OK", "{}")]);
        let location = format!("302 Found\r\nlocation: {elsewhere}/x?token={SECRET}");
        let error = call(response(&location, "")).await.unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::FOUND));
        assert!(error.to_string().contains("/x\" that was not followed"), "{error}");
        assert!(heads.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_redirect_without_end_is_an_error() {
        let moved = response("308 Permanent Redirect\r\nlocation: /registry/v0/again", "");
        let (base_url, heads) = serve(vec![moved; 9]);
        let error = registry(&base_url).credit_batch(&id()).await.unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::PERMANENT_REDIRECT));
        assert_eq!(heads.try_iter().count(), 4);
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_an_error() {
        let error = call(response("200 OK", "a".repeat(BODY_LIMIT + 1))).await.unwrap_err();
        assert!(matches!(&error, Error::Oversized(body) if body.limit() == BODY_LIMIT));
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert_eq!(error.body().map(|body| body.len()), Some(1024));
        assert!(!error.is_retryable());
        let error = call(response("404 Not Found", "a".repeat(BODY_LIMIT))).await.unwrap_err();
        assert!(matches!(error, Error::Status(_)));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_an_error_also_where_its_start_is_a_batch() {
        let batch = samples::credit_batch(&[]).to_string();
        let body = batch + &" ".repeat(BODY_LIMIT);
        let error = call(response("200 OK", body)).await.unwrap_err();
        assert!(matches!(error, Error::Oversized(_)), "{error}");
    }

    #[tokio::test]
    async fn a_body_that_is_cut_off_is_an_error_with_what_came() {
        let head = "HTTP/1.1 200 OK\r\nx-request-id: r-2\r\ncontent-length: 100\r\n\r\n";
        let error = call(format!("{head}{{\"id\": \"{SECRET}").into()).await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert_eq!(error.request_id(), Some("r-2"));
        assert_eq!(error.body().as_deref(), Some("{\"id\": \"[redacted]"));
        assert!(error.is_retryable());
        assert!(message(&error).contains("within the body of a response of 200 OK: "), "{error}");
    }

    #[tokio::test]
    async fn no_connection_and_no_response_are_errors_worth_another_try() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = registry(&format!("http://{address}")).credit_batch(&id()).await.unwrap_err();
        let Error::Transport(transport) = &error else { panic!("{error:?}") };
        assert!(transport.is_connect() && !transport.is_timeout());
        assert!(error.is_retryable());
        assert!(message(&error).starts_with("credit_batch could not connect: "), "{error}");
        let error = call(Vec::new()).await.unwrap_err();
        assert!(message(&error).starts_with("credit_batch lost its connection: "), "{error}");
        assert_eq!(error.status(), None);
        assert_eq!(error.body(), None);
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_no_part_of_a_body() {
        let body = samples::credit_batch(&[]).to_string();
        let marked = format!("\u{feff}{body}");
        assert_eq!(validate::json::<CreditBatch>(marked.as_bytes()), []);
        let received = call(response("200 OK", &marked)).await.unwrap();
        assert_eq!(received.violations(), []);
        assert_eq!(received.body(), body.as_bytes());
        let error = call(response("404 Not Found", "\u{feff}{\"detail\": \"gone\"}")).await;
        assert_eq!(error.unwrap_err().detail(), Some(ErrorDetail::Message("gone".into())));
    }

    #[tokio::test]
    async fn of_two_byte_order_marks_the_second_is_no_json() {
        let body = format!("\u{feff}\u{feff}{}", samples::credit_batch(&[]));
        let error = call(response("200 OK", body)).await.unwrap_err();
        assert_eq!(error.violations()[0].rule, Rule::Json);
    }

    #[tokio::test]
    async fn a_server_without_tls_is_an_error_that_another_try_does_not_mend() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("https://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
            // The client hangs up.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        });
        let error = registry(&base_url).credit_batch(&id()).await.unwrap_err();
        assert!(message(&error).starts_with("credit_batch could not connect by TLS: "), "{error}");
        assert!(matches!(&error, Error::Transport(transport) if transport.is_connect()));
        assert!(!error.is_retryable());
    }

    #[tokio::test]
    async fn a_connection_that_ends_before_tls_is_up_is_worth_another_try() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("https://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // Unread bytes would make a reset of the end.
            assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0);
        });
        let error = registry(&base_url).credit_batch(&id()).await.unwrap_err();
        assert!(message(&error).starts_with("credit_batch could not connect: "), "{error}");
        assert!(error.is_retryable());
    }

    #[tokio::test]
    async fn localhost_is_a_loopback_address_of_either_family() {
        let body = samples::credit_batch(&[]).to_string();
        let (base_url, _) = serve(vec![response("200 OK", body)]);
        let registry = registry(&base_url.replace("127.0.0.1", "localhost"));
        assert_eq!(registry.credit_batch(&id()).await.unwrap().id, id());
    }

    #[tokio::test]
    async fn only_a_request_that_may_be_repeated_is_tried_again() {
        let tries = |method: Method| async move {
            let (base_url, heads) = serve(vec![response("503 Oops", ""); 3]);
            let options = Options::new().retries(2).backoff(Duration::ZERO);
            let credentials = Credentials::new(TOKEN, SECRET).unwrap();
            let context =
                Context { credentials, options: Arc::new(options), record: Arc::default() };
            let request = reqwest::Request::new(method, base_url.parse().unwrap());
            let response = context.send(&reqwest::Client::new(), request).await.unwrap();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            heads.try_iter().count()
        };
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert_eq!(tries(method).await, 3);
        }
        for method in [Method::POST, Method::PATCH] {
            assert_eq!(tries(method).await, 1);
        }
    }

    #[tokio::test]
    async fn many_calls_share_one_registry_across_threads() {
        let body = samples::credit_batch(&[]).to_string();
        let (base_url, _) = serve(vec![response("200 OK", &body), response("200 OK", &body)]);
        let registry = registry(&base_url);
        let clone = registry.clone();
        let id = id();
        fn is_send<T: Send + 'static>(value: T) -> T {
            value
        }
        let task = tokio::spawn(is_send(async move { clone.credit_batch(&id).await }));
        assert!(task.await.unwrap().is_ok());
        assert!(registry.credit_batch(&self::id()).await.is_ok());
    }
}
