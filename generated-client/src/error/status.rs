//! Responses with an unsuccessful status.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use super::ACCESS_TOKEN;
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
            let reason = match (is_url, status) {
                (false, _) => "the location is not a valid URL",
                (true, Some(status)) if transcript.is_write() && !repeats_writes(status) => {
                    "only 307 and 308 are followed for a write"
                }
                (true, _) => "only a few redirects within the same origin are followed",
            };
            write!(f, ": redirect to {} not followed; {reason}", excerpt(location))?;
        } else if let Some(explanation) = self.explanation() {
            write!(f, ": {explanation}")?;
        }
        write!(f, " ({transcript})")?;
        match status {
            Some(StatusCode::UNAUTHORIZED) if !transcript.has_access_token() => {
                write!(f, "; the call had no access token; set {ACCESS_TOKEN}")
            }
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                f.write_str("; check that the credentials are valid and belong to this environment")
            }
            _ => Ok(()),
        }
    }
}

impl StdError for StatusError {}

/// Returns whether a redirect with this status asks to repeat a write elsewhere. Other redirects
/// turn it into a read.
pub(crate) fn repeats_writes(status: StatusCode) -> bool {
    matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT)
}

/// Returns whether a status may be gone at the next attempt.
pub(crate) fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)
}

/// Returns the part of the request that the API rejected, such as `path.id`.
fn field(error: &ValidationError) -> String {
    let steps: Vec<_> = error.loc.iter().map(ToString::to_string).collect();
    steps.join(".")
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
    use http::{Method, StatusCode};

    use super::StatusError;
    use crate::call::transcript::{ReceivedResponse, SentRequest, Transcript};

    fn message(status: StatusCode, authorization: Option<&'static str>) -> String {
        let url = "https://api.isometric.com/a?first=2".parse().unwrap();
        let mut request = reqwest::Request::new(Method::GET, url);
        if let Some(value) = authorization {
            request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static(value));
        }
        let now = SystemTime::UNIX_EPOCH;
        let transcript = Transcript {
            request: Some(SentRequest::new("a", &request, &[])),
            response: Some(ReceivedResponse::new(status, &HeaderMap::new(), &[], now)),
            ..Transcript::default()
        };
        StatusError::new(transcript).to_string()
    }

    #[test]
    fn suggests_a_missing_access_token() {
        let hint = "; the call had no access token; set ISOMETRIC_ACCESS_TOKEN";
        let unauthorized = StatusCode::UNAUTHORIZED;
        assert_eq!(
            message(unauthorized, None),
            format!("a: HTTP 401 Unauthorized (GET https://api.isometric.com/a?first=2){hint}")
        );
        assert!(!message(unauthorized, Some("Bearer token")).contains(hint));
        assert!(!message(StatusCode::FORBIDDEN, None).contains(hint));
    }
}
