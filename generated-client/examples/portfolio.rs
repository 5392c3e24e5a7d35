//! Shows the balance and the active credit batches of the organisation of the access token.
//!
//! ```text
//! cargo run --example portfolio
//! ```
//!
//! The organisation is simulated, without credentials or a network. To show your own, set
//! `ISOMETRIC_ENVIRONMENT`, `ISOMETRIC_CLIENT_SECRET` and `ISOMETRIC_ACCESS_TOKEN`, and use
//! `Registry::from_env()?`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use isometric_registry::types::CreditBatchStatus;
use isometric_registry_simulator::Simulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start()?;
    let registry = simulator.registry()?;
    let organisation = registry.current_organisation().await?;
    println!("{} ({})", organisation.name, organisation.id);

    let balance = registry.organisation_credit_balance(&organisation.id).await?;
    println!("active:  {}", balance.total.active_credits_total);
    println!("retired: {}", balance.total.retired_credits_total);
    for supplier in &balance.supplier_balances {
        println!("  {}: {}", supplier.supplier_id, supplier.total.active_credits_total);
    }

    let mut batches = registry
        .organisation_credit_batches(&organisation.id)
        .status([CreditBatchStatus::Active])
        .items();
    let mut kilograms = 0;
    while let Some(batch) = batches.try_next().await? {
        println!("{} {} {}", batch.id, batch.serial_number, batch.size);
        kilograms += batch.size.credit_kgs;
    }
    if kilograms != balance.total.active_credits_total.credit_kgs {
        println!("the batches contain {kilograms} kg, which is not the balance");
    }
    Ok(())
}
