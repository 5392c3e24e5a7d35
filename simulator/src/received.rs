//! The requests that the simulator received.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::api::access::{CLIENT_SECRET_HEADER, SECRETS};

/// The maximum number of requests that are kept.
const MAX_KEPT: usize = 65_536;

/// The maximum size of the requests that are kept, in bytes.
const MAX_KEPT_BYTES: usize = 32 << 20;

/// The estimated size of a request without its strings, and of a header without them.
const REQUEST_OVERHEAD: usize = 256;
const HEADER_OVERHEAD: usize = 64;

/// A received request. Its `Debug` output contains no credentials.
#[derive(Clone)]
pub struct ReceivedRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl ReceivedRequest {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Self {
        let mut headers = headers.clone();
        for (name, value) in &mut headers {
            value.set_sensitive(*name == AUTHORIZATION || name == CLIENT_SECRET_HEADER);
        }
        Self { method: method.clone(), uri: uri.clone(), headers, body }
    }

    /// Returns the approximate size in bytes.
    fn size(&self) -> usize {
        let header = |(name, value): (&http::HeaderName, &HeaderValue)| {
            HEADER_OVERHEAD + name.as_str().len() + value.len()
        };
        let path = self.uri.path_and_query().map_or(0, |path| path.as_str().len());
        let headers: usize = self.headers.iter().map(header).sum();
        REQUEST_OVERHEAD + path + headers + self.body.len()
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the complete path, such as `/registry/v0/credit_batches/ctb_…`.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Returns the query without the question mark.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Returns the first value of a header, including those with credentials. The case of the
    /// name does not matter.
    pub fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.get(name)
    }

    /// Returns all headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body, which is empty if the request was rejected for its size.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redact = |text: String, secret: &&str| text.replace(secret, "[redacted]");
        let uri = SECRETS.iter().fold(self.uri.to_string(), redact);
        let mut output = f.debug_struct("ReceivedRequest");
        output.field("method", &self.method).field("uri", &uri);
        output.field("headers", &self.headers).finish()
    }
}

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    requests: VecDeque<ReceivedRequest>,
    bytes: usize,
}

impl RequestLog {
    pub(crate) fn push(&mut self, request: ReceivedRequest) {
        self.bytes += request.size();
        self.requests.push_back(request);
        while self.requests.len() > MAX_KEPT || self.bytes > MAX_KEPT_BYTES {
            let Some(oldest) = self.requests.pop_front() else { return };
            self.bytes -= oldest.size();
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn to_vec(&self) -> Vec<ReceivedRequest> {
        self.requests.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method, Uri};

    use super::{MAX_KEPT, MAX_KEPT_BYTES, ReceivedRequest, RequestLog};
    use crate::api::access::{ACCESS_TOKEN, CLIENT_SECRET};

    #[test]
    fn debug_hides_credentials_that_the_accessors_return() {
        let mut headers = HeaderMap::new();
        let authorization = format!("Bearer {ACCESS_TOKEN}");
        headers.insert("authorization", authorization.parse().unwrap());
        headers.insert("x-client-secret", HeaderValue::from_static("another-secret"));
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let uri: Uri = format!("/a?secret={CLIENT_SECRET}").parse().unwrap();
        let request = ReceivedRequest::new(&Method::GET, &uri, &headers, "body".into());
        assert_eq!(request.header("Authorization").unwrap(), &authorization);
        assert_eq!(
            format!("{request:?}"),
            "ReceivedRequest { method: GET, uri: \"/a?secret=[redacted]\", headers: {\
             \"authorization\": Sensitive, \"x-client-secret\": Sensitive, \
             \"accept\": \"application/json\"} }"
        );
        assert_eq!(request.body(), b"body");
    }

    #[test]
    fn drops_the_oldest_requests_over_the_budget_in_bytes() {
        let mut log = RequestLog::default();
        let mut headers = HeaderMap::new();
        headers.insert("x-large", HeaderValue::try_from("a".repeat(1 << 20)).unwrap());
        for number in 0..100 {
            let uri: Uri = format!("/{number}").parse().unwrap();
            log.push(ReceivedRequest::new(&Method::GET, &uri, &headers, "".into()));
        }
        let requests = log.to_vec();
        assert_eq!(requests.len(), MAX_KEPT_BYTES / (1 << 20) - 1);
        assert_eq!(requests.last().unwrap().path(), "/99");
    }

    #[test]
    fn drops_the_oldest_request_when_full() {
        let mut log = RequestLog::default();
        for number in 0..=MAX_KEPT {
            let uri: Uri = format!("/{number}").parse().unwrap();
            log.push(ReceivedRequest::new(&Method::GET, &uri, &HeaderMap::new(), "".into()));
        }
        let requests = log.to_vec();
        assert_eq!(requests.len(), MAX_KEPT);
        assert_eq!(requests[0].path(), "/1");
    }
}
