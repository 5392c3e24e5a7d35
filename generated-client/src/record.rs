//! What is kept of a request and its response, with no secret in it.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderName, LOCATION};
use http::{HeaderMap, Method, StatusCode};

use crate::credentials::Credentials;
use crate::redact;
use crate::retry_after::retry_after;

/// The most bytes of a body that an error shows.
const EXCERPT: usize = 1024;

/// The most characters of a header that are kept.
const HEADER_EXCERPT: usize = 256;

/// Where servers, and proxies in front of them, put the identifier of a request.
const REQUEST_ID: [HeaderName; 6] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-cloud-trace-context"),
    HeaderName::from_static("cf-ray"),
];

/// A request and its response, as far as either got.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) request: Option<Request>,
    /// What was answered to the last try.
    pub(crate) reply: Option<Reply>,
    /// How often the request was sent.
    pub(crate) tries: u32,
    /// The time of all tries and between them.
    pub(crate) spent: Duration,
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Request {
    operation: &'static str,
    method: Method,
    url: String,
}

/// What was answered.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// For how long the API asks its callers to stay away.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
    pub(crate) end: End,
}

/// How the body of a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Where it should.
    Whole,
    /// Where the connection did.
    Cut,
    /// At the limit.
    Oversized,
}

impl Record {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.reply.as_ref().map(|reply| reply.status)
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.reply.as_ref()?.request_id.as_deref()
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.reply.as_ref().map_or(&[], |reply| &reply.body)
    }

    /// The start of the body as text, if there is a body.
    pub(crate) fn excerpt(&self) -> Option<Cow<'_, str>> {
        let body = self.body();
        let mut end = body.len().min(EXCERPT);
        // Not within a character: bytes like 0b10xx_xxxx only continue one.
        while end > 0 && body.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
            end -= 1;
        }
        (!body.is_empty()).then(|| String::from_utf8_lossy(&body[..end]))
    }

    /// The name of the operation.
    pub(crate) fn operation(&self) -> impl fmt::Display {
        self.request.as_ref().map_or("the call", |request| request.operation)
    }
}

/// Where the request went, how often, and how its server calls it.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Request { method, url, .. }) = &self.request {
            write!(f, "{method} {url}")?;
        }
        if self.tries > 1 {
            write!(f, ", {} tries", self.tries)?;
        }
        if let Some(request_id) = self.request_id() {
            write!(f, ", request id {request_id}")?;
        }
        Ok(())
    }
}

impl Request {
    pub(crate) fn new(operation: &'static str, request: &reqwest::Request) -> Self {
        let mut url = request.url().clone();
        url.set_query(None);
        Self { operation, method: request.method().clone(), url: url.into() }
    }
}

impl Reply {
    /// The reply at the time `now`, of which the body is still to come.
    pub(crate) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Self {
        let text = |name: &HeaderName| header_text(headers, name, credentials);
        Self {
            status,
            request_id: REQUEST_ID.iter().find_map(text),
            location: text(&LOCATION).filter(|_| status.is_redirection()).map(without_query),
            retry_after: retry_after(headers, now),
            body: Bytes::new(),
            end: End::Cut,
        }
    }

    /// Takes in the body, from here on without a secret.
    pub(crate) fn set_body(&mut self, body: Vec<u8>, end: End, credentials: &Credentials) {
        self.end = end;
        self.body = match redact::mask(&credentials.secrets(), &body) {
            Cow::Owned(masked) => masked.into(),
            Cow::Borrowed(_) => body.into(),
        };
    }
}

/// A URL up to its query, which may hold somebody's secret.
fn without_query(mut url: String) -> String {
    url.truncate(url.find(['?', '#']).unwrap_or(url.len()));
    url
}

/// The start of a header's value, if there is one that can be shown.
fn header_text(
    headers: &HeaderMap,
    name: &HeaderName,
    credentials: &Credentials,
) -> Option<String> {
    let value = headers.get(name)?.as_bytes();
    let value = redact::mask(&credentials.secrets(), value);
    let shown = value.iter().take(HEADER_EXCERPT).map(|&byte| char::from(byte));
    let text: String = shown.take_while(char::is_ascii_graphic).collect();
    (!text.is_empty()).then_some(text)
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("bytes", &self.body.len())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
