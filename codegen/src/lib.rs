//! From the hand-maintained OpenAPI document to everything that is derived from it.
//!
//! Data flows one way: text → [`source`] → (contract, client sources). Nothing in
//! this crate prints, exits or reads the environment.

pub mod api;
pub mod client;
pub mod contract;
pub mod diagnostic;
pub mod diff;
pub mod lint;
pub mod pattern;
pub mod pointer;
pub mod semver;
pub mod source;
pub mod tree;
pub mod upstream;
