//! Calls that the access token does not allow.

use std::error::Error as StdError;
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

/// The environment variable of the access token.
pub(crate) const ACCESS_TOKEN: &str = "ISOMETRIC_ACCESS_TOKEN";

/// A call that was not sent because the access token is missing or expired.
///
/// [`Credentials::with_access_token`](crate::Credentials::with_access_token) and
/// [`Registry::with_access_token`](crate::Registry::with_access_token) set a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessError {
    operation: &'static str,
    expired_at: Option<DateTime<Utc>>,
    /// The cursor of the page, if the call is part of a list: a token can expire meanwhile.
    pub(super) cursor: Option<String>,
}

impl AccessError {
    pub(crate) fn new(operation: &'static str, expired_at: Option<DateTime<Utc>>) -> Self {
        Self { operation, expired_at, cursor: None }
    }

    pub(crate) fn with_cursor(self, cursor: Option<String>) -> Self {
        Self { cursor, ..self }
    }

    /// Returns the time at which the access token expired, or `None` if it is missing.
    pub fn expired_at(&self) -> Option<DateTime<Utc>> {
        self.expired_at
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: access token ", self.operation)?;
        match self.expired_at {
            None => write!(f, "missing; nothing was sent; set {ACCESS_TOKEN}"),
            Some(expiry) => {
                let expiry = expiry.to_rfc3339_opts(SecondsFormat::Secs, true);
                write!(f, "expired at {expiry}; nothing was sent; create a new token")
            }
        }
    }
}

impl StdError for AccessError {}
