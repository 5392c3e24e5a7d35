//! What the fuzzers run: one function a target, which panics where a property fails.
//!
//! `cargo fuzz` feeds them what it makes up, and package `tests`, which includes this
//! file, the seeds. What each asserts: docs/hostile-input.md.

pub mod decode;
pub mod diff;
pub mod error_body;
pub mod identifier;
pub mod ndjson;
pub mod oracle;
pub mod serial;
pub mod spec;

/// A target: it takes any bytes and returns, or a property fails.
pub type Target = fn(&[u8]);

/// Every target with its name, which its seeds have too.
pub const TARGETS: [(&str, Target); 7] = [
    ("decode", decode::run),
    ("diff", diff::run),
    ("error_body", error_body::run),
    ("identifier", identifier::run),
    ("ndjson", ndjson::run),
    ("serial", serial::run),
    ("spec", spec::run),
];
