//! Snapshots, end-to-end and property tests of the workspace.
#![cfg(any(test, doctest))]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod contract;
mod end_to_end;
mod errors;
mod faults;
mod generated;
mod lineage;
mod mocks;
mod properties;
mod readme;
mod samples;
mod semver;
mod server;
mod spec;
mod violations;

// The README's Rust compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
