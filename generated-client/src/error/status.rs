//! Responses with an unsuccessful status.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use super::message::{first_and_count, one_line};
use crate::call::transcript::Transcript;
use crate::types::{ErrorBody, ErrorDetail, ValidationError};
use crate::validate::excerpt;

/// A response with an unsuccessful status.
#[derive(Debug)]
pub struct StatusError {
    pub(super) transcript: Transcript,
}

impl StatusError {
    pub(crate) fn new(transcript: Transcript) -> Self {
        Self { transcript }
    }

    /// Returns the whole body. Credentials echoed by the server are replaced by
    /// `[redacted]`.
    pub fn body(&self) -> &[u8] {
        self.transcript.body()
    }

    pub(super) fn detail(&self) -> Option<ErrorDetail> {
        serde_json::from_slice::<ErrorBody>(self.transcript.body()).ok()?.detail
    }

    /// Returns the first part of the request that the API rejected.
    pub(super) fn rejected_field(&self) -> Option<String> {
        match self.detail()? {
            ErrorDetail::ValidationErrors(errors) => errors.first().map(field),
            ErrorDetail::Message(_) => None,
        }
    }

    /// Returns the explanation in the body as a single line.
    fn explanation(&self) -> Option<String> {
        let explanation = match self.detail() {
            Some(ErrorDetail::Message(message)) => one_line(&message),
            Some(ErrorDetail::ValidationErrors(errors)) => {
                let explain = |error| one_line(&format!("{}: {}", field(error), error.msg));
                first_and_count(&errors.iter().map(explain).collect::<Vec<_>>())
            }
            None => one_line(&self.transcript.excerpt()?),
        };
        (!explanation.is_empty()).then_some(explanation)
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transcript } = self;
        let status = transcript.status();
        write!(f, "{}: HTTP", transcript.operation())?;
        if let Some(status) = status {
            write!(f, " {status}")?;
        }
        if let Some((location, is_url)) = transcript.location() {
            let reason = if is_url {
                "only a few redirects within the same origin are followed"
            } else {
                "the location is not a valid URL"
            };
            write!(f, ": redirect to {} not followed; {reason}", excerpt(location))?;
        } else if let Some(explanation) = self.explanation() {
            write!(f, ": {explanation}")?;
        }
        write!(f, " ({transcript})")?;
        if matches!(status, Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) {
            f.write_str("; check that both credentials are valid and belong to this environment")?;
        }
        Ok(())
    }
}

impl StdError for StatusError {}

/// Returns whether a status may be gone at the next attempt.
pub(crate) fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)
}

/// Returns the part of the request that the API rejected, such as `path.id`.
fn field(error: &ValidationError) -> String {
    let steps: Vec<_> = error.loc.iter().map(ToString::to_string).collect();
    steps.join(".")
}
