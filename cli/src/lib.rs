//! The part of the command line that fuzzers test: validation of JSON input of any length.

pub mod records;
