//! The state of a call while progenitor's client makes it, and the loop of its attempts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::HeaderValue;
use progenitor_client::OperationInfo;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, debug, debug_span};

use super::http::{MAX_REDIRECTS, follow};
use super::redact::redact_bytes;
use super::retry::{RetryDelays, is_retried};
use super::transcript::{BodyEnd, ReceivedResponse, SentRequest, Transcript};
use crate::credentials::Credentials;
use crate::options::Options;

/// The state that progenitor's client carries through one call.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    credentials: Credentials,
    options: Arc<Options>,
    transcript: Arc<Mutex<Transcript>>,
    is_dry_run: bool,
}

impl Context {
    pub(crate) fn new(
        credentials: Credentials,
        options: Arc<Options>,
        cursor: Option<String>,
    ) -> Self {
        let transcript = Transcript { cursor, ..Transcript::default() };
        let transcript = Arc::new(Mutex::new(transcript));
        Self { credentials, options, transcript, is_dry_run: false }
    }

    /// Makes the call end before its request is sent.
    pub(super) fn set_dry_run(&mut self) {
        self.is_dry_run = true;
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    /// Replaces the credentials in a text.
    pub(super) fn redact(&self, text: &str) -> String {
        let text = redact_bytes(text.as_bytes(), &self.credentials.secrets());
        String::from_utf8_lossy(&text).into_owned()
    }

    pub(super) fn body_limit(&self) -> usize {
        self.options.body_limit
    }

    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        self.credentials.authorization()
    }

    pub(super) fn client_secret(&self) -> HeaderValue {
        self.credentials.client_secret_header()
    }

    pub(super) fn record_request(&self, operation: &'static str, request: &reqwest::Request) {
        let sent = SentRequest::new(operation, request, &self.credentials.secrets());
        self.with_transcript(|transcript| transcript.request = Some(sent));
    }

    pub(super) fn body_end(&self) -> Option<BodyEnd> {
        self.with_transcript(|transcript| transcript.response.as_ref().map(|it| it.body_end))
    }

    pub(super) fn take_transcript(&self) -> Transcript {
        self.with_transcript(std::mem::take)
    }

    /// Locks the transcript. It is consistent even if a panic poisoned the lock, because each
    /// field is assigned as a whole.
    fn with_transcript<T>(&self, f: impl FnOnce(&mut Transcript) -> T) -> T {
        f(&mut self.transcript.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a request, with retries, within a tracing span.
    ///
    /// The transcript keeps the body. The returned response has an empty body.
    pub(super) async fn execute(
        &self,
        http: &reqwest::Client,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let span = debug_span!(
            "call",
            operation = info.operation_id,
            status = Empty,
            attempts = Empty,
            duration_ms = Empty,
            request_id = Empty,
        );
        let result = self.send(http, request).instrument(span.clone()).await;
        self.trace(&span);
        result
    }

    async fn send(
        &self,
        http: &reqwest::Client,
        mut request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let mut delays = self.options.retry_delays();
        loop {
            // A body that is a stream cannot be sent again. No operation has such a body.
            let copy = request.try_clone();
            let result = self.attempt(http, request, copy.as_ref()).await;
            let Some(copy) = copy else { return result };
            let Some(delay) = self.next_delay(&result, &mut delays) else { return result };
            debug!(delay_ms = milliseconds(delay), "retrying after a delay");
            self.options.sleep(delay).await;
            request = copy;
        }
    }

    /// Returns the delay before the next attempt, or `None` if the call ends here.
    fn next_delay(
        &self,
        result: &reqwest::Result<reqwest::Response>,
        delays: &mut RetryDelays,
    ) -> Option<Duration> {
        self.with_transcript(|transcript| {
            if !is_retried(result.as_ref().err(), transcript) {
                return None;
            }
            let response = transcript.response.as_ref();
            let delay = delays.next(response.and_then(|response| response.retry_after))?;
            let elapsed = transcript.elapsed.saturating_add(delay);
            if elapsed >= self.options.total_timeout {
                return None;
            }
            transcript.elapsed = elapsed;
            Some(delay)
        })
    }

    /// Makes one attempt within the remaining time. `copy` is a copy of the request.
    async fn attempt(
        &self,
        http: &reqwest::Client,
        mut request: reqwest::Request,
        copy: Option<&reqwest::Request>,
    ) -> reqwest::Result<reqwest::Response> {
        let started = Instant::now();
        let elapsed = self.with_transcript(|transcript| {
            transcript.response = None;
            transcript.attempts += 1;
            transcript.elapsed
        });
        let remaining = self.options.total_timeout.saturating_sub(elapsed);
        let timeout = self.options.attempt_timeout.min(remaining);
        *request.timeout_mut() = Some(timeout);
        let result = match self.transmit(http, request, copy).await {
            Ok(response) => self.receive(response).await,
            Err(error) => Err(error),
        };
        self.with_transcript(|transcript| {
            transcript.elapsed = elapsed.saturating_add(started.elapsed());
        });
        result
    }

    /// Sends a request and follows redirects within its timeout.
    async fn transmit(
        &self,
        http: &reqwest::Client,
        request: reqwest::Request,
        copy: Option<&reqwest::Request>,
    ) -> reqwest::Result<reqwest::Response> {
        let (started, timeout) = (Instant::now(), request.timeout().copied());
        let mut response = http.execute(request).await?;
        for _ in 0..MAX_REDIRECTS {
            let Some(mut next) = copy.and_then(|copy| follow(copy, &response)) else { break };
            self.with_transcript(|transcript| transcript.is_redirected = true);
            *next.timeout_mut() = timeout.map(|timeout| timeout.saturating_sub(started.elapsed()));
            response = http.execute(next).await?;
        }
        Ok(response)
    }

    /// Reads a response. The transcript keeps its body.
    async fn receive(&self, mut response: reqwest::Response) -> reqwest::Result<reqwest::Response> {
        let secrets = self.credentials.secrets();
        let (status, headers) = (response.status(), response.headers());
        let mut received = ReceivedResponse::new(status, headers, &secrets, self.options.now());
        let mut body = Vec::new();
        let read = read_body(&mut response, &mut body, self.options.body_limit).await;
        received.set_body(body, *read.as_ref().unwrap_or(&BodyEnd::Truncated), &secrets);
        self.with_transcript(|transcript| transcript.response = Some(received));
        read.map(|_| http::Response::from(response).map(|_| "").into())
    }

    fn trace(&self, span: &Span) {
        self.with_transcript(|transcript| {
            span.record("attempts", transcript.attempts);
            span.record("duration_ms", milliseconds(transcript.elapsed));
            if let Some(status) = transcript.status() {
                span.record("status", status.as_u16());
            }
            if let Some(request_id) = transcript.request_id() {
                span.record("request_id", display(request_id));
            }
        });
        span.in_scope(|| debug!("call finished"));
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Reads the body of a response up to the limit. After an error, `body` contains the part that
/// arrived.
async fn read_body(
    response: &mut reqwest::Response,
    body: &mut Vec<u8>,
    limit: usize,
) -> reqwest::Result<BodyEnd> {
    while let Some(chunk) = response.chunk().await? {
        let remaining = limit - body.len();
        if chunk.len() > remaining {
            body.extend_from_slice(&chunk[..remaining]);
            return Ok(BodyEnd::Oversized);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(BodyEnd::Complete)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::milliseconds;

    #[test]
    fn traces_whole_milliseconds() {
        assert_eq!(milliseconds(Duration::from_micros(1_234_567)), 1234);
        assert_eq!(milliseconds(Duration::MAX), u64::MAX);
    }
}
