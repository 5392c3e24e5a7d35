//! Error responses with the bodies of FastAPI and Pydantic.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use isometric_registry::types::CreditBatchId;
use serde_json::{Value, json};

/// The rules of `CreditBatchId` in the spec.
const MIN_LENGTH: usize = 20;
const MAX_LENGTH: usize = 37;
const PATTERN: &str = "^ctb_[0-9A-Za-z]+$";

/// An error response.
#[derive(Clone, Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    header: Option<(HeaderName, HeaderValue)>,
    detail: Value,
}

impl ErrorResponse {
    /// Creates a response with a sentence as its detail.
    pub(crate) fn new(status: StatusCode, detail: &str) -> Self {
        Self { status, header: None, detail: detail.into() }
    }

    /// Creates a response with the reason phrase of the status as its detail.
    pub(crate) fn of(status: StatusCode) -> Self {
        Self::new(status, status.canonical_reason().unwrap_or("Error"))
    }

    /// Adds a header.
    pub(crate) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// Creates the 422 response to an invalid identifier in the path.
    fn invalid_id(text: &str) -> Self {
        let length = text.chars().count();
        let (kind, message, context) = if length < MIN_LENGTH {
            let message = format!("String should have at least {MIN_LENGTH} characters");
            ("string_too_short", message, json!({ "min_length": MIN_LENGTH }))
        } else if length > MAX_LENGTH {
            let message = format!("String should have at most {MAX_LENGTH} characters");
            ("string_too_long", message, json!({ "max_length": MAX_LENGTH }))
        } else {
            let message = format!("String should match pattern '{PATTERN}'");
            ("string_pattern_mismatch", message, json!({ "pattern": PATTERN }))
        };
        let detail = json!([{
            "type": kind,
            "loc": ["path", "id"],
            "msg": message,
            "input": text,
            "ctx": context,
        }]);
        Self { detail, ..Self::of(StatusCode::UNPROCESSABLE_ENTITY) }
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let body = Body::from(json!({ "detail": self.detail }).to_string());
        let mut response = (self.status, json_body(body)).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

/// Adds the content type of JSON to a body.
pub(crate) fn json_body(body: Body) -> impl IntoResponse {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
}

/// Parses the identifier in a path.
pub(crate) fn parse_credit_batch_id(text: &str) -> Result<CreditBatchId, ErrorResponse> {
    text.parse().map_err(|_| ErrorResponse::invalid_id(text))
}

#[cfg(test)]
mod tests {
    use super::{MAX_LENGTH, MIN_LENGTH, PATTERN, parse_credit_batch_id};

    #[test]
    fn the_rules_of_identifiers_equal_those_of_the_spec() {
        let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/registry.yaml");
        let spec = std::fs::read_to_string(spec).unwrap();
        let rules = format!(
            "    CreditBatchId:\n      type: string\n      minLength: {MIN_LENGTH}\n      \
             maxLength: {MAX_LENGTH}\n      pattern: {PATTERN}\n"
        );
        assert!(spec.contains(&rules), "{rules}");
    }

    #[test]
    fn accepts_identifiers_of_up_to_the_maximum_length() {
        let longest = format!("ctb_{}", "0".repeat(MAX_LENGTH - 4));
        assert!(parse_credit_batch_id(&longest).is_ok());
        assert!(parse_credit_batch_id(&(longest + "0")).is_err());
    }
}
