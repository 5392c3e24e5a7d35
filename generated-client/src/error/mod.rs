//! Errors of calls and of their preparation.

mod access;
mod argument;
mod invalid;
mod message;
mod mismatch;
mod outcome;
mod oversized;
mod pagination;
mod setting;
mod status;
mod transport;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::call::transcript::Transcript;
use crate::types::ErrorDetail;
use crate::validate::Violation;
use crate::validate::string_types::InvalidString;

pub(crate) use access::ACCESS_TOKEN;
pub use access::AccessError;
pub use argument::InvalidArgument;
pub use invalid::InvalidResponse;
pub use mismatch::MismatchedId;
pub use outcome::Outcome;
pub use oversized::OversizedBody;
pub use pagination::PaginationError;
pub(crate) use pagination::PaginationProblem;
pub use setting::InvalidSetting;
pub use status::StatusError;
pub(crate) use status::{is_transient_status, repeats_writes};
pub use transport::TransportError;
pub(crate) use transport::TransportKind;

/// An error of a call, or of the preparation for a call.
///
/// Every variant answers the same questions: [`status`](Self::status),
/// [`body`](Self::body), [`request_id`](Self::request_id), [`field`](Self::field),
/// [`violations`](Self::violations), [`detail`](Self::detail), [`outcome`](Self::outcome) and
/// [`is_retryable`](Self::is_retryable).
///
/// An error displays as a single line. [`Credentials`](crate::Credentials) that the
/// server echoes are replaced by `[redacted]`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A setting, such as the base URL, is missing or invalid.
    Configuration(InvalidSetting),
    /// A credential is missing or invalid.
    Credentials(InvalidSetting),
    /// An argument violates the spec. Nothing was sent.
    Argument(Box<InvalidArgument>),
    /// The access token is missing or expired. Nothing was sent.
    Access(Box<AccessError>),
    /// The response is missing or incomplete.
    Transport(Box<TransportError>),
    /// The status of the response is not a success: the API refused the call, failed, or
    /// redirected to a location that the client does not follow.
    Status(Box<StatusError>),
    /// The body of the response exceeds [`Options::body_limit`](crate::Options::body_limit).
    Oversized(Box<OversizedBody>),
    /// The body of a successful response violates the spec.
    Invalid(Box<InvalidResponse>),
    /// A successful response is about another resource than the requested one.
    Mismatch(Box<MismatchedId>),
    /// The pages of a list contradict each other.
    Pagination(Box<PaginationError>),
}

impl Error {
    fn inner(&self) -> &(dyn StdError + 'static) {
        match self {
            Self::Configuration(error) | Self::Credentials(error) => error,
            Self::Argument(error) => error,
            Self::Access(error) => error,
            Self::Transport(error) => error,
            Self::Status(error) => error,
            Self::Oversized(error) => error,
            Self::Invalid(error) => error,
            Self::Mismatch(error) => error,
            Self::Pagination(error) => error,
        }
    }

    fn transcript(&self) -> Option<&Transcript> {
        match self {
            Self::Configuration(_)
            | Self::Credentials(_)
            | Self::Argument(_)
            | Self::Access(_)
            | Self::Pagination(_) => None,
            Self::Transport(error) => Some(&error.transcript),
            Self::Status(error) => Some(&error.transcript),
            Self::Oversized(error) => Some(&error.transcript),
            Self::Invalid(error) => Some(&error.transcript),
            Self::Mismatch(error) => Some(&error.transcript),
        }
    }

    /// Returns the cursor of the page that failed, unless it is the first page of a list.
    ///
    /// A stream of [items](crate::Call::items) or [pages](crate::Call::pages) returned all items
    /// before it. A call with `after` set to the cursor continues the list.
    pub fn cursor(&self) -> Option<&str> {
        match self {
            Self::Pagination(error) => error.cursor(),
            Self::Access(error) => error.cursor.as_deref(),
            _ => self.transcript()?.cursor.as_deref(),
        }
    }

    /// Returns the status of the response, if a response arrived.
    pub fn status(&self) -> Option<StatusCode> {
        self.transcript()?.status()
    }

    /// Returns the first 1024 bytes of the response body as text, if a body arrived.
    pub fn body(&self) -> Option<Cow<'_, str>> {
        self.transcript()?.excerpt()
    }

    /// Returns the identifier that the server, or a proxy in front of it, gave to the
    /// request. Quote it when reporting a problem with the API.
    pub fn request_id(&self) -> Option<&str> {
        self.transcript()?.request_id()
    }

    /// Returns the location of the problem: the name of a setting or an argument, the JSON
    /// pointer of the first violation in a response, or the part of the request that the
    /// API rejected, such as `path.id`.
    pub fn field(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Configuration(error) | Self::Credentials(error) => Some(error.setting().into()),
            Self::Argument(error) => error.name(),
            Self::Status(error) => error.rejected_field().map(Cow::from),
            Self::Invalid(error) => error.violations().first().map(|found| (&found.pointer).into()),
            Self::Mismatch(_) => Some("/id".into()),
            Self::Access(_) | Self::Transport(_) | Self::Oversized(_) | Self::Pagination(_) => None,
        }
    }

    /// Returns all violations of the spec in the arguments or in the response.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Argument(error) => error.violations(),
            Self::Invalid(error) => error.violations(),
            Self::Mismatch(error) => error.violations(),
            _ => &[],
        }
    }

    /// Returns the explanation of the API, if the body of the error response has the form
    /// that the spec defines.
    pub fn detail(&self) -> Option<ErrorDetail> {
        match self {
            Self::Status(error) => error.detail(),
            _ => None,
        }
    }

    /// Returns the number of times the request was sent: 0 if the preparation failed, and
    /// more than 1 after [retries](crate::Options#retries).
    pub fn attempts(&self) -> u32 {
        self.transcript().map_or(0, |transcript| transcript.attempts)
    }

    /// Returns the delay that the API requested in `Retry-After`. The client waited for it
    /// between attempts, but not after the last attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        self.transcript()?.response.as_ref()?.retry_after
    }

    /// Returns the effect of the call on the registry.
    pub fn outcome(&self) -> Outcome {
        match (self, self.transcript()) {
            (Self::Pagination(_), _) => Outcome::Done,
            (_, None) => Outcome::NotSent,
            (Self::Transport(error), _) if error.is_not_sent() => Outcome::NotSent,
            (_, Some(transcript)) => {
                transcript.status().map_or(Outcome::Unknown, Outcome::of_status)
            }
        }
    }

    /// Returns whether it is safe to make the same call again, and it may succeed later.
    ///
    /// For reads this is true after network failures and the statuses 408, 429, 502, 503 and
    /// 504. It is false if the server does not speak TLS or its certificate is not trusted. For
    /// writes it is true only if the connection failed before anything was sent: after any
    /// other failure, another call could have the effect twice.
    pub fn is_retryable(&self) -> bool {
        let is_transient = match self {
            Self::Transport(error) => error.is_transient(),
            Self::Status(_) => self.status().is_some_and(is_transient_status),
            _ => false,
        };
        let is_write = self.transcript().is_some_and(Transcript::is_write);
        is_transient && (!is_write || self.outcome() == Outcome::NotSent)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.inner(), f)
    }
}

/// Skips the inner error, which `Display` already shows.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner().source()
    }
}

macro_rules! from_boxed {
    ($($source:ident => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Error {
            fn from(error: $source) -> Self {
                Self::$variant(Box::new(error))
            }
        })*
    };
}

from_boxed! {
    InvalidArgument => Argument,
    AccessError => Access,
    TransportError => Transport,
    StatusError => Status,
    OversizedBody => Oversized,
    InvalidResponse => Invalid,
    MismatchedId => Mismatch,
    PaginationError => Pagination,
}

impl From<InvalidString> for Error {
    fn from(reason: InvalidString) -> Self {
        InvalidArgument::parsed(reason).into()
    }
}
