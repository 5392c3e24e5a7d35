//! Who may ask for what: both credentials, checked as FastAPI checks them.

use http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::refusal::Refusal;

/// The header of the client secret.
pub(crate) const CLIENT_SECRET_HEADER: &str = "x-client-secret";

/// Unsigned JWTs that say `{"sub":"simulator"}` and `{"sub":"outsider"}`.
pub(crate) const ACCESS_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaW11bGF0b3IifQ.";
pub(crate) const OUTSIDERS_ACCESS_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvdXRzaWRlciJ9.";
pub(crate) const CLIENT_SECRET: &str = "an-invented-client-secret";

/// What nobody should see, invented as it is.
pub(crate) const SECRETS: [&str; 3] = [ACCESS_TOKEN, OUTSIDERS_ACCESS_TOKEN, CLIENT_SECRET];

/// What a caller may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Every batch.
    All,
    /// No batch.
    None,
}

/// Finds out who is calling.
pub(crate) fn authenticate(headers: &HeaderMap) -> Result<Access, Refusal> {
    let access = match bearer_token(headers) {
        Some(ACCESS_TOKEN) => Access::All,
        Some(OUTSIDERS_ACCESS_TOKEN) => Access::None,
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

fn unauthorized(detail: &str, challenge: &'static str) -> Refusal {
    let challenge = HeaderValue::from_static(challenge);
    Refusal::new(StatusCode::UNAUTHORIZED, detail).with(WWW_AUTHENTICATE, challenge)
}
