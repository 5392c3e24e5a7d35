//! Client for the Isometric carbon-removal registry.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod call;
pub mod check;
pub mod consistency;
mod country;
mod credentials;
mod decimal;
mod error;
mod exchange;
#[rustfmt::skip]
mod generated;
mod record;
mod redact;
mod registry;
mod response;
#[cfg(test)]
mod samples;
mod text;

pub use call::Call;
pub use chrono;
pub use country::Country;
pub use credentials::Credentials;
pub use decimal::Decimal;
pub use error::{
    Error, InvalidArgument, InvalidResponse, InvalidSetting, OversizedBody, StatusError,
    TransportError,
};
pub use generated::{Environment, types};
pub use http::StatusCode;
pub use registry::Registry;
pub use response::Response;
pub use rust_decimal;
pub use text::{CheckedText, InvalidText, UnknownValue};
