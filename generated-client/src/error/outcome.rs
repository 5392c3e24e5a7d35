//! The effects of failed calls.

use http::StatusCode;

/// The effect of a failed call on the registry, which [`Error::outcome`](crate::Error::outcome)
/// returns.
///
/// It matters for writes. They cannot be undone, and the API does not recognise repetitions, so
/// only a write with the outcome `NotSent` or `Refused` is safe to make again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was sent: the preparation or the connection failed.
    NotSent,
    /// The API declined the request and did not carry it out: a status of 4xx, or a redirect
    /// with 307 or 308 that was not followed. This includes 408 (the request did not arrive
    /// completely), 425 and 429, which servers send instead of carrying out a request.
    Refused,
    /// The API may have carried out the request: the connection was lost, a timeout expired, or
    /// the status is 5xx or another redirect. Servers also redirect to the result of a write.
    /// Fetch the resource to find out.
    Unknown,
    /// The API carried out the request, but its response is unreadable. The error contains the
    /// body.
    Done,
}

impl Outcome {
    /// Returns the outcome of a failed call whose response has this status.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Self::Done,
            307 | 308 | 400..=499 => Self::Refused,
            _ => Self::Unknown,
        }
    }
}
