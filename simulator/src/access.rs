//! Authentication, with the responses of FastAPI.

use http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::error_response::ErrorResponse;

/// The header of the client secret.
pub(crate) const CLIENT_SECRET_HEADER: &str = "x-client-secret";

/// Unsigned JWTs with the claims `{"sub":"simulator"}` and `{"sub":"outsider"}`.
pub(crate) const ACCESS_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaW11bGF0b3IifQ.";
pub(crate) const ACCESS_TOKEN_WITHOUT_ACCESS: &str =
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvdXRzaWRlciJ9.";
pub(crate) const CLIENT_SECRET: &str = "an-invented-client-secret";

/// The strings that `Debug` output must not contain.
pub(crate) const SECRETS: [&str; 3] = [ACCESS_TOKEN, ACCESS_TOKEN_WITHOUT_ACCESS, CLIENT_SECRET];

/// The batches that a caller may fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    All,
    None,
}

/// Checks both credentials.
pub(crate) fn authenticate(headers: &HeaderMap) -> Result<Access, ErrorResponse> {
    let access = match bearer_token(headers) {
        Some(ACCESS_TOKEN) => Access::All,
        Some(ACCESS_TOKEN_WITHOUT_ACCESS) => Access::None,
        Some(_) => return Err(unauthorized("Invalid authentication credentials", "Bearer")),
        None => return Err(unauthorized("Not authenticated", "Bearer")),
    };
    match headers.get(CLIENT_SECRET_HEADER).map(HeaderValue::as_bytes) {
        Some(secret) if secret == CLIENT_SECRET.as_bytes() => Ok(access),
        Some([_, ..]) => Err(unauthorized("Invalid authentication credentials", "APIKey")),
        Some([]) | None => Err(unauthorized("Not authenticated", "APIKey")),
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorized(detail: &str, challenge: &'static str) -> ErrorResponse {
    let challenge = HeaderValue::from_static(challenge);
    ErrorResponse::new(StatusCode::UNAUTHORIZED, detail).with(WWW_AUTHENTICATE, challenge)
}
