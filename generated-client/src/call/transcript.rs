//! The request and the response of a call, with secrets redacted.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Url;

use super::redact::redact_bytes;
use super::retry_after::retry_after;
use crate::validate::without_byte_order_mark;

/// The maximum length of the part of a body that an error shows, in bytes.
const BODY_EXCERPT: usize = 1024;

/// The maximum length of a header that is kept, in characters.
const HEADER_EXCERPT: usize = 256;

/// The headers in which servers and proxies identify a request.
const REQUEST_ID: [HeaderName; 6] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-cloud-trace-context"),
    HeaderName::from_static("cf-ray"),
];

/// A request and its response, as far as they got.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    pub(crate) request: Option<SentRequest>,
    /// The response to the last attempt.
    pub(crate) response: Option<ReceivedResponse>,
    pub(crate) attempts: u32,
    /// `true` if a redirect was followed, so that the API received something.
    pub(crate) is_redirected: bool,
    /// The duration of all attempts and of the delays between them.
    pub(crate) elapsed: Duration,
    /// The cursor of the page, if the call is part of a list.
    pub(crate) cursor: Option<String>,
}

#[derive(Debug)]
pub(crate) struct SentRequest {
    operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: String,
    has_access_token: bool,
}

pub(crate) struct ReceivedResponse {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    /// The target of a redirect.
    pub(crate) location: Option<String>,
    /// The delay before the next request that the API asks for.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
    pub(crate) body_end: BodyEnd,
}

/// The reason why reading a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    Complete,
    /// The body exceeds the limit.
    Oversized,
    /// The connection failed or a timeout expired.
    Truncated,
}

impl Transcript {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().map(|response| response.status)
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.response.as_ref()?.request_id.as_deref()
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.response.as_ref().map_or(&[], |response| &response.body)
    }

    /// Returns the start of the body as text, unless the body is empty.
    pub(crate) fn excerpt(&self) -> Option<Cow<'_, str>> {
        let body = self.body();
        let limit = body.len().min(BODY_EXCERPT);
        // Ends before a character, not within it: up to three bytes 0b10xx_xxxx continue a
        // character.
        let starts = |&end: &usize| body.get(end).is_none_or(|byte| byte & 0xC0 != 0x80);
        let end = (limit.saturating_sub(3)..=limit).rev().find(starts).unwrap_or(limit);
        (!body.is_empty()).then(|| String::from_utf8_lossy(&body[..end]))
    }

    /// Returns the target of a redirect, and whether it is a valid URL.
    pub(crate) fn location(&self) -> Option<(&str, bool)> {
        let location = self.response.as_ref()?.location.as_deref()?;
        let base = Url::parse(&self.request.as_ref()?.url).ok()?;
        Some((location, base.join(location).is_ok()))
    }

    /// Returns whether the request may change the state of the registry.
    pub(crate) fn is_write(&self) -> bool {
        self.request.as_ref().is_some_and(|request| !request.method.is_safe())
    }

    pub(crate) fn has_access_token(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.has_access_token)
    }

    /// Returns the name of the operation.
    pub(crate) fn operation(&self) -> &'static str {
        self.request.as_ref().map_or("call", |request| request.operation)
    }
}

/// Shows the method and the URL, the number of attempts, and the request id.
impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(SentRequest { method, url, .. }) = &self.request {
            write!(f, "{method} {url}")?;
        }
        if self.attempts > 1 {
            write!(f, ", {} attempts", self.attempts)?;
        }
        if let Some(request_id) = self.request_id() {
            write!(f, ", request id {request_id}")?;
        }
        Ok(())
    }
}

impl SentRequest {
    /// Records a request with its headers. Its query tells which page or filter failed. Secrets
    /// that were passed as arguments by mistake are redacted.
    pub(crate) fn new(
        operation: &'static str,
        request: &reqwest::Request,
        secrets: &[&[u8]],
    ) -> Self {
        let url = redact_bytes(request.url().as_str().as_bytes(), secrets);
        Self {
            operation,
            method: request.method().clone(),
            url: String::from_utf8_lossy(&url).into_owned(),
            has_access_token: request.headers().contains_key(AUTHORIZATION),
        }
    }
}

impl ReceivedResponse {
    /// Creates a response from its head, received at the time `now`.
    pub(crate) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        secrets: &[&[u8]],
        now: SystemTime,
    ) -> Self {
        let text = |name: &HeaderName| header_text(headers, name, secrets);
        Self {
            status,
            request_id: REQUEST_ID.iter().find_map(text),
            location: text(&LOCATION)
                .filter(|_| status.is_redirection())
                .map(without_query_and_userinfo),
            retry_after: retry_after(headers, now),
            body: Bytes::new(),
            body_end: BodyEnd::Truncated,
        }
    }

    /// Sets the body, with secrets redacted and without a byte order mark, which JSON parsers
    /// reject.
    pub(crate) fn set_body(&mut self, body: Vec<u8>, end: BodyEnd, secrets: &[&[u8]]) {
        self.body_end = end;
        let body: Bytes = match redact_bytes(&body, secrets) {
            Cow::Owned(redacted) => redacted.into(),
            Cow::Borrowed(_) => body.into(),
        };
        self.body = body.slice_ref(without_byte_order_mark(&body));
    }
}

/// Removes the query, the fragment, the user name and the password from a URL, because each of
/// them may be secret. The URL may be invalid.
fn without_query_and_userinfo(mut url: String) -> String {
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

/// Returns the visible start of a header, unless it is empty.
fn header_text(headers: &HeaderMap, name: &HeaderName, secrets: &[&[u8]]) -> Option<String> {
    let value = redact_bytes(headers.get(name)?.as_bytes(), secrets);
    let text: String = value
        .iter()
        .take(HEADER_EXCERPT)
        .map(|&byte| char::from(byte))
        .take_while(char::is_ascii_graphic)
        .collect();
    (!text.is_empty()).then_some(text)
}

impl fmt::Debug for ReceivedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedResponse")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("body_length", &self.body.len())
            .field("body_end", &self.body_end)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::HeaderMap;
    use http::header::LOCATION;

    use super::{BODY_EXCERPT, BodyEnd, ReceivedResponse, SentRequest, StatusCode, Transcript};

    fn transcript(location: &str, body: Vec<u8>) -> Transcript {
        let request = reqwest::Request::new(
            http::Method::GET,
            "https://api.isometric.com/registry/v0/a".parse().unwrap(),
        );
        let headers: HeaderMap = [(LOCATION, location.parse().unwrap())].into_iter().collect();
        let mut response =
            ReceivedResponse::new(StatusCode::FOUND, &headers, &[], SystemTime::UNIX_EPOCH);
        response.set_body(body, BodyEnd::Complete, &[]);
        Transcript {
            request: Some(SentRequest::new("a", &request, &[])),
            response: Some(response),
            ..Transcript::default()
        }
    }

    #[test]
    fn shows_the_query_without_secrets() {
        let url = "https://api.isometric.com/a?status=active&id=uPrO%225ecret%2F%c3%a9&after=x%20y";
        let request = reqwest::Request::new(http::Method::GET, url.parse().unwrap());
        let request = SentRequest::new("a", &request, &[b"uPrO\"5ecret/"]);
        let transcript = Transcript { request: Some(request), ..Transcript::default() };
        assert_eq!(
            transcript.to_string(),
            "GET https://api.isometric.com/a?status=active&id=[redacted]%c3%a9&after=x%20y"
        );
    }

    #[test]
    fn drops_the_parts_of_a_location_that_may_be_secret() {
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
            let transcript = transcript(location, Vec::new());
            assert_eq!(transcript.location(), Some((kept, true)), "{location}");
        }
    }

    #[test]
    fn keeps_invalid_locations() {
        for location in ["https://[", "http://me@:80", "https://a:port/"] {
            let transcript = transcript(location, Vec::new());
            assert!(matches!(transcript.location(), Some((_, false))), "{location}");
        }
    }

    #[test]
    fn ends_an_excerpt_between_characters() {
        let excerpt = |body: Vec<u8>| transcript("/", body).excerpt().map(|text| text.into_owned());
        let ascii = "a".repeat(BODY_EXCERPT - 2);
        assert_eq!(excerpt(format!("{ascii}é€").into()), Some(format!("{ascii}é")));
        assert_eq!(excerpt(format!("{ascii}€").into()), Some(ascii));
        assert_eq!(excerpt(vec![0x80; BODY_EXCERPT + 1]), Some("\u{fffd}".repeat(BODY_EXCERPT)));
        assert_eq!(excerpt(vec![0x80]), Some("\u{fffd}".into()));
        assert_eq!(excerpt(Vec::new()), None);
    }
}
