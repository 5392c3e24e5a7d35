//! What the simulator was asked.

use std::collections::VecDeque;
use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::access::{CLIENT_SECRET_HEADER, SECRETS};

/// How many requests are remembered.
const REMEMBERED: usize = 65_536;

/// A request as it came in. `Debug` shows no secret of it.
#[derive(Clone)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Request {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let mut headers = headers.clone();
        for (name, value) in &mut headers {
            value.set_sensitive(*name == AUTHORIZATION || name == CLIENT_SECRET_HEADER);
        }
        Self { method: method.clone(), uri: uri.clone(), headers }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The whole path, as in `/registry/v0/credit_batches/ctb_…`.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// What follows the question mark, if there is one.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// A header, whatever the case of its name: the first one, where it has several
    /// values. The credentials are there to be looked at, too.
    pub fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.get(name)
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = |text: String, secret: &&str| text.replace(secret, "[redacted]");
        let uri = SECRETS.iter().fold(self.uri.to_string(), masked);
        let mut shown = f.debug_struct("Request");
        shown.field("method", &self.method).field("uri", &uri);
        shown.field("headers", &self.headers).finish()
    }
}

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Requests(VecDeque<Request>);

impl Requests {
    pub(crate) fn push(&mut self, request: Request) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(request);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn to_vec(&self) -> Vec<Request> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method, Uri};

    use super::{REMEMBERED, Request, Requests};
    use crate::access::{ACCESS_TOKEN, CLIENT_SECRET};

    #[test]
    fn debug_shows_no_secret_and_a_test_can_still_read_them() {
        let mut headers = HeaderMap::new();
        let authorization = format!("Bearer {ACCESS_TOKEN}");
        headers.insert("authorization", authorization.parse().unwrap());
        headers.insert("x-client-secret", HeaderValue::from_static("somebody's own"));
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let uri: Uri = format!("/a?secret={CLIENT_SECRET}").parse().unwrap();
        let request = Request::new(&Method::GET, &uri, &headers);
        assert_eq!(request.header("Authorization").unwrap(), &authorization);
        assert_eq!(
            format!("{request:?}"),
            "Request { method: GET, uri: \"/a?secret=[redacted]\", headers: {\
             \"authorization\": Sensitive, \"x-client-secret\": Sensitive, \
             \"accept\": \"application/json\"} }"
        );
    }

    #[test]
    fn the_oldest_requests_are_forgotten_first() {
        let mut requests = Requests::default();
        for number in 0..=REMEMBERED {
            let uri: Uri = format!("/{number}").parse().unwrap();
            requests.push(Request::new(&Method::GET, &uri, &HeaderMap::new()));
        }
        let requests = requests.to_vec();
        assert_eq!(requests.len(), REMEMBERED);
        assert_eq!(requests[0].path(), "/1");
    }
}
