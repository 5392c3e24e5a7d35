//! Snapshots, end-to-end and property tests of the workspace.
#![cfg(test)]

mod api;
mod contract;
mod end_to_end;
mod errors;
mod generated;
mod properties;
mod readme;
mod samples;
mod server;
mod violations;
