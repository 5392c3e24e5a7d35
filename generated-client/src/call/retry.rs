//! The retry policy: delays between attempts, and failures worth retrying.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::transcript::{BodyEnd, ReceivedResponse, Transcript};
use crate::error::{TransportKind, is_transient_status};

/// The delays before the retries of one call: exponential backoff with full jitter.
///
/// The jitter of backon is not used. It is added to the bound, so delays would never be short,
/// and calls that failed together would be retried closer together.
pub(crate) struct RetryDelays {
    bounds: ExponentialBackoff,
    max: Duration,
    rng: fastrand::Rng,
}

impl RetryDelays {
    /// Creates the delays of `retries` retries. `bound` limits the first delay, and `max` limits
    /// all of them.
    pub(crate) fn new(retries: usize, bound: Duration, max: Duration, rng: fastrand::Rng) -> Self {
        let bounds = ExponentialBuilder::new()
            .with_min_delay(bound)
            .with_max_delay(max)
            .with_max_times(retries)
            .build();
        Self { bounds, max, rng }
    }

    /// Returns the next delay, or `None` if no retry is left. The delay is not shorter than
    /// `retry_after`, unless that exceeds the maximum.
    pub(crate) fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        let bound = self.bounds.next()?.min(self.max);
        let random = bound.mul_f64(self.rng.f64());
        Some(random.max(retry_after.unwrap_or_default()).min(self.max))
    }
}

/// Returns whether another attempt may succeed and cannot repeat an effect of this attempt.
pub(super) fn is_retried(error: Option<&reqwest::Error>, transcript: &Transcript) -> bool {
    let is_not_sent = || {
        !transcript.is_redirected
            && error.is_some_and(|error| TransportKind::of(error).is_before_sending())
    };
    is_transient(error, transcript.response.as_ref()) && (!transcript.is_write() || is_not_sent())
}

/// Returns whether an attempt failed in a way that another attempt may not.
///
/// A body that stalled is not retried: it already used up the timeout of the attempt.
fn is_transient(error: Option<&reqwest::Error>, response: Option<&ReceivedResponse>) -> bool {
    match (error, response) {
        (None, None) => false,
        (None, Some(response)) => {
            response.body_end == BodyEnd::Complete && is_transient_status(response.status)
        }
        (Some(error), None) => TransportKind::of(error).is_transient(),
        (Some(error), Some(response)) => {
            let status = response.status;
            !error.is_timeout() && (status.is_success() || is_transient_status(status))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fastrand::Rng;

    use super::RetryDelays;

    const SECOND: Duration = Duration::from_secs(1);

    fn all(mut delays: RetryDelays, retry_after: Option<Duration>) -> Vec<Duration> {
        std::iter::from_fn(|| delays.next(retry_after)).collect()
    }

    fn seeded(seed: u64) -> RetryDelays {
        RetryDelays::new(3, SECOND, 30 * SECOND, Rng::with_seed(seed))
    }

    #[test]
    fn draws_delays_below_a_bound_that_doubles_up_to_the_maximum() {
        let bounds = [1, 2, 4, 5, 5].map(Duration::from_secs);
        let mut smallest = [f64::MAX; 5];
        let mut largest = [f64::MIN; 5];
        for seed in 0..1000 {
            let delays = RetryDelays::new(5, SECOND, 5 * SECOND, Rng::with_seed(seed));
            let delays = all(delays, None);
            assert_eq!(delays.len(), 5);
            for (index, (delay, bound)) in delays.iter().zip(bounds).enumerate() {
                let share = delay.div_duration_f64(bound);
                smallest[index] = smallest[index].min(share);
                largest[index] = largest[index].max(share);
            }
        }
        assert!(smallest.iter().all(|share| (0.0..0.01).contains(share)), "{smallest:?}");
        assert!(largest.iter().all(|share| (0.99..1.0).contains(share)), "{largest:?}");
    }

    #[test]
    fn repeats_the_delays_of_a_seed() {
        assert_eq!(all(seeded(7), None), all(seeded(7), None));
        assert_ne!(all(seeded(7), None), all(seeded(8), None));
    }

    #[test]
    fn honours_retry_after_up_to_the_maximum() {
        let delays = || RetryDelays::new(2, SECOND, 9 * SECOND, Rng::with_seed(0));
        assert_eq!(all(delays(), Some(4 * SECOND)), [4 * SECOND; 2]);
        assert_eq!(all(delays(), Some(Duration::MAX)), [9 * SECOND; 2]);
        assert_eq!(all(delays(), Some(Duration::ZERO)), all(delays(), None));
    }

    #[test]
    fn limits_a_bound_beyond_the_maximum() {
        let delays = all(RetryDelays::new(64, Duration::MAX, SECOND, Rng::new()), None);
        assert_eq!(delays.len(), 64);
        assert!(delays.iter().all(|delay| *delay <= SECOND));
    }

    #[test]
    fn ends_after_the_last_retry() {
        assert!(all(RetryDelays::new(0, SECOND, SECOND, Rng::new()), None).is_empty());
    }
}
