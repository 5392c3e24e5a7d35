//! Blocking calls, for programs without an async runtime.
//!
//! ```no_run
//! use isometric_registry::{Error, Registry, blocking};
//!
//! # fn example(registry: Registry) -> Result<(), Error> {
//! let id = "ctb_1DRBTYA8Q1S07CBY".parse()?;
//! let batch = registry.credit_batch(&id).block()?;
//! println!("{}", batch.size);
//!
//! // Blocks on any other future of this crate:
//! let lineage = blocking::wait(registry.lineage(&id))?;
//! print!("{}", lineage.text());
//! # Ok(())
//! # }
//! ```

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::LazyLock;

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::call::Call;
use crate::call::operation::Operation;
use crate::error::{Error, InvalidSetting};

/// The runtime of all blocking calls, which lets them share connections. Its single worker
/// thread also maintains the connections between calls.
static RUNTIME: LazyLock<std::io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());

/// Blocks the thread until a future of this crate completes, such as a
/// [`lineage`](crate::Registry::lineage).
///
/// # Errors
///
/// Those of the future, and [`Error::Configuration`] inside an async runtime, whose other tasks
/// would be blocked, or if no thread can be started.
pub fn wait<T>(future: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, Error> {
    let refuse = |reason| Error::Configuration(InvalidSetting::new("blocking call", reason));
    if Handle::try_current().is_ok() {
        return Err(refuse("not allowed inside an async runtime; use `.await`".to_owned()));
    }
    match &*RUNTIME {
        Ok(runtime) => runtime.block_on(future.into_future()),
        Err(error) => Err(refuse(format!("failed to start a runtime: {error}"))),
    }
}

impl<O: Operation> Call<O> {
    /// Makes the call and blocks the thread until it completes.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. Inside an async runtime, [`Error::Configuration`].
    pub fn block(self) -> Result<O::Output, Error> {
        wait(self)
    }
}

/// An iterator over a stream of this crate. It ends after an error.
///
/// ```no_run
/// # fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
/// for issuance in registry.issuances().items().block() {
///     println!("{}", issuance?.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Blocking<S>(Option<S>);

impl<S> Blocking<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Some(stream))
    }
}

impl<T, S: Stream<Item = Result<T, Error>> + Unpin> Iterator for Blocking<S> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let stream = self.0.as_mut()?;
        let next = poll_fn(|context| Pin::new(&mut *stream).poll_next(context).map(Ok));
        let item = wait(next).unwrap_or_else(|error| Some(Err(error)));
        if !matches!(item, Some(Ok(_))) {
            self.0 = None;
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::wait;
    use crate::{Credentials, Error, Registry};

    fn registry() -> Registry {
        let credentials = Credentials::new("eyJhbGciOi.J9uX-3_t", "uPrO-5ecret-wxAh").unwrap();
        Registry::at("http://127.0.0.1:1", credentials).unwrap().without_retries()
    }

    #[test]
    fn blocks_on_calls_and_futures() {
        let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
        assert!(matches!(registry().credit_batch(&id).block(), Err(Error::Transport(_))));
        assert!(matches!(wait(registry().lineage(&id)), Err(Error::Transport(_))));
    }

    #[tokio::test]
    async fn refuses_to_block_a_runtime() {
        let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
        let error = registry().credit_batch(&id).block().unwrap_err();
        assert_eq!(
            error.to_string(),
            "blocking call: not allowed inside an async runtime; use `.await`"
        );
    }
}
