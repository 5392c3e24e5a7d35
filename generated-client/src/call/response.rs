//! What a call answers.

use std::fmt;

use http::StatusCode;

use crate::call::transcript::Record;
use crate::error::{Error, InvalidResponse};
use crate::validate::{HasSchema, Rule, Violation};

/// A response with everything in which it breaks the rules of the spec.
///
/// [`Call::response`](crate::Call::response) gives one, for those who want the value
/// even where something about it is wrong.
pub struct Response<T> {
    value: T,
    status: StatusCode,
    violations: Vec<Violation>,
    record: Record,
}

impl<T> Response<T> {
    pub(crate) fn new(
        value: T,
        status: StatusCode,
        violations: Vec<Violation>,
        record: Record,
    ) -> Self {
        Self { value, status, violations, record }
    }

    /// The value that was received.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value that was received, and nothing else.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Everything in which the body breaks the rules of the spec, also the values of
    /// enums that the spec does not know.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The status, which is one of success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// How the server, or a proxy in front of it, calls this request: worth quoting to
    /// its owners.
    pub fn request_id(&self) -> Option<&str> {
        self.record.request_id()
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.record.tries
    }

    /// The whole body as it was received, but for a byte order mark. Were it to repeat one
    /// of the credentials, `[redacted]` would be in its place.
    pub fn body(&self) -> &[u8] {
        self.record.body()
    }

    /// The value, where it breaks no rule. An unknown value of an enum is no fault.
    pub(crate) fn accept(self) -> Result<T, Error>
    where
        T: HasSchema,
    {
        if self.violations.iter().all(|violation| violation.rule == Rule::Enum) {
            return Ok(self.value);
        }
        Err(InvalidResponse::decoded(self.value, self.violations, self.record).into())
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("violations", &self.violations)
            .field("record", &self.record)
            .finish()
    }
}
