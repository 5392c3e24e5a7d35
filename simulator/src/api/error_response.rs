//! Error responses with the bodies of FastAPI.

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::response::{HttpResponse, json_response};

/// An error response.
#[derive(Clone, Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    header: Option<(HeaderName, HeaderValue)>,
    detail: Value,
}

impl ErrorResponse {
    /// Creates a response with a sentence as its detail.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, header: None, detail: detail.into().into() }
    }

    /// Creates a response with the reason phrase of the status as its detail.
    pub(crate) fn of(status: StatusCode) -> Self {
        Self::new(status, status.canonical_reason().unwrap_or("Error"))
    }

    /// Creates the 422 response to an invalid request.
    pub(crate) fn invalid(errors: Vec<Value>) -> Self {
        let detail = errors.into();
        Self { detail, ..Self::of(StatusCode::UNPROCESSABLE_ENTITY) }
    }

    /// Adds a header.
    pub(crate) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    pub(crate) fn into_response(self) -> HttpResponse {
        let body = json!({ "detail": self.detail }).to_string();
        let mut response = json_response(self.status, body);
        response.headers_mut().extend(self.header);
        response
    }
}
