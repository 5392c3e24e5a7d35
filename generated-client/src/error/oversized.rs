//! Responses whose body exceeds the limit.

use std::error::Error as StdError;
use std::fmt;

use crate::call::transcript::Transcript;

/// A response whose body exceeds the limit.
#[derive(Debug)]
pub struct OversizedBody {
    limit: usize,
    pub(super) transcript: Transcript,
}

impl OversizedBody {
    pub(crate) fn new(limit: usize, transcript: Transcript) -> Self {
        Self { limit, transcript }
    }

    /// Returns the limit in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the body up to the limit. Credentials echoed by the server are replaced by
    /// `[redacted]`.
    pub fn body(&self) -> &[u8] {
        self.transcript.body()
    }
}

impl fmt::Display for OversizedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, transcript } = self;
        let operation = transcript.operation();
        write!(f, "{operation}: response body exceeds the limit of {limit} bytes ({transcript})")
    }
}

impl StdError for OversizedBody {}
