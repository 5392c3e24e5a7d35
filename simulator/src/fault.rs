//! Failures on demand.

use std::time::Duration;

use axum::body::Bytes;
use http::{HeaderValue, StatusCode};

/// A failure to be met by the next requests.
///
/// It is met once, whatever the path; [`on`](Self::on), [`times`](Self::times) and
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
/// let half = Fault::cut(100).on("/credit_batches/ctb_1DRBTYA8Q1S07CBY");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault does nothing until `Simulator::inject` is given it"]
pub struct Fault {
    pub(crate) effect: Effect,
    pub(crate) delay: Duration,
    pub(crate) retry_after: Option<HeaderValue>,
    path: Option<String>,
    left: Option<usize>,
}

/// What becomes of the answer.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// It is sent as it is.
    None,
    /// Another is sent.
    Status(StatusCode, Option<(HeaderValue, Bytes)>),
    /// The connection is reset before it.
    Reset,
    /// The connection ends after so many bytes of its body.
    Cut(usize),
}

impl Fault {
    /// An answer with a status of 200 or more, and an error body as FastAPI gives it.
    pub fn status(status: StatusCode) -> Self {
        Self::new(Effect::Status(status, None))
    }

    /// An answer with a status of 200 or more, and a body of some media type: the page
    /// of a proxy, for instance.
    pub fn body(status: StatusCode, media_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        Self::new(Effect::Status(status, Some((media_type, body.into()))))
    }

    /// The ordinary answer, late.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::None).after(delay)
    }

    /// A connection that is reset (TCP RST) before a byte of the answer.
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// The header of the ordinary answer, so many bytes of its body, or all but one
    /// where it has no more, and the end of the connection.
    pub fn cut(bytes: usize) -> Self {
        Self::new(Effect::Cut(bytes))
    }

    fn new(effect: Effect) -> Self {
        Self { effect, delay: Duration::ZERO, retry_after: None, path: None, left: Some(1) }
    }

    /// Waits before the fault.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Adds `Retry-After` to the answer: seconds, or any `HeaderValue` such as a date.
    pub fn retry_after(self, value: impl Into<HeaderValue>) -> Self {
        Self { retry_after: Some(value.into()), ..self }
    }

    /// Only for requests to a path below the base URL, as in `/credit_batches/ctb_…`.
    pub fn on(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// For so many requests, and then no more.
    pub fn times(self, times: usize) -> Self {
        Self { left: Some(times), ..self }
    }

    /// For every request from now on.
    pub fn always(self) -> Self {
        Self { left: None, ..self }
    }
}

/// The faults that are still to be met, in the order in which they were injected.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault that a request to a path below the base URL meets: the oldest that
    /// is for it.
    pub(crate) fn meet(&mut self, path: &str) -> Option<Fault> {
        self.0.retain(|fault| fault.left != Some(0));
        let is_for = |fault: &&mut Fault| fault.path.as_deref().is_none_or(|on| on == path);
        let fault = self.0.iter_mut().find(is_for)?;
        fault.left = fault.left.map(|left| left - 1);
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Effect, Fault, Faults};

    fn met(faults: &mut Faults, path: &str) -> Option<u16> {
        match faults.meet(path)?.effect {
            Effect::Status(status, _) => Some(status.as_u16()),
            effect => panic!("{effect:?}"),
        }
    }

    #[test]
    fn a_fault_is_met_as_often_as_it_says_and_the_oldest_first() {
        let mut faults = Faults::default();
        faults.inject(Fault::status(StatusCode::BAD_GATEWAY).times(2));
        faults.inject(Fault::status(StatusCode::NOT_FOUND).times(0));
        faults.inject(Fault::status(StatusCode::TOO_MANY_REQUESTS));
        let statuses: Vec<_> = (0..4).map(|_| met(&mut faults, "/")).collect();
        assert_eq!(statuses, [Some(502), Some(502), Some(429), None]);
    }

    #[test]
    fn a_fault_of_another_path_waits_for_it() {
        let mut faults = Faults::default();
        faults.inject(Fault::status(StatusCode::BAD_GATEWAY).on("/a"));
        faults.inject(Fault::status(StatusCode::NOT_FOUND).always());
        let statuses = ["/b", "/a", "/a"].map(|path| met(&mut faults, path));
        assert_eq!(statuses, [Some(404), Some(502), Some(404)]);
        faults.clear();
        assert_eq!(met(&mut faults, "/a"), None);
    }
}
