//! What a caller may choose about every call.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder, Sleeper, TokioSleeper};

use crate::error::InvalidSetting;

/// How calls are made: how often one is tried, how long it may take, how large its
/// response may be, and how many run at once.
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
/// # What is tried again
///
/// A call of an idempotent method, after
///
/// - a connection that could not be made, or was lost before the response was whole;
/// - a time limit that ran out before the body of the response began;
/// - a status of 408, 429, 502, 503 or 504.
///
/// Before each further try the client waits: a random time below a bound that doubles
/// from try to try (exponential backoff with full jitter), or what `Retry-After` asks
/// for where that is longer, but never more than [`longest_wait`](Self::longest_wait).
/// A wait that would outlast [`total_timeout`](Self::total_timeout) is not begun.
#[derive(Clone)]
pub struct Options {
    retries: usize,
    backoff: Duration,
    longest_wait: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) total_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) concurrency: usize,
    seed: Option<u64>,
    sleep: Sleep,
}

type Sleep = Arc<dyn Fn(Duration) -> SleepFuture + Send + Sync>;
type SleepFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Options {
    /// The options of a [`Registry`](crate::Registry) that is given no others: those
    /// that each method here names as its default.
    pub fn new() -> Self {
        Self {
            retries: 3,
            backoff: Duration::from_millis(250),
            longest_wait: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(120),
            body_limit: 8 * 1024 * 1024,
            concurrency: 16,
            seed: None,
            sleep: Arc::new(|wait| Box::pin(TokioSleeper.sleep(wait))),
        }
    }

    /// How often a call is tried again after it failed: 3 times, unless set.
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// Tries every call once.
    pub fn without_retries(self) -> Self {
        self.retries(0)
    }

    /// The bound of the random time before the second try, which doubles with each
    /// further one: 250 milliseconds, unless set.
    pub fn backoff(mut self, bound: Duration) -> Self {
        self.backoff = bound;
        self
    }

    /// The longest time between two tries, whatever `Retry-After` asks for: 30
    /// seconds, unless set.
    pub fn longest_wait(mut self, longest: Duration) -> Self {
        self.longest_wait = longest;
        self
    }

    /// How long making a connection may take: 10 seconds, unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long one try may take, from its start to the last byte of the body: 30
    /// seconds, unless set.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// How long a call may take in all, with every try and the time between them: 120
    /// seconds, unless set.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.total_timeout = limit;
        self
    }

    /// The most bytes that the body of a response may have, after decompression where
    /// there is any: 8 MiB, unless set. A larger one is an
    /// [`Error::Oversized`](crate::Error::Oversized), and no more than this of it is
    /// ever held.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How many calls one [`BulkResults`](crate::BulkResults) or one
    /// [`lineage`](crate::Registry::lineage) makes at the same time: 16, unless set.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls;
        self
    }

    /// Takes the random times between tries from this seed, so that they are the same
    /// for each call.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Spends the time between tries in `sleep` and not in Tokio's timer: for tests
    /// that do not want to wait.
    pub fn sleep_with<F>(mut self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.sleep = Arc::new(move |wait| Box::pin(sleep(wait)));
        self
    }

    /// The same, unless one of them allows for nothing at all.
    pub(crate) fn check(self) -> Result<Self, InvalidSetting> {
        let limits = [
            ("the connect timeout", self.connect_timeout.is_zero()),
            ("the timeout of a try", self.attempt_timeout.is_zero()),
            ("the total timeout", self.total_timeout.is_zero()),
            ("the body limit", self.body_limit == 0),
            ("the concurrency", self.concurrency == 0),
        ];
        match limits.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((setting, _)) => {
                Err(InvalidSetting::new(setting, "is zero, with which no call can succeed"))
            }
            None => Ok(self),
        }
    }

    /// The times before each further try of one call.
    pub(crate) fn waits(&self) -> Waits {
        let bounds = ExponentialBuilder::new()
            .with_min_delay(self.backoff)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.retries)
            .build();
        let random = self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Waits { bounds, random, longest: self.longest_wait }
    }

    pub(crate) async fn sleep(&self, wait: Duration) {
        (self.sleep)(wait).await;
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
            .field("longest_wait", &self.longest_wait)
            .field("connect_timeout", &self.connect_timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("total_timeout", &self.total_timeout)
            .field("body_limit", &self.body_limit)
            .field("concurrency", &self.concurrency)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// How long to wait before each further try: exponential backoff with full jitter.
/// backon has a jitter of its own, which is added to the bound: waits would then never
/// be short, and calls that failed together would come again closer together.
pub(crate) struct Waits {
    bounds: ExponentialBackoff,
    random: fastrand::Rng,
    longest: Duration,
}

impl Waits {
    /// The next time to wait, which is not shorter than the API asks for. `None` where
    /// no try is left.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let bound = self.bounds.next()?.min(self.longest);
        let random = bound.mul_f64(self.random.f64());
        Some(random.max(asked.unwrap_or_default()).min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Options;

    const SECOND: Duration = Duration::from_secs(1);

    fn waits(options: &Options, asked: Option<Duration>) -> Vec<Duration> {
        let mut waits = options.waits();
        std::iter::from_fn(|| waits.next(asked)).collect()
    }

    #[test]
    fn a_wait_is_anything_below_a_bound_that_doubles_up_to_the_longest() {
        let bounds = [1, 2, 4, 5, 5].map(Duration::from_secs);
        let mut shortest = [f64::MAX; 5];
        let mut longest = [f64::MIN; 5];
        for seed in 0..1000 {
            let options = Options::new().retries(5).backoff(SECOND).longest_wait(5 * SECOND);
            let waits = waits(&options.seed(seed), None);
            assert_eq!(waits.len(), 5);
            for (index, (wait, bound)) in waits.iter().zip(bounds).enumerate() {
                let share = wait.div_duration_f64(bound);
                shortest[index] = shortest[index].min(share);
                longest[index] = longest[index].max(share);
            }
        }
        assert!(shortest.iter().all(|share| (0.0..0.01).contains(share)), "{shortest:?}");
        assert!(longest.iter().all(|share| (0.99..1.0).contains(share)), "{longest:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_waits() {
        let options = Options::new();
        assert_eq!(waits(&options.clone().seed(7), None), waits(&options.clone().seed(7), None));
        assert_ne!(waits(&options.clone().seed(7), None), waits(&options.seed(8), None));
    }

    #[test]
    fn what_the_api_asks_for_is_waited_for_up_to_the_longest_wait() {
        let options = Options::new().retries(2).backoff(SECOND).longest_wait(9 * SECOND);
        assert_eq!(waits(&options, Some(4 * SECOND)), [4 * SECOND; 2]);
        assert_eq!(waits(&options, Some(Duration::MAX)), [9 * SECOND; 2]);
        let seeded = options.seed(3);
        assert_eq!(waits(&seeded, Some(Duration::ZERO)), waits(&seeded, None));
    }

    #[test]
    fn a_backoff_beyond_the_longest_wait_is_the_longest_wait() {
        let options = Options::new().retries(64).backoff(Duration::MAX).longest_wait(SECOND);
        let waits = waits(&options, None);
        assert_eq!(waits.len(), 64);
        assert!(waits.iter().all(|wait| *wait <= SECOND));
    }

    #[test]
    fn without_retries_there_is_nothing_to_wait_for() {
        assert!(waits(&Options::new().without_retries(), None).is_empty());
    }

    #[test]
    fn a_limit_that_allows_for_nothing_is_refused() {
        let zero = Duration::ZERO;
        let refused = [
            Options::new().connect_timeout(zero),
            Options::new().attempt_timeout(zero),
            Options::new().total_timeout(zero),
            Options::new().body_limit(0),
            Options::new().concurrency(0),
        ];
        let said = refused.map(|options| options.check().unwrap_err().to_string());
        assert_eq!(said[1], "the timeout of a try is zero, with which no call can succeed");
        assert!(said.iter().all(|line| line.ends_with(" is zero, with which no call can succeed")));
        assert!(Options::new().retries(0).backoff(zero).longest_wait(zero).check().is_ok());
    }
}
