//! Authentication, with the responses of FastAPI, and access to private data.

use http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use super::error_response::ErrorResponse;
use crate::identifier::IdentifierKind;
use crate::ledger::Ledger;
use crate::world::{CALLER, OUTSIDER};

/// The header of the client secret.
pub(crate) const CLIENT_SECRET_HEADER: &str = "x-client-secret";

/// Unsigned JWTs with the claims `{"sub":"simulator"}`, `{"sub":"supplier"}` and
/// `{"sub":"outsider"}`.
pub(crate) const ACCESS_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaW11bGF0b3IifQ.";
pub(crate) const ACCESS_TOKEN_OF_SUPPLIER: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdXBwbGllciJ9.";
pub(crate) const ACCESS_TOKEN_WITHOUT_ACCESS: &str =
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvdXRzaWRlciJ9.";
pub(crate) const CLIENT_SECRET: &str = "an-invented-client-secret";

/// The strings that `Debug` output must not contain.
pub(crate) const SECRETS: [&str; 4] =
    [ACCESS_TOKEN, ACCESS_TOKEN_OF_SUPPLIER, ACCESS_TOKEN_WITHOUT_ACCESS, CLIENT_SECRET];

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// An application without an access token, which sees public data.
    Application,
    /// The organisation of an access token.
    Organisation(u32),
    /// The first supplier.
    Supplier,
}

impl Caller {
    /// Returns the organisation of the access token.
    pub(super) fn organisation(self, ledger: &Ledger) -> Option<u32> {
        match self {
            Self::Application => None,
            Self::Organisation(key) => Some(key),
            Self::Supplier => ledger.suppliers.first().map(|row| row.organisation),
        }
    }
}

/// Checks the credentials that an operation needs. An access token that it does not need must be
/// valid all the same.
pub(crate) fn authenticate(
    headers: &HeaderMap,
    needs_access_token: bool,
) -> Result<Caller, ErrorResponse> {
    let caller = match bearer_token(headers) {
        Some(ACCESS_TOKEN) => Caller::Organisation(CALLER),
        Some(ACCESS_TOKEN_OF_SUPPLIER) => Caller::Supplier,
        Some(ACCESS_TOKEN_WITHOUT_ACCESS) => Caller::Organisation(OUTSIDER),
        Some(_) => return Err(unauthorized("Invalid authentication credentials", "Bearer")),
        None if needs_access_token || headers.contains_key(AUTHORIZATION) => {
            return Err(unauthorized("Not authenticated", "Bearer"));
        }
        None => Caller::Application,
    };
    match headers.get(CLIENT_SECRET_HEADER).map(HeaderValue::as_bytes) {
        Some(secret) if secret == CLIENT_SECRET.as_bytes() => Ok(caller),
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

/// Returns whether an organisation may read a resource by an operation that needs an access
/// token.
///
/// Batches are public among the organisations that trade. Orders and refunds belong to their
/// parties.
pub(super) fn may_read(ledger: &Ledger, caller: u32, kind: IdentifierKind, key: u32) -> bool {
    let runs = |supplier: u32| ledger.suppliers[supplier as usize].organisation == caller;
    match kind {
        IdentifierKind::Batch => caller != OUTSIDER,
        IdentifierKind::Order => {
            let order = &ledger.orders[key as usize];
            order.buyer == caller || runs(order.supplier)
        }
        IdentifierKind::Refund => {
            let refund = &ledger.refunds[key as usize];
            let holder = ledger.suppliers.iter().find(|row| row.pool == refund.from);
            refund.to == caller || holder.is_some_and(|row| row.organisation == caller)
        }
        _ => true,
    }
}

/// Returns whether an organisation may read the private lists and balances of a resource.
pub(super) fn may_read_private_lists(
    ledger: &Ledger,
    caller: u32,
    kind: IdentifierKind,
    key: u32,
) -> bool {
    match kind {
        IdentifierKind::Organisation => key == caller,
        IdentifierKind::Supplier => ledger.suppliers[key as usize].organisation == caller,
        _ => may_read(ledger, caller, kind, key),
    }
}
