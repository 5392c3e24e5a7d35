//! Calls of operations.

mod arguments;
#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod bulk;
pub(crate) mod context;
mod hooks;
pub(crate) mod http;
pub mod json;
pub(crate) mod lists;
mod members;
pub(crate) mod operation;
mod page;
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

use self::arguments::CallArguments;
use self::operation::Operation;
use self::pending::PendingCall;
use self::response::Response;
use self::spec::OperationSpec;
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
    spec: &'static OperationSpec,
    arguments: CallArguments,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(registry: &Registry, spec: &'static OperationSpec) -> Self {
        let (registry, arguments) = (registry.clone(), CallArguments::default());
        Self { registry, spec, arguments, operation: PhantomData }
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
        let json = self.arguments.get(self.spec.pagination?.after)?;
        serde_json::from_str(json).ok()
    }

    /// Makes the call and returns the value even if it violates the spec.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. [`Error::Invalid`] is returned only if the body cannot be decoded at all.
    pub async fn response(self) -> Result<Response<O::Output>, Error> {
        let arguments = self.arguments.to_wire(self.spec)?;
        let call = PendingCall::new(&self.registry, self.spec, self.cursor())?;
        let result = call.send(&arguments).await;
        call.finish(result, &arguments)
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
        Self { registry, spec: self.spec, arguments, operation: PhantomData }
    }
}

impl<O> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.spec.name).finish_non_exhaustive()
    }
}
