//! What is answered instead of a batch, as FastAPI and Pydantic say it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use isometric_registry::types::CreditBatchId;
use serde_json::{Value, json};

/// The rules of an identifier in a path, each with its name and words.
const SHORTEST: usize = 20;
const LONGEST: usize = 37;
const PATTERN: &str = "^ctb_[0-9A-Za-z]+$";

/// An error of the API.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    header: Option<(HeaderName, HeaderValue)>,
    detail: Value,
}

impl Refusal {
    /// An error with a sentence.
    pub(crate) fn new(status: StatusCode, detail: &str) -> Self {
        Self { status, header: None, detail: detail.into() }
    }

    /// An error with nothing but the name of its status.
    pub(crate) fn of(status: StatusCode) -> Self {
        Self::new(status, status.canonical_reason().unwrap_or("Error"))
    }

    pub(crate) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// An identifier in the path that is none.
    fn invalid_id(text: &str) -> Self {
        let length = text.chars().count();
        let (kind, message, context) = if length < SHORTEST {
            let message = format!("String should have at least {SHORTEST} characters");
            ("string_too_short", message, json!({ "min_length": SHORTEST }))
        } else if length > LONGEST {
            let message = format!("String should have at most {LONGEST} characters");
            ("string_too_long", message, json!({ "max_length": LONGEST }))
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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Body::from(json!({ "detail": self.detail }).to_string());
        let mut response = (self.status, json_body(body)).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

/// A body of JSON, and the header that says so.
pub(crate) fn json_body(body: Body) -> impl IntoResponse {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
}

/// The identifier in a path.
pub(crate) fn credit_batch_id(text: &str) -> Result<CreditBatchId, Refusal> {
    text.parse().map_err(|_| Refusal::invalid_id(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LONGEST, PATTERN, SHORTEST, credit_batch_id};

    #[test]
    fn the_rules_are_those_of_the_spec() {
        let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/registry.yaml");
        let spec = std::fs::read_to_string(spec).unwrap();
        let rules = format!(
            "    CreditBatchId:\n      type: string\n      minLength: {SHORTEST}\n      \
             maxLength: {LONGEST}\n      pattern: {PATTERN}\n"
        );
        assert!(spec.contains(&rules), "{rules}");
    }

    #[test]
    fn each_broken_rule_has_its_name_and_words() {
        let long = format!("ctb_{}", "0".repeat(34));
        let refused = [
            ("ctb_1", "string_too_short", "String should have at least 20 characters"),
            (&*long, "string_too_long", "String should have at most 37 characters"),
            (
                "iss_1EWT8R5FY1S0GFCY",
                "string_pattern_mismatch",
                "String should match pattern '^ctb_[0-9A-Za-z]+$'",
            ),
        ];
        for (text, kind, message) in refused {
            let detail = credit_batch_id(text).unwrap_err().detail;
            assert_eq!(detail[0]["loc"], json!(["path", "id"]));
            assert_eq!(detail[0]["type"], kind);
            assert_eq!(detail[0]["msg"], message);
            assert_eq!(detail[0]["input"], text);
        }
        assert!(credit_batch_id(&long[1..]).is_err());
        assert!(credit_batch_id(&long[..37]).is_ok());
    }
}
