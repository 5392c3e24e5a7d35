//! Responses about another resource than the requested one.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use crate::call::transcript::Transcript;
use crate::validate::{Violation, excerpt};

/// A successful response about another resource than the requested one.
///
/// The server, or a proxy in front of it, mixed up resources or responses. The client
/// discards its kept connections, because they may deliver more misplaced responses.
pub struct MismatchedId {
    requested: String,
    received: String,
    violations: Vec<Violation>,
    value: Box<dyn Any + Send + Sync>,
    pub(super) transcript: Transcript,
}

impl MismatchedId {
    pub(crate) fn new<T: Any + Send + Sync>(
        requested: &str,
        received: &str,
        value: T,
        violations: Vec<Violation>,
        transcript: Transcript,
    ) -> Self {
        let (requested, received) = (requested.to_owned(), received.to_owned());
        Self { requested, received, violations, value: Box::new(value), transcript }
    }

    /// Returns the identifier in the path of the request.
    pub fn requested(&self) -> &str {
        &self.requested
    }

    /// Returns the `id` in the body of the response. It may violate the spec.
    pub fn received(&self) -> &str {
        &self.received
    }

    /// Returns all violations of the spec in the body. The body may be valid.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns the value, if it has the type `T`.
    pub fn value<T: Any>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }

    /// Returns the value, if it has the type `T`.
    pub fn into_value<T: Any>(self) -> Option<T> {
        self.value.downcast().ok().map(|value| *value)
    }

    /// Returns the whole body. Credentials echoed by the server are replaced by
    /// `[redacted]`.
    pub fn body(&self) -> &[u8] {
        self.transcript.body()
    }
}

impl fmt::Display for MismatchedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requested, received, transcript, .. } = self;
        write!(
            f,
            "{}: response is about another resource; requested id {}, received {} ({transcript})",
            transcript.operation(),
            excerpt(requested),
            excerpt(received),
        )
    }
}

impl fmt::Debug for MismatchedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MismatchedId")
            .field("requested", &self.requested)
            .field("received", &self.received)
            .field("violations", &self.violations)
            .field("transcript", &self.transcript)
            .finish_non_exhaustive()
    }
}

impl StdError for MismatchedId {}
