//! What is kept of a request and its response, with the secrets masked.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderName, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Url;

use crate::call::redact;
use crate::call::retry_after::retry_after;
use crate::credentials::Credentials;
use crate::validate::without_byte_order_mark;

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
        let limit = body.len().min(EXCERPT);
        // Not within a character: bytes like 0b10xx_xxxx only continue one, and at most
        // three of them.
        let starts = |&end: &usize| body.get(end).is_none_or(|byte| byte & 0xC0 != 0x80);
        let end = (limit.saturating_sub(3)..=limit).rev().find(starts).unwrap_or(limit);
        (!body.is_empty()).then(|| String::from_utf8_lossy(&body[..end]))
    }

    /// Where the response redirects to, and whether that is a URL.
    pub(crate) fn location(&self) -> Option<(&str, bool)> {
        let location = self.reply.as_ref()?.location.as_deref()?;
        let base = Url::parse(&self.request.as_ref()?.url).ok()?;
        Some((location, base.join(location).is_ok()))
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
            location: text(&LOCATION).filter(|_| status.is_redirection()).map(without_secrets),
            retry_after: retry_after(headers, now),
            body: Bytes::new(),
            end: End::Cut,
        }
    }

    /// Takes in the body, from here on with the secrets masked and without a byte order
    /// mark, which is no part of a text and nothing that a JSON parser takes.
    pub(crate) fn set_body(&mut self, body: Vec<u8>, end: End, credentials: &Credentials) {
        self.end = end;
        let body: Bytes = match redact::mask(&credentials.secrets(), &body) {
            Cow::Owned(masked) => masked.into(),
            Cow::Borrowed(_) => body.into(),
        };
        self.body = body.slice_ref(without_byte_order_mark(&body));
    }
}

/// A URL up to its query, without a user name and a password: each may be somebody's
/// secret. It need not be a URL that can be parsed.
fn without_secrets(mut url: String) -> String {
    url.truncate(url.find(['?', '#']).unwrap_or(url.len()));
    let scheme = url.find([':', '/', '\\']).filter(|&end| url[end..].starts_with(':'));
    let after_scheme = scheme.map_or(0, |end| end + 1);
    let authority = url[after_scheme..].trim_start_matches(['/', '\\']);
    let start = url.len() - authority.len();
    if scheme.is_none() && start < "//".len() {
        return url;
    }
    let end = authority.find(['/', '\\']).unwrap_or(authority.len());
    if let Some(at) = authority[..end].rfind('@') {
        url.replace_range(start..=start + at, "");
    }
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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::HeaderMap;
    use http::header::LOCATION;

    use super::{Credentials, EXCERPT, End, Record, Reply, Request, StatusCode};

    fn credentials() -> Credentials {
        Credentials::new("eyJhbGciOi.J9uX-3_t.c2lnbmF0dXJl", "uPrO-5ecret-wxAh").unwrap()
    }

    fn record(location: &str, body: Vec<u8>) -> Record {
        let request = reqwest::Request::new(
            http::Method::GET,
            "https://api.isometric.com/registry/v0/a".parse().unwrap(),
        );
        let headers: HeaderMap = [(LOCATION, location.parse().unwrap())].into_iter().collect();
        let mut reply =
            Reply::new(StatusCode::FOUND, &headers, &credentials(), SystemTime::UNIX_EPOCH);
        reply.set_body(body, End::Whole, &credentials());
        Record {
            request: Some(Request::new("a", &request)),
            reply: Some(reply),
            ..Record::default()
        }
    }

    #[test]
    fn a_location_is_kept_without_what_may_be_a_secret() {
        for (location, kept) in [
            ("https://me:p4ss@example.com/a?token=1", "https://example.com/a"),
            ("https://me:p@4ss@example.com#token", "https://example.com"),
            ("//me@example.com/a", "//example.com/a"),
            ("https:\\\\me@example.com\\a", "https:\\\\example.com\\a"),
            ("https:me@example.com", "https:example.com"),
            ("https://example.com/@me", "https://example.com/@me"),
            ("/@me/a", "/@me/a"),
            ("a@b", "a@b"),
        ] {
            let record = record(location, Vec::new());
            assert_eq!(record.location(), Some((kept, true)), "{location}");
        }
    }

    #[test]
    fn a_location_need_be_no_url() {
        for location in ["https://[", "http://me@:80", "https://a:port/"] {
            let record = record(location, Vec::new());
            assert!(matches!(record.location(), Some((_, false))), "{location}");
        }
    }

    #[test]
    fn an_excerpt_ends_between_two_characters_if_there_are_any() {
        let excerpt = |body: Vec<u8>| record("/", body).excerpt().map(|text| text.into_owned());
        let ascii = "a".repeat(EXCERPT - 2);
        assert_eq!(excerpt(format!("{ascii}é€").into()), Some(format!("{ascii}é")));
        assert_eq!(excerpt(format!("{ascii}€").into()), Some(ascii));
        assert_eq!(excerpt(vec![0x80; EXCERPT + 1]), Some("\u{fffd}".repeat(EXCERPT)));
        assert_eq!(excerpt(vec![0x80]), Some("\u{fffd}".into()));
        assert_eq!(excerpt(Vec::new()), None);
    }
}
