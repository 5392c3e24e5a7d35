//! Code generation and review of the hand-maintained OpenAPI document.
//!
//! There are two pipelines. The generator reads a [`document`], checks it
//! ([`lint`](mod@lint)) and emits the sources of the client ([`generate`]), which [`write`](mod@write)
//! brings up to date. The review reads a [`document`] into a [`contract`], which [`diff`]
//! compares with an older one and [`upstream`] with the published document.
//!
//! This crate never prints, exits or reads the environment.

pub mod contract;
pub mod diff;
pub mod document;
pub mod generate;
pub mod lint;
pub mod pattern;
pub mod semver;
pub mod styled;
pub mod upstream;
pub mod write;
