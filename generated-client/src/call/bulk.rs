//! Many calls of one operation, several at a time.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, StreamExt};

use crate::error::Error;

/// The results of many calls of one operation, each with its identifier.
///
/// `BulkResults` is a [`Stream`]. For callers without a stream library it also has its own
/// [`next`](Self::next).
///
/// - Up to [`Options::concurrency`](crate::Options::concurrency) calls run at the same time,
///   but only while the stream is polled. The next call starts as soon as one finishes.
/// - Identifiers are taken from the iterator when their calls start.
/// - Results are returned in the order in which they arrive. An error does not affect the
///   other calls.
/// - Cancelling [`next`](Self::next), for example in `tokio::select!`, loses no result.
///   Dropping the stream cancels the calls in flight.
///
/// ```no_run
/// # async fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
/// let ids = ["ctb_1DRBTYA8Q1S07CBY".parse()?, "ctb_1CA2D3S73SBXYN70".parse()?];
/// let mut batches = registry.credit_batches_by_id(ids);
/// while let Some((id, result)) = batches.next().await {
///     match result {
///         Ok(batch) => println!("{id}: {}", batch.size),
///         Err(error) => println!("{id}: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct BulkResults<'a, I, T> {
    results: BoxStream<'a, (I, Result<T, Error>)>,
}

type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;

impl<'a, I, T> BulkResults<'a, I, T> {
    /// Makes a `call` for each identifier, or for each other input.
    pub(crate) fn new<N, F>(
        concurrency: usize,
        inputs: impl IntoIterator<Item = N, IntoIter: Send + 'a>,
        call: impl FnMut(N) -> F + Send + 'a,
    ) -> Self
    where
        F: Future<Output = (I, Result<T, Error>)> + Send + 'a,
        N: Send + 'a,
        I: Send + 'a,
        T: Send + 'a,
    {
        let calls = stream::iter(inputs).map(call);
        Self { results: Box::pin(calls.buffer_unordered(concurrency)) }
    }

    /// Waits for the next result. Returns `None` after the last result.
    pub async fn next(&mut self) -> Option<(I, Result<T, Error>)> {
        self.results.next().await
    }
}

impl<I, T> Stream for BulkResults<'_, I, T> {
    type Item = (I, Result<T, Error>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.results.as_mut().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.results.size_hint()
    }
}

impl<I, T> fmt::Debug for BulkResults<'_, I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkResults").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Poll;

    use futures_util::future::{FutureExt, poll_fn};

    use super::BulkResults;
    use crate::error::Error;
    use crate::types::CreditBatchId;

    fn failure() -> Error {
        "ctb_".parse::<CreditBatchId>().unwrap_err().into()
    }

    /// Returns control to the executor once.
    async fn yield_now() {
        let mut has_yielded = false;
        poll_fn(|context| {
            if has_yielded {
                return Poll::Ready(());
            }
            has_yielded = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[tokio::test]
    async fn limits_concurrent_calls() {
        let (running, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let call = |id| {
            let (running, peak) = (&running, &peak);
            async move {
                peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..id % 4 {
                    yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                (id, Ok(id * 10))
            }
        };
        let mut bulk = BulkResults::new(3, 0..20, call);
        let mut ids = Vec::new();
        while let Some((id, result)) = bulk.next().await {
            assert_eq!(result.unwrap(), id * 10);
            ids.push(id);
        }
        drop(bulk);
        ids.sort_unstable();
        assert_eq!(ids, (0..20).collect::<Vec<_>>());
        assert_eq!(peak.into_inner(), 3);
    }

    #[tokio::test]
    async fn continues_after_a_failure() {
        let call = |id: u8| async move { (id, if id == 1 { Err(failure()) } else { Ok(()) }) };
        let mut bulk = BulkResults::new(1, 0..3, call);
        let mut results = Vec::new();
        while let Some((id, result)) = bulk.next().await {
            results.push((id, result.is_ok()));
        }
        assert_eq!(results, [(0, true), (1, false), (2, true)]);
    }

    #[tokio::test]
    async fn keeps_results_when_next_is_cancelled() {
        let call = |id: u8| async move {
            yield_now().await;
            (id, Ok::<_, Error>(()))
        };
        let mut bulk = BulkResults::new(2, 0..5, call);
        let mut ids = Vec::new();
        loop {
            match bulk.next().now_or_never() {
                Some(Some((id, _))) => ids.push(id),
                Some(None) => break,
                None => {}
            }
        }
        ids.sort_unstable();
        assert_eq!(ids, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn takes_identifiers_lazily() {
        let taken = AtomicUsize::new(0);
        let ids = std::iter::repeat_with(|| taken.fetch_add(1, Ordering::SeqCst));
        let call = |id| async move {
            std::future::pending::<()>().await;
            (id, Ok::<_, Error>(()))
        };
        let mut bulk = BulkResults::new(4, ids, call);
        assert_eq!(taken.load(Ordering::SeqCst), 0);
        assert!(bulk.next().now_or_never().is_none());
        drop(bulk);
        assert_eq!(taken.into_inner(), 4);
    }
}
