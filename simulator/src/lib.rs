#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod access;
mod canned;
mod connection;
mod error;
mod error_response;
mod fault;
mod identifier;
mod ledger;
mod operation;
mod random;
mod received;
mod serial;
mod server;
mod simulator;
mod transaction;
mod world;

pub use error::{AnswerError, StartError, WorldError};
pub use fault::Fault;
pub use http;
pub use received::ReceivedRequest;
pub use simulator::{Answer, Builder, Simulator};
