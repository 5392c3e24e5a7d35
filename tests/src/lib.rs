//! Snapshots, end-to-end and property tests of the workspace.
#![cfg(any(test, doctest))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod api;
mod contract;
mod corruptions;
mod end_to_end;
mod errors;
mod faults;
// The bodies of the fuzz targets, which here are tests over their seeds.
#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is a crate of its own to the fuzzers")]
mod fuzz;
mod generated;
mod lineage;
mod modules;
mod properties;
mod readme;
mod samples;
mod seeds;
mod semver;
mod server;
mod spec;
mod violations;

// The README's Rust compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
