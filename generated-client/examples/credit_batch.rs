//! Fetches credit batches from a simulated registry, without credentials or a network.
//!
//! ```text
//! cargo run --example credit_batch
//! ```
//!
//! To fetch from Isometric, set `ISOMETRIC_ACCESS_TOKEN`, `ISOMETRIC_CLIENT_SECRET` and
//! `ISOMETRIC_ENVIRONMENT`, and use `Registry::from_env()?` instead of `simulator.registry()?`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use isometric_registry::Error as CallError;
use isometric_registry::types::CreditBatch;
use isometric_registry_simulator::Simulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start()?;
    let registry = simulator.registry()?;

    let id = simulator.issue(125_632)?.id;
    let batch = registry.credit_batch(&id).await?;
    println!("serial number: {}", batch.serial_number);
    println!("size:          {}", batch.size);
    println!("status:        {}", batch.status);

    println!("\nA response that violates the spec:");
    let mut json = serde_json::to_value(&batch)?;
    json["country_of_issue"] = "ATLANTIS".into();
    json["owner"]["id"] = "firm_1GB56M1ST1S0GVNA".into();
    simulator.corrupt(&id, json);
    match registry.credit_batch(&id).await {
        Err(CallError::Invalid(invalid)) => {
            for violation in invalid.violations() {
                println!("  {violation}");
            }
            let batch = invalid.into_value::<CreditBatch>().ok_or("the body was not decoded")?;
            println!("The value is still available: {}", batch.size);
        }
        other => return Err(format!("expected an invalid response, found {other:?}").into()),
    }
    Ok(())
}
