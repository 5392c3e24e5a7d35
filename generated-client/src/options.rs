//! Options of calls: retries, timeouts and limits.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backon::{Sleeper, TokioSleeper};

use crate::call::retry::RetryDelays;
use crate::error::InvalidSetting;

/// Options of calls: retries, timeouts and limits.
///
/// ```
/// use std::time::Duration;
///
/// use isometric_registry::{Credentials, Error, Options, Registry};
///
/// # fn example(credentials: Credentials) -> Result<(), Error> {
/// let patient = Options::new().retries(8).total_timeout(Duration::from_secs(600));
/// let registry = Registry::sandbox(credentials)?.with_options(patient)?;
/// # Ok(())
/// # }
/// ```
///
/// # Retries
///
/// Reads (`GET`) are retried after
///
/// - a connection that failed, or was lost before the response was complete;
/// - a timeout that expired before the body of the response began;
/// - a status of 408, 429, 502, 503 or 504.
///
/// Writes are sent once. They are retried only after a connection that failed before anything
/// was sent.
///
/// Before each retry the client waits for a random time below a bound that doubles with each
/// retry (exponential backoff with full jitter), or for the time that `Retry-After` requests if
/// that is longer. No delay exceeds [`max_retry_delay`](Self::max_retry_delay), and a call ends
/// early if the next delay would exceed its [`total_timeout`](Self::total_timeout).
#[derive(Clone)]
pub struct Options {
    retries: usize,
    backoff: Duration,
    max_retry_delay: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) total_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) concurrency: usize,
    seed: Option<u64>,
    sleep: Sleep,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

type Sleep = Arc<dyn Fn(Duration) -> SleepFuture + Send + Sync>;
type SleepFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Options {
    /// Creates options with the default values, which are documented at each method.
    pub fn new() -> Self {
        Self {
            retries: 3,
            backoff: Duration::from_millis(250),
            max_retry_delay: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(120),
            body_limit: 8 * 1024 * 1024,
            concurrency: 16,
            seed: None,
            sleep: Arc::new(|delay| Box::pin(TokioSleeper.sleep(delay))),
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Sets the maximum number of retries of a call. Default: 3.
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// Disables retries.
    pub fn without_retries(self) -> Self {
        self.retries(0)
    }

    /// Sets the bound of the random delay before the first retry. It doubles with each further
    /// retry. Default: 250 milliseconds.
    pub fn backoff(mut self, bound: Duration) -> Self {
        self.backoff = bound;
        self
    }

    /// Sets the maximum delay before a retry, even if `Retry-After` requests more. Default: 30
    /// seconds.
    pub fn max_retry_delay(mut self, max: Duration) -> Self {
        self.max_retry_delay = max;
        self
    }

    /// Sets the timeout for establishing a connection. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the timeout of one attempt, from its start to the last byte of the body. Default:
    /// 30 seconds.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets the timeout of a call, including all attempts and the delays between them. Default:
    /// 120 seconds.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// Sets the maximum size of a response body in bytes, after decompression. Default: 8 MiB.
    ///
    /// A larger body is an [`Error::Oversized`](crate::Error::Oversized). The client never
    /// holds more than the limit.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets the number of calls that a [`BulkResults`](crate::BulkResults) or a
    /// [`lineage`](crate::Registry::lineage) makes at the same time. Default: 16.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls;
        self
    }

    /// Sets the seed of the random delays, which makes the delays of every call equal.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Replaces Tokio's timer for the delays before retries, so that tests do not wait.
    pub fn sleep_with<F>(mut self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.sleep = Arc::new(move |delay| Box::pin(sleep(delay)));
        self
    }

    /// Replaces the system clock, which access tokens and dates in `Retry-After` are compared
    /// with.
    pub fn clock_with(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Returns an error if a limit is zero, because no call could succeed.
    pub(crate) fn validated(self) -> Result<Self, InvalidSetting> {
        let limits = [
            ("connect timeout", self.connect_timeout.is_zero()),
            ("attempt timeout", self.attempt_timeout.is_zero()),
            ("total timeout", self.total_timeout.is_zero()),
            ("body limit", self.body_limit == 0),
            ("concurrency", self.concurrency == 0),
        ];
        match limits.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((setting, _)) => Err(InvalidSetting::new(setting, "must be greater than zero")),
            None => Ok(self),
        }
    }

    /// Returns the delays before the retries of one call.
    pub(crate) fn retry_delays(&self) -> RetryDelays {
        let rng = self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        RetryDelays::new(self.retries, self.backoff, self.max_retry_delay, rng)
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    pub(crate) async fn sleep(&self, delay: Duration) {
        (self.sleep)(delay).await;
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("retries", &self.retries)
            .field("backoff", &self.backoff)
            .field("max_retry_delay", &self.max_retry_delay)
            .field("connect_timeout", &self.connect_timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("total_timeout", &self.total_timeout)
            .field("body_limit", &self.body_limit)
            .field("concurrency", &self.concurrency)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn equal_seeds_have_equal_delays() {
        let delays = |seed| {
            let mut delays = Options::new().seed(seed).retry_delays();
            std::iter::from_fn(|| delays.next(None)).collect::<Vec<_>>()
        };
        assert_eq!(delays(7), delays(7));
        assert_eq!(delays(7).len(), 3);
    }
}
