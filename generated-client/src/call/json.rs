//! Calls by name, for programs that learn the operation at run time.
//!
//! [`operations::all`](crate::operations::all) lists the operations. Arguments and responses are
//! JSON, and are validated as those of the methods of [`Registry`]. Unknown properties are kept.
//!
//! ```no_run
//! use isometric_registry::{Error, Registry, operations};
//!
//! # async fn example(registry: Registry) -> Result<(), Error> {
//! let mut operations = operations::all().iter().copied();
//! if let Some(issuances) = operations.find(|operation| operation.name == "issuances") {
//!     let mut items = registry.json_call(issuances).argument("first", &20)?.items();
//!     while let Some(issuance) = items.try_next().await? {
//!         println!("{issuance}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use serde::Serialize;
use serde_json::value::RawValue;

use super::Call;
use super::bulk::BulkResults;
use super::operation::{CountedList, List, Operation};
use super::pending::PendingCall;
pub use super::spec::{OperationSpec, Pagination, ParameterLocation, ParameterSpec};
pub use super::wire::JsonText;
use crate::error::{Error, InvalidArgument};
use crate::registry::Registry;
use crate::validate::string_types::sealed::Sealed;
use crate::validate::{HasSchema, Rule, Schema, Violation, excerpt};

/// An operation that is known at run time only.
///
/// A call of it has the methods of lists. An operation that returns no list has a single page, and
/// that page is its only item.
#[derive(Debug)]
pub enum Json {}

impl Sealed for Json {}

impl Operation for Json {
    type Output = JsonText;
}

impl List for Json {
    type Item = JsonText;

    fn items(page: JsonText, spec: &OperationSpec) -> Vec<JsonText> {
        let items = spec.items().and_then(|(pointer, _)| page.at(pointer));
        match items.map(serde_json::from_str::<Vec<Box<RawValue>>>) {
            Some(Ok(items)) => items.into_iter().map(JsonText::new).collect(),
            Some(Err(_)) => Vec::new(),
            None => vec![page],
        }
    }
}

impl CountedList for Json {}

/// Permits any JSON. Calls validate it by the table of their operation.
impl HasSchema for JsonText {
    const SCHEMA: &'static Schema = &Schema::Any;
}

impl Registry {
    /// Returns a call of an operation without arguments.
    pub fn json_call(&self, operation: &'static OperationSpec) -> Call<Json> {
        Call::new(self, operation)
    }

    /// Makes many calls, several at a time. Results arrive in order of completion, each with the
    /// key of its call.
    pub fn json_calls<'a, K: Send + 'a>(
        &self,
        calls: impl IntoIterator<Item = (K, Call<Json>), IntoIter: Send + 'a>,
    ) -> BulkResults<'a, K, JsonText> {
        let call = |(key, call): (K, Call<Json>)| async move { (key, call.await) };
        BulkResults::new(self.concurrency(), calls, call)
    }
}

/// Calls by name. Arguments are validated when the call is made.
impl Call<Json> {
    /// Returns the operation.
    pub fn operation(&self) -> &'static OperationSpec {
        self.spec
    }

    /// Sets a parameter.
    ///
    /// # Errors
    ///
    /// Returns an error if the operation has no parameter with this name.
    pub fn argument(
        self,
        name: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Self, InvalidArgument> {
        match self.spec.parameter(name) {
            Some((index, _)) => Ok(self.with(index, value)),
            None => Err(unknown_argument(self.spec, name)),
        }
    }

    /// Sets the request body.
    pub fn body(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.with_body(body)
    }

    /// Validates the arguments and the credentials, and returns the request that the call would
    /// send. Nothing is sent.
    ///
    /// # Errors
    ///
    /// The errors of a call before it is sent.
    pub fn request(&self) -> Result<JsonRequest, Error> {
        let arguments = self.arguments.to_wire(self.spec)?;
        let mut call = PendingCall::new(&self.registry, self.spec, None)?;
        let (method, url) = call.dry_run(&arguments)?;
        let body = self.spec.body.map(|_| call.redact(arguments.body().get()));
        Ok(JsonRequest { method, url, body })
    }
}

fn unknown_argument(spec: &OperationSpec, name: &str) -> InvalidArgument {
    let names: Vec<_> = spec.parameters.iter().map(|it| format!("`{}`", it.name)).collect();
    let expected = match &names[..] {
        [] => "no argument".to_owned(),
        names => format!("one of {}", names.join(", ")),
    };
    let pointer = format!("/argument/{}", name.replace('~', "~0").replace('/', "~1"));
    let (rule, got) = (Rule::Enum, excerpt(name));
    let violation = Violation { pointer, rule, expected: expected.into(), got };
    InvalidArgument::new(spec.name, vec![violation])
}

/// A request that was not sent, without its headers. Credentials in it are replaced by
/// `[redacted]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonRequest {
    method: String,
    url: String,
    body: Option<String>,
}

impl JsonRequest {
    /// Returns the method in upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the URL with the query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the body as JSON, if the operation has one.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }
}
