//! Retires credits from the oldest batches of a supplier: a dry run against a simulator, without
//! credentials or a network.
//!
//! ```text
//! cargo run --example retire
//! ```
//!
//! A retirement cannot be undone, and the API does not recognise repetitions. The client therefore
//! sends it once, and its error tells whether it took effect.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use isometric_registry::types::{CreateRetirementFromOldestCredits, Retirement, RetirementPurpose};
use isometric_registry::{Error as CallError, Outcome, Registry};
use isometric_registry_simulator::Simulator;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start()?;
    let registry = simulator.registry()?;
    let owner = registry.current_organisation().await?.id;
    let balance = registry.organisation_credit_balance(&owner).await?;
    let supplier = balance.supplier_balances.first().ok_or("the organisation has no credits")?;
    let purposes = [RetirementPurpose::CorporateTargets];
    let request = CreateRetirementFromOldestCredits::new(
        owner.clone(),
        owner,
        supplier.supplier_id.clone(),
        purposes,
        1000,
    )
    .notes("Business travel in 2023");
    retire(&registry, &request).await?;

    let busy = json!({ "detail": "The service is unavailable" });
    simulator.answer("create_retirement_from_oldest_credits", 503, &busy)?;
    retire(&registry, &request.clone().notes("Business travel in 2024")).await?;

    let mut invalid = request;
    invalid.credit_quantity_kg = 0;
    retire(&registry, &invalid).await?;
    Ok(())
}

/// Retires credits, and prints what is known about the retirement.
async fn retire(
    registry: &Registry,
    request: &CreateRetirementFromOldestCredits,
) -> Result<(), CallError> {
    match registry.create_retirement_from_oldest_credits(request).await {
        Ok(retirement) => report(&retirement),
        Err(error) => match error.outcome() {
            Outcome::NotSent | Outcome::Refused => println!("nothing was retired: {error}"),
            Outcome::Done => println!("the credits were retired, but: {error}"),
            // Looking for the retirement is safe. Retiring again is not.
            _ => {
                println!("the credits may have been retired: {error}");
                find(registry, request).await?;
            }
        },
    }
    Ok(())
}

fn report(retirement: &Retirement) {
    println!("{}: {} retired", retirement.id, retirement.credit_batch_size_total);
}

/// Looks for a retirement among the latest of the owner.
async fn find(
    registry: &Registry,
    request: &CreateRetirementFromOldestCredits,
) -> Result<(), CallError> {
    let owner = &request.owner_organisation_id;
    let latest = registry.retirements().owner_org_id(owner).first(10).await?;
    match latest.nodes.iter().find(|retirement| retirement.notes == request.notes) {
        Some(retirement) => report(retirement),
        None => println!("the latest retirements do not include it"),
    }
    Ok(())
}
