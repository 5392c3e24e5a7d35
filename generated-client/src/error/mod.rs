//! What can go wrong with a call.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;

use crate::call::transcript::Record;
use crate::scalars::string::InvalidString;
use crate::types::{ErrorBody, ErrorDetail, ValidationError};
use crate::validate::{Violation, excerpt, is_control};

/// The most characters of a server's words that an error displays.
const LINE: usize = 256;

/// Why a call, or the preparation for one, failed.
///
/// Whatever happened, the same questions can be asked: [`status`](Self::status),
/// [`body`](Self::body), [`request_id`](Self::request_id), [`field`](Self::field),
/// [`violations`](Self::violations), [`detail`](Self::detail) and
/// [`is_retryable`](Self::is_retryable). It displays as one line, and wherever a server
/// repeats one of the [`Credentials`](crate::Credentials), `[redacted]` is in its place.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A setting is missing or cannot be used, such as the base URL.
    Configuration(InvalidSetting),
    /// A credential is missing or cannot be used.
    Credentials(InvalidSetting),
    /// An argument is not what the spec asks for. Nothing was sent.
    Argument(Box<InvalidArgument>),
    /// There was no response, or only a part of one.
    Transport(Box<TransportError>),
    /// The response has a status that is not one of success: the API refused, failed,
    /// or redirected to where the client does not follow.
    Status(Box<StatusError>),
    /// The body of the response is larger than the client takes.
    Oversized(Box<OversizedBody>),
    /// The response is one of success, and its body breaks rules of the spec.
    Invalid(Box<InvalidResponse>),
}

impl Error {
    fn inner(&self) -> &(dyn StdError + 'static) {
        match self {
            Self::Configuration(error) | Self::Credentials(error) => error,
            Self::Argument(error) => error,
            Self::Transport(error) => error,
            Self::Status(error) => error,
            Self::Oversized(error) => error,
            Self::Invalid(error) => error,
        }
    }

    /// The status of the response, if one arrived.
    pub fn status(&self) -> Option<StatusCode> {
        self.record()?.status()
    }

    /// The first 1024 bytes of the response's body as text, if a body arrived.
    pub fn body(&self) -> Option<Cow<'_, str>> {
        self.record()?.excerpt()
    }

    /// How the server, or a proxy in front of it, calls the request, if it said so:
    /// worth quoting to its owners.
    pub fn request_id(&self) -> Option<&str> {
        self.record()?.request_id()
    }

    /// What the error is about: the name of a setting or an argument, the JSON pointer
    /// of the first violation in a response, or the place in the request that the API
    /// names, as in `path.id`.
    pub fn field(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Configuration(error) | Self::Credentials(error) => Some(error.setting.into()),
            Self::Argument(error) => error.name.map(Cow::from),
            Self::Invalid(error) => error.violations.first().map(|found| (&found.pointer).into()),
            Self::Status(error) => match error.detail()? {
                ErrorDetail::ValidationErrors(errors) => Some(location(errors.first()?).into()),
                ErrorDetail::Message(_) => None,
            },
            Self::Transport(_) | Self::Oversized(_) => None,
        }
    }

    /// Everything in which the response breaks the rules of the spec.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Invalid(error) => &error.violations,
            _ => &[],
        }
    }

    /// What the API says about the failure, if it says so in the form that the spec
    /// gives its errors.
    pub fn detail(&self) -> Option<ErrorDetail> {
        match self {
            Self::Status(error) => error.detail(),
            _ => None,
        }
    }

    /// How often the request was sent: not at all where the preparation failed, and
    /// more than once where [trying again](crate::Options#what-is-tried-again) was
    /// worth it.
    pub fn attempts(&self) -> u32 {
        self.record().map_or(0, |record| record.tries)
    }

    /// For how long the API asks its callers to stay away, if it says so. The client
    /// has waited for it between its tries, though not after the last one.
    pub fn retry_after(&self) -> Option<Duration> {
        self.record()?.reply.as_ref()?.retry_after
    }

    /// Whether the same call may succeed later: after a failure of the network, and
    /// after a status of 408, 429, 502, 503 or 504. A server that speaks no TLS, or whose
    /// certificate is not to be trusted, is not worth another try.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(error) => error.kind.may_pass(),
            Self::Status(error) => error.record.status().is_some_and(is_retryable),
            _ => false,
        }
    }

    fn record(&self) -> Option<&Record> {
        match self {
            Self::Configuration(_) | Self::Credentials(_) | Self::Argument(_) => None,
            Self::Transport(error) => Some(&error.record),
            Self::Status(error) => Some(&error.record),
            Self::Oversized(error) => Some(&error.record),
            Self::Invalid(error) => Some(&error.record),
        }
    }
}

pub(crate) fn is_retryable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.inner(), f)
    }
}

/// An error and its variant are one in the chain of sources.
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
    TransportError => Transport,
    StatusError => Status,
    OversizedBody => Oversized,
    InvalidResponse => Invalid,
}

impl From<InvalidString> for Error {
    fn from(reason: InvalidString) -> Self {
        InvalidArgument { name: None, reason }.into()
    }
}

/// A setting that is missing or cannot be used. Its value is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting {
    setting: &'static str,
    reason: Cow<'static, str>,
}

impl InvalidSetting {
    pub(crate) fn new(setting: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { setting, reason: reason.into() }
    }

    /// The setting: a variable of the environment, or what a function takes, as in
    /// `the base URL`.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.setting, self.reason)
    }
}

impl StdError for InvalidSetting {}

/// An argument that is not what the spec asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidArgument {
    name: Option<&'static str>,
    reason: InvalidString,
}

impl InvalidArgument {
    pub(crate) fn named(name: &'static str, reason: InvalidString) -> Self {
        Self { name: Some(name), reason }
    }

    /// The name of the parameter, where it is an argument of a call.
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// What is wrong with it.
    pub fn reason(&self) -> &InvalidString {
        &self.reason
    }
}

impl fmt::Display for InvalidArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write!(f, "the argument `{name}` is {}; nothing was sent", self.reason),
            None => self.reason.fmt(f),
        }
    }
}

impl StdError for InvalidArgument {}

/// There was no response, or only a part of one.
///
/// Its [`source`](StdError::source) is what the HTTP client reports. The root of that
/// is part of what this displays.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportKind,
    reason: String,
    source: Option<reqwest::Error>,
    record: Record,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportKind {
    Connect,
    /// The server speaks no TLS, or its certificate is not to be trusted.
    Tls,
    Timeout,
    Broken,
    /// The request could not be made, and never will be.
    Request,
}

impl TransportError {
    pub(crate) fn new<E>(failure: progenitor_client::Error<E>, record: Record) -> Self {
        use progenitor_client::Error as Failure;

        match failure {
            Failure::CommunicationError(error)
            | Failure::InvalidUpgrade(error)
            | Failure::ResponseBodyError(error) => {
                // The URL of a redirect is the server's, with whatever it put there.
                let error = error.without_url();
                let kind = TransportKind::of(&error);
                Self { kind, reason: root_cause(&error), source: Some(error), record }
            }
            Failure::InvalidRequest(reason) | Failure::Custom(reason) => {
                Self { kind: TransportKind::Request, reason, source: None, record }
            }
            Failure::ErrorResponse(_)
            | Failure::InvalidResponsePayload(..)
            | Failure::UnexpectedResponse(_) => {
                let reason = "the response was not recorded".to_owned();
                Self { kind: TransportKind::Broken, reason, source: None, record }
            }
        }
    }

    /// Whether no connection could be made, so that the API saw nothing of the call.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind, TransportKind::Connect | TransportKind::Tls)
    }

    /// Whether time ran out, also that for making a connection.
    pub fn is_timeout(&self) -> bool {
        self.source.as_ref().is_some_and(reqwest::Error::is_timeout)
    }
}

impl TransportKind {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_builder() || error.is_redirect() {
            Self::Request
        } else if error.is_connect() && is_bad_tls(error) {
            Self::Tls
        } else if error.is_connect() {
            Self::Connect
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken
        }
    }

    /// Whether another try may do better.
    pub(crate) fn may_pass(self) -> bool {
        !matches!(self, Self::Request | Self::Tls)
    }

    fn what(self) -> &'static str {
        match self {
            Self::Connect => "could not connect",
            Self::Tls => "could not connect by TLS",
            Self::Timeout => "ran out of time",
            Self::Broken => "lost its connection",
            Self::Request => "could not be made",
        }
    }
}

/// An error whose type can be told.
type Cause = dyn StdError + 'static;

/// Whether what the server sent to make a connection is not what TLS asks for.
fn is_bad_tls(error: &Cause) -> bool {
    causes(error)
        .any(|cause| cause.downcast_ref().is_some_and(is_invalid_data) || is_of_openssl(cause))
}

/// rustls reports bad TLS as invalid data, and an interruption as something else. An I/O
/// error within another is not its source.
fn is_invalid_data(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::InvalidData || inner.is_some_and(is_invalid_data)
}

/// OpenSSL reports bad TLS with an error of its own for a cause, and an interruption with
/// an I/O error or none. The TLS of Windows and macOS does not tell the two apart: what it
/// reports is tried again.
#[cfg(feature = "native-tls")]
fn is_of_openssl(error: &Cause) -> bool {
    error.is::<native_tls::Error>() && error.source().is_some_and(|cause| !cause.is::<io::Error>())
}

#[cfg(not(feature = "native-tls"))]
fn is_of_openssl(_: &Cause) -> bool {
    false
}

fn root_cause(error: &Cause) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// An error, its source, the source of that and so on.
fn causes(error: &Cause) -> impl Iterator<Item = &Cause> {
    std::iter::successors(Some(error), |&error| error.source())
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, reason, record, .. } = self;
        write!(f, "{} {}", record.operation(), kind.what())?;
        if let Some(status) = record.status() {
            write!(f, " within the body of a response of {status}")?;
        }
        write!(f, ": {reason} ({record})")
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

/// A response whose status is not one that the operation succeeds with.
#[derive(Debug)]
pub struct StatusError {
    record: Record,
}

impl StatusError {
    pub(crate) fn new(record: Record) -> Self {
        Self { record }
    }

    /// The whole body. Were it to repeat one of the credentials, `[redacted]` would be
    /// in its place.
    pub fn body(&self) -> &[u8] {
        self.record.body()
    }

    fn detail(&self) -> Option<ErrorDetail> {
        serde_json::from_slice::<ErrorBody>(self.record.body()).ok()?.detail
    }

    /// What the body says, on one line.
    fn said(&self) -> Option<String> {
        let said = match self.detail() {
            Some(ErrorDetail::Message(message)) => one_line(&message),
            Some(ErrorDetail::ValidationErrors(errors)) => {
                let say = |error| one_line(&format!("{}: {}", location(error), error.msg));
                shorten(&errors.iter().map(say).collect::<Vec<_>>())
            }
            None => one_line(&self.record.excerpt()?),
        };
        (!said.is_empty()).then_some(said)
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record } = self;
        write!(f, "{} was answered", record.operation())?;
        if let Some(status) = record.status() {
            write!(f, " {status}")?;
        }
        if let Some((location, is_url)) = record.location() {
            let why = match is_url {
                true => "credentials are sent to no other origin, and few redirects are followed",
                false => "it is no URL",
            };
            write!(f, ", a redirect to {} that was not followed: {why}", excerpt(location))?;
        } else if let Some(said) = self.said() {
            write!(f, ": {said}")?;
        }
        write!(f, " ({record})")?;
        match record.status() {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                f.write_str("; check both credentials, and that they belong to this environment")
            }
            _ => Ok(()),
        }
    }
}

impl StdError for StatusError {}

/// A response whose body is larger than the client takes.
#[derive(Debug)]
pub struct OversizedBody {
    limit: usize,
    record: Record,
}

impl OversizedBody {
    pub(crate) fn new(limit: usize, record: Record) -> Self {
        Self { limit, record }
    }

    /// How many bytes a body may have.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for OversizedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, record } = self;
        let operation = record.operation();
        write!(f, "{operation} was answered with more than {limit} bytes ({record})")
    }
}

impl StdError for OversizedBody {}

/// A response of success whose body breaks rules of the spec.
///
/// It loses nothing: the body is here, and so is the value, unless the body is not
/// JSON or nothing that the value's type can hold.
///
/// ```no_run
/// use isometric_registry::{Error, Registry, types::CreditBatch};
///
/// # async fn example(registry: Registry) -> Result<(), Error> {
/// # let id = "ctb_1DRBTYA8Q1S07CBY".parse()?;
/// match registry.credit_batch(&id).await {
///     Ok(batch) => println!("{}", batch.serial_number),
///     Err(Error::Invalid(rejected)) => {
///         for violation in rejected.violations() {
///             eprintln!("{violation}");
///         }
///         if let Some(batch) = rejected.value::<CreditBatch>() {
///             println!("{}", batch.serial_number);
///         }
///     }
///     Err(other) => return Err(other),
/// }
/// # Ok(())
/// # }
/// ```
pub struct InvalidResponse {
    violations: Vec<Violation>,
    value: Option<Box<dyn Any + Send + Sync>>,
    record: Record,
}

impl InvalidResponse {
    pub(crate) fn decoded<T: Any + Send + Sync>(
        value: T,
        violations: Vec<Violation>,
        record: Record,
    ) -> Self {
        Self { violations, value: Some(Box::new(value)), record }
    }

    pub(crate) fn undecodable(violations: Vec<Violation>, record: Record) -> Self {
        Self { violations, value: None, record }
    }

    /// Everything in which the body breaks the rules of the spec, which is at least one.
    /// Where it is only the value's type that could not hold the body, that is a
    /// violation too.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The value, if the body could be decoded and the value is of the type `T`.
    pub fn value<T: Any>(&self) -> Option<&T> {
        self.value.as_ref()?.downcast_ref()
    }

    /// The value, on the terms of [`value`](Self::value).
    pub fn into_value<T: Any>(self) -> Option<T> {
        self.value?.downcast().ok().map(|value| *value)
    }

    /// The whole body. Were it to repeat one of the credentials, `[redacted]` would be
    /// in its place.
    pub fn body(&self) -> &[u8] {
        self.record.body()
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { violations, record, .. } = self;
        let found = shorten(violations);
        write!(
            f,
            "{} was answered with what breaks the spec: {found} ({record})",
            record.operation()
        )
    }
}

impl fmt::Debug for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidResponse")
            .field("violations", &self.violations)
            .field("has_value", &self.value.is_some())
            .field("record", &self.record)
            .finish()
    }
}

impl StdError for InvalidResponse {}

/// The place in the request that the API finds fault with, as in `path.id`.
fn location(error: &ValidationError) -> String {
    let steps: Vec<_> = error.loc.iter().map(ToString::to_string).collect();
    steps.join(".")
}

/// The first of several findings, and how many more there are.
fn shorten<T: fmt::Display>(findings: &[T]) -> String {
    match findings {
        [] => String::new(),
        [only] => only.to_string(),
        [first, others @ ..] => format!("{first}; and {} more", others.len()),
    }
}

/// The start of a text on one line, without characters that control a terminal.
fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || is_control(character));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, one_line, shorten};

    #[test]
    fn an_error_is_small_and_can_go_anywhere() {
        fn can_go_anywhere<T: Send + Sync + 'static>() {}
        can_go_anywhere::<Error>();
        assert!(size_of::<Error>() <= 48);
    }

    #[test]
    fn the_words_of_a_server_are_one_bounded_line() {
        assert_eq!(one_line(" a\r\n\tb\u{1b}[2Jc\u{85}d "), "a b [2Jc d");
        assert_eq!(one_line("a\u{202e}b\u{2066}\u{200f}c"), "a b c");
        assert_eq!(one_line(&"é".repeat(256)), "é".repeat(256));
        assert_eq!(one_line(&"é".repeat(257)), "é".repeat(256) + "…");
    }

    #[test]
    fn of_many_findings_the_first_is_shown_and_the_others_counted() {
        assert_eq!(shorten(&["a"]), "a");
        assert_eq!(shorten(&["a", "b", "c"]), "a; and 2 more");
    }

    #[test]
    fn a_text_that_could_not_be_parsed_becomes_an_error() {
        let reason = "ctb_".parse::<crate::types::CreditBatchId>().unwrap_err();
        let error = Error::from(reason.clone());
        assert_eq!(error.to_string(), reason.to_string());
        assert_eq!(error.field(), None);
    }
}
