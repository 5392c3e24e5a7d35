#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod api;
mod canned;
mod catalogue;
mod changes;
mod connection;
mod error;
mod fault;
mod identifier;
mod ledger;
mod lists;
mod random;
mod received;
mod response;
mod serial;
mod served;
mod server;
mod simulator;
mod summaries;
mod views;
mod world;

pub use error::{AnswerError, StartError, WorldError};
pub use fault::Fault;
pub use http;
pub use received::ReceivedRequest;
pub use simulator::{Answer, Builder, Simulator};
