//! The bodies of the fuzz targets, each of which panics if a property fails.
//!
//! `cargo fuzz` runs them with generated input. The package `tests` includes this file as a
//! module and runs them with the seeds. docs/hostile-input.md lists the properties.

pub mod decode;
pub mod diff;
pub mod error_body;
pub mod identifier;
pub mod ndjson;
pub mod oracle;
pub mod serial;
pub mod spec;

/// A fuzz target, which accepts any bytes.
pub type Target = fn(&[u8]);

/// All targets by name. The name is also the folder of the seeds.
pub const TARGETS: [(&str, Target); 7] = [
    ("decode", decode::run),
    ("diff", diff::run),
    ("error_body", error_body::run),
    ("identifier", identifier::run),
    ("ndjson", ndjson::run),
    ("serial", serial::run),
    ("spec", spec::run),
];
