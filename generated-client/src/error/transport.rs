//! Failures of the network and of TLS.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::call::transcript::Transcript;

/// A missing or incomplete response.
///
/// `Display` includes the root cause. [`source`](StdError::source) is the error of the HTTP
/// client.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportKind,
    reason: String,
    source: Option<reqwest::Error>,
    pub(super) transcript: Transcript,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportKind {
    Connect,
    /// The server does not speak TLS, or its certificate is not trusted.
    Tls,
    Timeout,
    ConnectionLost,
    /// The request is invalid and can never be sent.
    Request,
}

impl TransportError {
    pub(crate) fn new<E>(failure: progenitor_client::Error<E>, transcript: Transcript) -> Self {
        use progenitor_client::Error as Failure;

        match failure {
            Failure::CommunicationError(error)
            | Failure::InvalidUpgrade(error)
            | Failure::ResponseBodyError(error) => {
                // The URL of a redirect comes from the server and may contain secrets.
                let error = error.without_url();
                let kind = TransportKind::of(&error);
                Self { kind, reason: root_cause(&error), source: Some(error), transcript }
            }
            Failure::InvalidRequest(reason) | Failure::Custom(reason) => {
                Self { kind: TransportKind::Request, reason, source: None, transcript }
            }
            Failure::ErrorResponse(_)
            | Failure::InvalidResponsePayload(..)
            | Failure::UnexpectedResponse(_) => {
                let reason = "the response was not recorded".to_owned();
                Self { kind: TransportKind::ConnectionLost, reason, source: None, transcript }
            }
        }
    }

    /// Returns whether the connection could not be established. The API then received
    /// nothing.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind, TransportKind::Connect | TransportKind::Tls)
    }

    /// Returns whether a timeout expired, including the connect timeout.
    pub fn is_timeout(&self) -> bool {
        self.source.as_ref().is_some_and(reqwest::Error::is_timeout)
    }

    /// Returns the part of the body that arrived. Credentials echoed by the server are replaced
    /// by `[redacted]`.
    pub fn body(&self) -> &[u8] {
        self.transcript.body()
    }

    pub(super) fn is_transient(&self) -> bool {
        self.kind.is_transient()
    }

    /// Returns whether the API certainly received nothing.
    pub(super) fn is_not_sent(&self) -> bool {
        self.kind.is_before_sending() && !self.transcript.is_redirected
    }
}

impl TransportKind {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_builder() || error.is_redirect() {
            Self::Request
        } else if error.is_connect() && is_tls_failure(error) {
            Self::Tls
        } else if error.is_connect() {
            Self::Connect
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::ConnectionLost
        }
    }

    /// Returns whether another attempt may succeed.
    pub(crate) fn is_transient(self) -> bool {
        !matches!(self, Self::Request | Self::Tls)
    }

    /// Returns whether the failure prevented sending.
    ///
    /// A connection that closes while a request waits for it is not included, although hyper may
    /// know that it wrote nothing: reqwest does not reveal the difference.
    pub(crate) fn is_before_sending(self) -> bool {
        matches!(self, Self::Connect | Self::Tls | Self::Request)
    }

    fn summary(self) -> &'static str {
        match self {
            Self::Connect => "connection failed",
            Self::Tls => "TLS connection failed",
            Self::Timeout => "request timed out",
            Self::ConnectionLost => "connection lost",
            Self::Request => "request could not be sent",
        }
    }
}

/// An error that supports downcasting.
type Cause = dyn StdError + 'static;

/// Returns whether connecting failed because the data of the server is not valid TLS.
fn is_tls_failure(error: &Cause) -> bool {
    causes(error)
        .any(|cause| cause.downcast_ref().is_some_and(is_invalid_data) || is_openssl_error(cause))
}

/// Returns whether rustls rejected the data of the server: it reports invalid TLS as invalid
/// data, and interruptions as other kinds. A nested I/O error is not visible as a source.
fn is_invalid_data(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::InvalidData || inner.is_some_and(is_invalid_data)
}

/// Returns whether OpenSSL rejected the data of the server: its error then has a source of
/// its own, whereas an interruption has an I/O error or no source. TLS on Windows and macOS
/// does not distinguish the two, so all its errors are retried.
#[cfg(feature = "native-tls")]
fn is_openssl_error(error: &Cause) -> bool {
    error.is::<native_tls::Error>() && error.source().is_some_and(|cause| !cause.is::<io::Error>())
}

#[cfg(not(feature = "native-tls"))]
fn is_openssl_error(_: &Cause) -> bool {
    false
}

fn root_cause(error: &Cause) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// Returns an error and its chain of sources.
fn causes(error: &Cause) -> impl Iterator<Item = &Cause> {
    std::iter::successors(Some(error), |&error| error.source())
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, reason, transcript, .. } = self;
        write!(f, "{}: {}", transcript.operation(), kind.summary())?;
        if let Some(status) = transcript.status() {
            write!(f, " while reading the body of HTTP {status}")?;
        }
        write!(f, ": {reason} ({transcript})")
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
