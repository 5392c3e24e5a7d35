//! Lists issuances and adds up their credits exactly.
//!
//! ```text
//! cargo run --example issuances
//! ```
//!
//! The issuances are simulated, without credentials or a network. To list Isometric's issuances, set
//! `ISOMETRIC_CLIENT_SECRET` and `ISOMETRIC_ENVIRONMENT`, and use `Registry::from_env()?`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use isometric_registry_simulator::Simulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start()?;
    let registry = simulator.registry()?;

    let mut kilograms = 0;
    let mut issuances = registry.issuances().items();
    while let Some(issuance) = issuances.try_next().await? {
        let size = issuance.credit_batch_size_total;
        println!("{}  {}  {size}", issuance.id, issuance.issued_at.date_naive());
        kilograms += size.credit_kgs;
    }
    println!("in all {kilograms} kg of CO2e");
    Ok(())
}
