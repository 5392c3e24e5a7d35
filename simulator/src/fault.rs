//! Failures on demand.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

/// A failure that affects the next requests.
///
/// A fault affects one request to any path, unless [`on`](Self::on), [`times`](Self::times) or
/// [`always`](Self::always) change that.
///
/// ```
/// use std::time::Duration;
///
/// use http::StatusCode;
/// use isometric_registry_simulator::Fault;
///
/// let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS).retry_after(2).times(3);
/// let slow = Fault::delay(Duration::from_millis(50)).always();
/// let truncated = Fault::truncate(100).on("/credit_batches/ctb_1DRBTYA8Q1S07CBY");
/// let refused = Fault::status(StatusCode::FORBIDDEN).on("create_retirement");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault has no effect until it is passed to `Simulator::inject`"]
pub struct Fault {
    pub(crate) effect: FaultEffect,
    pub(crate) delay: Duration,
    pub(crate) retry_after: Option<HeaderValue>,
    /// A path below the base URL, or the `operationId` of an operation.
    target: Option<String>,
    /// The number of requests that the fault still affects. `None` means all requests.
    remaining: Option<usize>,
}

/// The effect of a fault on the response.
#[derive(Clone, Debug)]
pub(crate) enum FaultEffect {
    /// The response is sent unchanged.
    None,
    /// Another response is sent.
    Status(StatusCode, Option<(HeaderValue, Bytes)>),
    /// The connection is reset before the response.
    Reset,
    /// The connection ends after this number of bytes of the body.
    Truncate(usize),
}

impl Fault {
    /// Responds with a status of 200 or more and an error body like FastAPI's.
    pub fn status(status: StatusCode) -> Self {
        Self::new(FaultEffect::Status(status, None))
    }

    /// Responds with a status of 200 or more and any body, for example the HTML page of a proxy.
    pub fn body(status: StatusCode, media_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        Self::new(FaultEffect::Status(status, Some((media_type, body.into()))))
    }

    /// Delays the ordinary response.
    pub fn delay(delay: Duration) -> Self {
        Self::new(FaultEffect::None).after(delay)
    }

    /// Resets the connection (TCP RST) before the first byte of the response.
    pub fn reset() -> Self {
        Self::new(FaultEffect::Reset)
    }

    /// Sends the headers and the first `bytes` bytes of the ordinary response, but never the
    /// complete body, and closes the connection.
    pub fn truncate(bytes: usize) -> Self {
        Self::new(FaultEffect::Truncate(bytes))
    }

    fn new(effect: FaultEffect) -> Self {
        Self { effect, delay: Duration::ZERO, retry_after: None, target: None, remaining: Some(1) }
    }

    /// Waits before the fault takes effect.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Adds the header `Retry-After`: a number of seconds, or any `HeaderValue` such as a date.
    pub fn retry_after(self, value: impl Into<HeaderValue>) -> Self {
        Self { retry_after: Some(value.into()), ..self }
    }

    /// Affects only requests to a path below the base URL, such as `/credit_batches/ctb_…`, or to
    /// an operation, by its `operationId`.
    pub fn on(self, path_or_operation: impl Into<String>) -> Self {
        Self { target: Some(path_or_operation.into()), ..self }
    }

    /// Affects the next `times` requests.
    pub fn times(self, times: usize) -> Self {
        Self { remaining: Some(times), ..self }
    }

    /// Affects all requests.
    pub fn always(self) -> Self {
        Self { remaining: None, ..self }
    }
}

/// The injected faults, in the order of injection.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes the oldest fault that affects a request to a path below the base URL, which may be
    /// that of an operation.
    pub(crate) fn take(&mut self, path: &str, operation: Option<&str>) -> Option<Fault> {
        self.0.retain(|fault| fault.remaining != Some(0));
        let affects = |fault: &&mut Fault| {
            fault.target.as_deref().is_none_or(|on| on == path || Some(on) == operation)
        };
        let fault = self.0.iter_mut().find(affects)?;
        fault.remaining = fault.remaining.map(|remaining| remaining - 1);
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Fault, FaultEffect, Faults};

    fn take(faults: &mut Faults, path: &str) -> Option<u16> {
        match faults.take(path, Some("supplier"))?.effect {
            FaultEffect::Status(status, _) => Some(status.as_u16()),
            effect => panic!("unexpected {effect:?}"),
        }
    }

    #[test]
    fn takes_the_oldest_fault_the_given_number_of_times() {
        let mut faults = Faults::default();
        faults.inject(Fault::status(StatusCode::BAD_GATEWAY).times(2));
        faults.inject(Fault::status(StatusCode::NOT_FOUND).times(0));
        faults.inject(Fault::status(StatusCode::TOO_MANY_REQUESTS));
        let statuses: Vec<_> = (0..4).map(|_| take(&mut faults, "/")).collect();
        assert_eq!(statuses, [Some(502), Some(502), Some(429), None]);
    }

    #[test]
    fn keeps_a_fault_for_its_path() {
        let mut faults = Faults::default();
        faults.inject(Fault::status(StatusCode::BAD_GATEWAY).on("/a"));
        faults.inject(Fault::status(StatusCode::NOT_FOUND).always());
        let statuses = ["/b", "/a", "/a"].map(|path| take(&mut faults, path));
        assert_eq!(statuses, [Some(404), Some(502), Some(404)]);
        faults.clear();
        assert_eq!(take(&mut faults, "/a"), None);
    }

    #[test]
    fn keeps_a_fault_for_its_operation() {
        let mut faults = Faults::default();
        faults.inject(Fault::status(StatusCode::GONE).on("suppliers"));
        faults.inject(Fault::status(StatusCode::BAD_GATEWAY).on("supplier"));
        assert_eq!(take(&mut faults, "/a"), Some(502));
        assert_eq!(take(&mut faults, "/a"), None);
    }
}
