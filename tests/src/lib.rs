//! Tests of the workspace as a whole: snapshots, end-to-end tests and property tests.
#![cfg(any(test, doctest))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod arguments;
mod audit;
mod calls_by_name;
mod client_examples;
mod client_names;
mod contract;
mod corruptions;
mod decoding;
mod end_to_end;
mod errors;
mod examples;
mod faults;
mod generated;
mod lineage;
mod lists;
mod modules;
mod properties;
mod readme;
mod samples;
mod scalars;
mod seeds;
mod semver;
mod server;
mod settings;
mod spec;
mod string_types;
mod style;
mod violation;
mod violations;
mod writes;

// The bodies of the fuzz targets, which run here over their seeds.
#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "the fuzzers compile it as a crate")]
mod fuzz;

// Compiles the Rust code of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
