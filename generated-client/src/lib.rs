//! A client for the [Isometric](https://isometric.com) registry of carbon-removal credits.
//!
//! [`Registry`] has a method for each operation of the API. The methods and their types are
//! generated from an OpenAPI document. Every identifier, length and country code is validated
//! against it, in requests and in responses.
//!
//! # Quick start
//!
//! Lists all issuances, and adds up their credits exactly. The credentials are in
//! `ISOMETRIC_CLIENT_SECRET` and, for the private data of an organisation,
//! `ISOMETRIC_ACCESS_TOKEN`:
//!
//! ```no_run
//! use isometric_registry::{Credentials, Error, Registry};
//!
//! # async fn example() -> Result<(), Error> {
//! let registry = Registry::production(Credentials::from_env()?)?;
//! let mut kilograms = 0;
//! let mut issuances = registry.issuances().items();
//! while let Some(issuance) = issuances.try_next().await? {
//!     kilograms += issuance.credit_batch_size_total.credit_kgs;
//! }
//! println!("{kilograms} kg of CO2e were issued");
//! # Ok(())
//! # }
//! ```
//!
//! The stream fetches page after page. Kilograms are integers, so that the sum is exact; one
//! credit is 1,000 kg.
//!
//! Calls need a Tokio runtime, or the feature `blocking`. `examples/` has complete programs that
//! need neither credentials nor a network: `issuances`, `portfolio` (the balance and the batches of
//! an organisation), `credit_batch` and `retire`.
//!
//! - Awaiting a call of a list, such as `registry.projects().first(10).await?`, fetches one page.
//!   `items()` and `pages()` are streams over all pages, and `count()` returns their total.
//! - Optional arguments are methods of the [`Call`], as `first` above, and optional properties of
//!   a request are methods of its type.
//! - [`Registry::json_call`] calls an operation by name with JSON.
//! - [`Registry::credit_batches_by_id`] fetches many batches, several at a time.
//! - [`Registry::lineage`] fetches a batch with its ancestors and descendants, and checks that
//!   they add up.
//! - [`audit::Audit`] audits any resources, or everything that the credentials can see. [`audit`]
//!   finds contradictions within and between resources from any source.
//!
//! # Errors
//!
//! All calls return [`Error`]. It contains the status, the body and the request id of the
//! response, and states whether a later call may succeed.
//!
//! - **Requests** are validated strictly. Each kind of identifier has its own type, which only
//!   parses valid strings. Identifiers from responses are checked again before they are sent.
//! - **Responses** are decoded without loss and then validated. A violation of the spec is an
//!   [`Error::Invalid`], which contains the decoded value and all violations.
//!   [`Call::response`] returns both without an error. Unknown properties and unknown enum
//!   values are not errors, because the API may add them at any time. [`validate`] does the same
//!   for JSON from other sources.
//! - A response with a different identifier than requested is an [`Error::Mismatch`].
//! - **Transient failures** of reads are retried within the limits of [`Options`].
//!   [`Registry::without_retries`] disables retries.
//! - **Writes** are sent once. If a write fails, [`Error::outcome`] tells whether it took effect.
//!   The outcome of a write whose future is dropped is unknown.
//!
//! Each call is a [`tracing`](https://docs.rs/tracing) span named `call` at debug level, with
//! the fields `operation`, `status`, `attempts`, `duration_ms` and `request_id`.
//!
//! # Features
//!
//! | feature | purpose |
//! | --- | --- |
//! | `rustls` | TLS with rustls and the certificates of the system; enabled by default |
//! | `native-tls` | TLS with the library of the system, even if `rustls` is enabled |
//! | `gzip` | compressed responses |
//! | `blocking` | [`Call::block`](Call#method.block) and `blocking::wait`, for programs without a runtime |
//!
//! Without TLS, only loopback addresses can be reached. `wasm32-unknown-unknown` is not
//! supported: in browsers, reqwest has no connect timeout and cannot control redirects.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod audit;
mod base_url;
mod call;
mod credentials;
mod environment;
mod error;
#[rustfmt::skip]
mod generated;
mod options;
mod registry;
#[cfg(test)]
mod samples;
mod scalars;
pub mod validate;

pub use call::Call;
#[cfg(feature = "blocking")]
pub use call::blocking;
pub use call::bulk::BulkResults;
pub use call::json;
pub use call::lists::{Items, Pages};
pub use call::operation::{CountedList, List, Operation};
pub use call::redact::redact;
pub use call::response::Response;
pub use chrono;
pub use credentials::Credentials;
pub use error::{
    AccessError, Error, InvalidArgument, InvalidResponse, InvalidSetting, MismatchedId, Outcome,
    OversizedBody, PaginationError, StatusError, TransportError,
};
pub use futures_core;
pub use generated::{Environment, operations, types};
pub use http::StatusCode;
pub use options::Options;
pub use registry::Registry;
pub use rust_decimal;
pub use scalars::country::Country;
pub use scalars::decimal::{Decimal, DecimalString};
#[doc(hidden)]
pub use validate::escape::{is_control, push_escape};
pub use validate::string_types::{CheckedString, InvalidString, UnknownValue};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
