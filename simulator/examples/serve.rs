//! Serves the simulator until it is interrupted (Ctrl-C).
//!
//! ```text
//! cargo run -p isometric-registry-simulator --example serve -- 8080
//! ```
//!
//! Prints the base URL, the access token and the client secret on one line. The world also
//! contains a batch with the identifier that the spec gives as an example.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::{env, thread};

use isometric_registry_simulator::Simulator;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let simulator = Simulator::builder().port(port).start()?;

    let mut example = serde_json::to_value(simulator.issue(125_632)?)?;
    example["id"] = json!("ctb_1DRBTYA8Q1S07CBY");
    example["serial_number"] = json!("ISO-1-BSTORE-GBR-F5X7-2024-78177-81177");
    simulator.insert(serde_json::from_value(example)?)?;

    let (token, secret) = (simulator.access_token(), simulator.client_secret());
    println!("{} {token} {secret}", simulator.base_url());
    loop {
        thread::park();
    }
}
