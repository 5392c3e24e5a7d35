//! A client for the [Isometric](https://isometric.com) registry of carbon-removal
//! credits.
//!
//! # Quick start
//!
//! With credentials in `ISOMETRIC_ACCESS_TOKEN` and `ISOMETRIC_CLIENT_SECRET`:
//!
//! ```no_run
//! use isometric_registry::{Credentials, Error, Registry};
//!
//! # async fn example() -> Result<(), Error> {
//! let registry = Registry::sandbox(Credentials::from_env()?)?;
//! let batch = registry.credit_batch(&"ctb_1DRBTYA8Q1S07CBY".parse()?).await?;
//! println!("{} {} {}", batch.serial_number, batch.size, batch.status);
//! # Ok(())
//! # }
//! ```
//!
//! It needs a Tokio runtime, or the feature `blocking`. `examples/credit_batch.rs` is a whole program that does
//! the same without credentials and without the network.
//!
//! # What is checked
//!
//! What goes out is checked strictly. Each kind of identifier is a type of its own, an
//! invalid one cannot be parsed, and one that came in from the API unchecked is checked
//! before it goes out again.
//!
//! What comes in is decoded without loss and then checked against every rule of the
//! spec. A response that breaks one is an [`Error::Invalid`], which has the value all
//! the same, next to the list of everything that is wrong with it; and
//! [`Call::response`] gives the value and the list without an error. Neither new
//! properties nor new values of enums are errors, as the API may add both at any time.
//!
//! - [`validate`] does the same for JSON from elsewhere;
//! - [`audit`] finds what does not fit together within a batch.
//!
//! # When things go wrong
//!
//! A call that fails for a reason that may pass is tried again, after a while and within
//! limits: [`Options`] has them all, and [`Registry::without_retries`] ends it. Each call
//! is a [`tracing`](https://docs.rs/tracing) span named `call` at the level of debug, with
//! the fields `operation`, `status`, `tries`, `duration_ms` and `request_id`.
//!
//! # More than one batch
//!
//! [`Registry::credit_batches`] fetches many, several at a time. [`Registry::lineage`]
//! fetches one with all that it was split from and into, and tells whether they add up.
//!
//! # Features
//!
//! | feature | what it is for |
//! | --- | --- |
//! | `rustls` | TLS by rustls and the certificates of the system; on by default |
//! | `native-tls` | TLS by the library of the system, also where `rustls` is on |
//! | `gzip` | compressed responses |
//! | `blocking` | [`Call::block`](Call#method.block) and `blocking::wait`, for programs without a runtime |
//!
//! Without TLS only loopback can be reached. `wasm32-unknown-unknown` is not supported:
//! in a browser reqwest has neither time limits for connections nor a say in redirects,
//! and cannot be handed back the body that was read and checked.
//!
//! # What is generated
//!
//! [`types`], [`Environment`] and the methods of [`Registry`] that call the API are
//! generated from its OpenAPI document, and so is each rule that is checked. Only
//! [`audit`] and [`audit::lineage`] know what a credit batch is; nothing else here knows
//! an operation by name.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod audit;
mod call;
mod credentials;
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
pub use call::response::Response;
pub use chrono;
pub use credentials::Credentials;
pub use error::{
    Error, InvalidArgument, InvalidResponse, InvalidSetting, OversizedBody, StatusError,
    TransportError,
};
pub use futures_core;
pub use generated::{Environment, types};
pub use http::StatusCode;
pub use options::Options;
pub use registry::Registry;
pub use rust_decimal;
pub use scalars::country::Country;
pub use scalars::decimal::Decimal;
pub use scalars::string::{CheckedString, InvalidString, UnknownValue};

/// What the package says of itself compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
