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

use isometric_registry::types::{CreditBatch, CreditBatchStatus};
use isometric_registry_simulator::Simulator;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start()?;
    let registry = simulator.registry()?;
    answer(&simulator, &simulator.issue(125_632)?)?;

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

/// Prepares the responses for the owner of one batch.
fn answer(simulator: &Simulator, batch: &CreditBatch) -> Result<(), Box<dyn Error>> {
    let nothing = json!({ "credit_kgs": 0, "credits": 0 });
    let total = json!({ "active_credits_total": batch.size, "retired_credits_total": nothing });
    let balance = json!({
        "total": total,
        "supplier_balances": [{ "supplier_id": batch.supplier_id, "total": total }],
        "project_balances": [{ "project_id": batch.project_id, "total": total }],
        "order_balances": [],
    });
    let page = json!({
        "nodes": [batch],
        "total_count": 1,
        "page_info": {
            "has_previous_page": false,
            "start_cursor": null,
            "has_next_page": false,
            "end_cursor": null,
        },
    });
    simulator.answer("current_organisation", 200, &batch.owner)?;
    simulator.answer("organisation_credit_balance", 200, &balance)?;
    simulator.answer("organisation_credit_batches", 200, &page)?;
    Ok(())
}
