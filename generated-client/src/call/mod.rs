//! Calls of operations.

#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod bulk;
pub(crate) mod context;
mod hooks;
pub(crate) mod http;
pub(crate) mod pending;
pub(crate) mod redact;
pub(crate) mod response;
pub(crate) mod retry;
mod retry_after;
pub(crate) mod transcript;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use self::response::Response;
use crate::error::Error;
use crate::validate::HasSchema;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A call of an operation. Nothing is sent until it is awaited.
///
/// Awaiting the call returns the value, or an error if the value violates the spec. Awaiting
/// its [`response`](Self::response) returns the value together with all violations.
///
/// ```no_run
/// # async fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
/// let id = "ctb_1DRBTYA8Q1S07CBY".parse()?;
/// let batch = registry.credit_batch(&id).await?;
/// println!("{}", batch.serial_number);
///
/// let response = registry.credit_batch(&id).response().await?;
/// for violation in response.violations() {
///     println!("{violation}");
/// }
/// println!("{}", response.value().serial_number);
/// # Ok(())
/// # }
/// ```
#[must_use = "calls do nothing unless awaited"]
pub struct Call<'a, T> {
    response: BoxFuture<'a, Result<Response<T>, Error>>,
}

impl<'a, T: HasSchema> Call<'a, T> {
    pub(crate) fn new(
        response: impl Future<Output = Result<Response<T>, Error>> + Send + 'a,
    ) -> Self {
        Self { response: Box::pin(response) }
    }

    /// Makes the call and returns the value even if it violates the spec.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. [`Error::Invalid`] is returned only if the body cannot be decoded at all.
    pub async fn response(self) -> Result<Response<T>, Error> {
        self.response.await
    }
}

/// Makes the call.
impl<'a, T: HasSchema> IntoFuture for Call<'a, T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.response.await?.accept() })
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
