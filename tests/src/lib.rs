//! Snapshots, end-to-end and property tests of the workspace.
#![cfg(test)]

mod api;
mod contract;
mod end_to_end;
mod errors;
mod faults;
mod generated;
mod lineage;
mod mocks;
mod properties;
mod samples;
mod server;
mod violations;
