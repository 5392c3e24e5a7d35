//! BulkResults calls at once, their results as they come.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, StreamExt};

use crate::error::Error;

/// The results of many calls of one operation, each with the identifier it is for.
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own for those who have no
/// use for more. As many calls as [`Options::concurrency`](crate::Options::concurrency)
/// allows run at the same time, but only while the stream is waited for, and a new one
/// is begun as soon as one is over: identifiers are taken when their turn comes, and
/// results are given in the order in which they arrive. One that is an error does not
/// end the others.
///
/// No result is lost where waiting for one is given up, as in `tokio::select!`.
/// Dropping the stream gives up the calls that are under way.
///
/// ```no_run
/// # async fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
/// let ids = ["ctb_1DRBTYA8Q1S07CBY".parse()?, "ctb_1CA2D3S73SBXYN70".parse()?];
/// let mut batches = registry.credit_batches(ids);
/// while let Some((id, result)) = batches.next().await {
///     match result {
///         Ok(batch) => println!("{id}: {}", batch.size),
///         Err(error) => println!("{id}: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "no call is made until the stream is waited for"]
pub struct BulkResults<'a, I, T> {
    results: BoxStream<'a, (I, Result<T, Error>)>,
}

type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;

impl<'a, I, T> BulkResults<'a, I, T> {
    /// The results of `call` for each of the identifiers.
    pub(crate) fn new<F>(
        concurrency: usize,
        ids: impl IntoIterator<Item = I, IntoIter: Send + 'a>,
        call: impl FnMut(I) -> F + Send + 'a,
    ) -> Self
    where
        F: Future<Output = (I, Result<T, Error>)> + Send + 'a,
        I: Send + 'a,
        T: Send + 'a,
    {
        let calls = stream::iter(ids).map(call);
        Self { results: Box::pin(calls.buffer_unordered(concurrency)) }
    }

    /// Waits for the next result. `None` after the last one.
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

    /// Lets the other futures have their turn.
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
    async fn no_more_calls_run_at_once_than_may() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let call = |id| {
            let (running, most) = (&running, &most);
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..id % 4 {
                    yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                (id, Ok(id * 10))
            }
        };
        let mut many = BulkResults::new(3, 0..20, call);
        let mut ids = Vec::new();
        while let Some((id, result)) = many.next().await {
            assert_eq!(result.unwrap(), id * 10);
            ids.push(id);
        }
        drop(many);
        ids.sort_unstable();
        assert_eq!(ids, (0..20).collect::<Vec<_>>());
        assert_eq!(most.into_inner(), 3);
    }

    #[tokio::test]
    async fn one_failure_does_not_end_the_others() {
        let call = |id: u8| async move { (id, if id == 1 { Err(failure()) } else { Ok(()) }) };
        let mut many = BulkResults::new(1, 0..3, call);
        let mut results = Vec::new();
        while let Some((id, result)) = many.next().await {
            results.push((id, result.is_ok()));
        }
        assert_eq!(results, [(0, true), (1, false), (2, true)]);
    }

    #[tokio::test]
    async fn giving_up_the_wait_loses_no_result() {
        let call = |id: u8| async move {
            yield_now().await;
            (id, Ok::<_, Error>(()))
        };
        let mut many = BulkResults::new(2, 0..5, call);
        let mut ids = Vec::new();
        loop {
            match many.next().now_or_never() {
                Some(Some((id, _))) => ids.push(id),
                Some(None) => break,
                None => {}
            }
        }
        ids.sort_unstable();
        assert_eq!(ids, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn identifiers_are_taken_when_their_turn_comes() {
        let taken = AtomicUsize::new(0);
        let ids = std::iter::repeat_with(|| taken.fetch_add(1, Ordering::SeqCst));
        let call = |id| async move {
            std::future::pending::<()>().await;
            (id, Ok::<_, Error>(()))
        };
        let mut many = BulkResults::new(4, ids, call);
        assert_eq!(taken.load(Ordering::SeqCst), 0);
        assert!(many.next().now_or_never().is_none());
        drop(many);
        assert_eq!(taken.into_inner(), 4);
    }
}
