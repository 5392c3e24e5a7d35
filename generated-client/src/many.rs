//! Many calls at once, their results as they come.

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
pub struct Many<'a, I, T> {
    results: Pin<Box<dyn Stream<Item = (I, Result<T, Error>)> + Send + 'a>>,
}

impl<'a, I, T> Many<'a, I, T> {
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

impl<I, T> Stream for Many<'_, I, T> {
    type Item = (I, Result<T, Error>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.results.as_mut().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.results.size_hint()
    }
}

impl<I, T> fmt::Debug for Many<'_, I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Many").finish_non_exhaustive()
    }
}
