//! Calls for programs that have no async runtime.
//!
//! ```no_run
//! use isometric_registry::{Error, Registry, blocking};
//!
//! # fn example(registry: Registry) -> Result<(), Error> {
//! let id = "ctb_1DRBTYA8Q1S07CBY".parse()?;
//! let batch = registry.credit_batch(&id).block()?;
//! println!("{}", batch.size);
//!
//! // Whatever else there is to wait for:
//! let lineage = blocking::wait(registry.lineage(&id))?;
//! print!("{}", lineage.text());
//! # Ok(())
//! # }
//! ```

use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::call::Call;
use crate::error::{Error, InvalidSetting};
use crate::validate::HasSchema;

/// The runtime that all blocking calls share, so that they share their connections:
/// one thread looks after those, also between the calls.
static RUNTIME: LazyLock<std::io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());

/// Waits for a call, for a [`lineage`](crate::Registry::lineage), or for any future
/// with an [`Error`] for its error, and blocks the thread until it is over.
///
/// # Errors
///
/// Those of the future, and [`Error::Configuration`] within an async runtime, which
/// the wait would keep from everything else it has to do, or where no thread can be
/// had.
pub fn wait<T>(future: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, Error> {
    let refuse = |reason: String| Error::Configuration(InvalidSetting::new("the runtime", reason));
    if Handle::try_current().is_ok() {
        return Err(refuse("cannot be blocked from within: use `.await` there".to_owned()));
    }
    match &*RUNTIME {
        Ok(runtime) => runtime.block_on(future.into_future()),
        Err(error) => Err(refuse(format!("for blocking calls cannot be started: {error}"))),
    }
}

impl<T: HasSchema> Call<'_, T> {
    /// Makes the call and blocks the thread until it is over.
    ///
    /// # Errors
    ///
    /// Any [`Error`], and [`Error::Configuration`] within an async runtime.
    pub fn block(self) -> Result<T, Error> {
        wait(self)
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
    fn a_call_can_be_made_without_a_runtime() {
        let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
        assert!(matches!(registry().credit_batch(&id).block(), Err(Error::Transport(_))));
        assert!(matches!(wait(registry().lineage(&id)), Err(Error::Transport(_))));
    }

    #[tokio::test]
    async fn within_a_runtime_it_is_refused_and_does_not_panic() {
        let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
        let error = registry().credit_batch(&id).block().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the runtime cannot be blocked from within: use `.await` there"
        );
    }
}
