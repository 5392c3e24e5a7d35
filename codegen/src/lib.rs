//! From the hand-maintained OpenAPI document to everything that is derived from it.
//!
//! Data flows one way: text → [`document`] → [`lint`](mod@lint) → [`generate`] for client
//! sources, and text → [`document`] → [`contract`] → [`diff`] and [`upstream`] for
//! reviews. Nothing in this crate prints, exits or reads the environment.

pub mod api;
pub mod contract;
pub mod diff;
pub mod document;
pub mod generate;
pub mod lint;
pub mod pattern;
pub mod semver;
pub mod tree;
pub mod upstream;
