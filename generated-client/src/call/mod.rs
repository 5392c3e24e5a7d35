//! Calls of operations.

#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod bulk;
pub(crate) mod context;
mod hooks;
pub(crate) mod http;
pub(crate) mod lists;
pub(crate) mod operation;
pub(crate) mod pending;
pub(crate) mod redact;
pub(crate) mod response;
pub(crate) mod retry;
mod retry_after;
pub(crate) mod spec;
pub(crate) mod transcript;
pub(crate) mod wire;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use serde::Serialize;

use self::operation::Operation;
use self::pending::PendingCall;
use self::response::Response;
use self::wire::CallArguments;
use crate::error::Error;
use crate::registry::Registry;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

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
///
/// Optional parameters of the operation are set by methods of the call.
#[must_use = "calls do nothing unless awaited"]
pub struct Call<O> {
    registry: Registry,
    arguments: CallArguments,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(registry: &Registry) -> Self {
        let (registry, arguments) = (registry.clone(), CallArguments::default());
        Self { registry, arguments, operation: PhantomData }
    }

    /// Sets the parameter with this index in the table of the operation.
    pub(crate) fn with(mut self, index: usize, value: &(impl Serialize + ?Sized)) -> Self {
        self.arguments.set(index, value);
        self
    }

    #[allow(dead_code, reason = "the operations of the spec need not have bodies")]
    pub(crate) fn with_body(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.arguments.set_body(body);
        self
    }

    /// Returns the cursor that the page starts after, if the operation returns a list.
    fn cursor(&self) -> Option<String> {
        let json = self.arguments.get(O::SPEC.pagination?.after)?;
        serde_json::from_str(json).ok()
    }

    /// Makes the call and returns the value even if it violates the spec.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. [`Error::Invalid`] is returned only if the body cannot be decoded at all.
    pub async fn response(self) -> Result<Response<O::Output>, Error> {
        let arguments = self.arguments.to_wire(O::SPEC)?;
        let call = PendingCall::new::<O>(&self.registry, self.cursor())?;
        let result = O::send(call.client(), &arguments).await;
        call.finish::<O>(result, &arguments)
    }
}

/// Makes the call.
impl<O: Operation> IntoFuture for Call<O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.response().await?.accept() })
    }
}

impl<O> Clone for Call<O> {
    fn clone(&self) -> Self {
        let (registry, arguments) = (self.registry.clone(), self.arguments.clone());
        Self { registry, arguments, operation: PhantomData }
    }
}

impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &O::SPEC.name).finish_non_exhaustive()
    }
}
