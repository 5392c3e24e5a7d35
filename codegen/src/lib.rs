//! Code generation from the hand-maintained OpenAPI document, and review of its changes.
//!
//! There are two pipelines. The generator parses a [`document`], checks it
//! ([`lint`](mod@lint)), generates the sources of the client ([`generate`]) and writes them
//! ([`write`](mod@write)). The review converts a [`document`] to a [`contract`], which [`diff`]
//! compares with an older contract and [`upstream`] with the published document.
//!
//! This crate never prints, exits or reads the environment.

pub mod contract;
pub mod diff;
pub mod document;
pub mod generate;
pub mod lint;
mod model;
pub mod pattern;
pub mod semver;
pub mod styled;
pub mod upstream;
pub mod write;
