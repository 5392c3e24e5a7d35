//! Tests of the simulator over HTTP on loopback.
#![cfg(test)]

mod access;
mod corruptions;
mod faults;
mod http;
mod limits;
mod operations;
mod pages;
mod responses;
mod samples;
mod worlds;
mod writes;

use isometric_registry::types::CreditBatchId;
use isometric_registry::{Credentials, Error, Registry};
use isometric_registry_simulator::Simulator;

/// An identifier that no seeded world contains.
const UNKNOWN: &str = "ctb_1DRBTYA8Q1S07CBY";

fn unknown() -> CreditBatchId {
    UNKNOWN.parse().unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Creates a client with the given credentials.
fn registry(simulator: &Simulator, access_token: &str, client_secret: &str) -> Registry {
    let credentials = Credentials::new(access_token, client_secret).unwrap();
    Registry::at(simulator.base_url(), credentials).unwrap()
}

/// Returns the status of a failed call and the `detail` of the response as JSON.
fn status_and_detail(error: &Error) -> (u16, serde_json::Value) {
    let detail = serde_json::to_value(error.detail()).unwrap();
    (error.status().unwrap().as_u16(), detail)
}
