//! Successful responses.

use std::fmt;

use http::StatusCode;

use super::transcript::Transcript;
use crate::error::{Error, InvalidResponse, MismatchedId};
use crate::validate::{HasSchema, Rule, Violation};

/// A successful response, with all violations of the spec in its body.
///
/// [`Call::response`](crate::Call::response) returns it, for callers that want the value even
/// if it violates the spec.
pub struct Response<T> {
    value: T,
    status: StatusCode,
    violations: Vec<Violation>,
    transcript: Transcript,
}

impl<T> Response<T> {
    pub(crate) fn new(
        value: T,
        status: StatusCode,
        violations: Vec<Violation>,
        transcript: Transcript,
    ) -> Self {
        Self { value, status, violations, transcript }
    }

    /// Returns the value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the value and drops the rest of the response.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns all violations of the spec in the body, including unknown enum values.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns the status, which is always a success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the identifier that the server, or a proxy in front of it, gave to the request.
    /// Quote it when reporting a problem with the API.
    pub fn request_id(&self) -> Option<&str> {
        self.transcript.request_id()
    }

    /// Returns the number of times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.transcript.attempts
    }

    /// Returns the whole body, without a byte order mark. Credentials echoed by the server are
    /// replaced by `[redacted]`.
    pub fn body(&self) -> &[u8] {
        self.transcript.body()
    }
}

impl<T: HasSchema> Response<T> {
    /// Returns the value unless it violates the spec. Unknown enum values are allowed.
    pub(crate) fn accept(self) -> Result<T, Error> {
        if self.violations.iter().all(|violation| violation.rule == Rule::Enum) {
            return Ok(self.value);
        }
        Err(InvalidResponse::decoded(self.value, self.violations, self.transcript).into())
    }

    pub(crate) fn into_mismatch(self, requested: &str, received: &str) -> MismatchedId {
        let Self { value, violations, transcript, .. } = self;
        MismatchedId::new(requested, received, value, violations, transcript)
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("violations", &self.violations)
            .field("transcript", &self.transcript)
            .finish()
    }
}
