#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod access;
mod connection;
mod error;
mod fault;
mod identifier;
mod ledger;
mod random;
mod refusal;
mod request;
mod serial;
mod server;
mod simulator;
mod transaction;
mod world;

pub use error::{StartError, WorldError};
pub use fault::Fault;
pub use http;
pub use request::Request;
pub use simulator::{Builder, Simulator};
