//! Lists issuances and adds up their credits exactly.
//!
//! ```text
//! cargo run --example issuances
//! ```
//!
//! The pages come from the simulator. To list Isometric's issuances, set
//! `ISOMETRIC_CLIENT_SECRET` and `ISOMETRIC_ENVIRONMENT`, and use `Registry::from_env()?`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start()?;
    let registry = simulator.registry()?;
    let first = [issuance("iss_1EWT8R5FY1S0GFCY", 125_632), issuance("iss_1EWT8R5FY1S0GFCZ", 88)];
    simulator.answer("issuances", 200, &page(&first, Some("c4mEgNsb")))?;
    simulator.answer("issuances", 200, &page(&[issuance("iss_1EWT8R5FY1S0GFD0", 4_280)], None))?;

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

/// Returns the JSON of an issuance of this size.
fn issuance(id: &str, kilograms: i64) -> Value {
    let size =
        |kilograms: i64| json!({ "credit_kgs": kilograms, "credits": kilograms as f64 / 1000.0 });
    json!({
        "id": id,
        "issued_at": "2024-01-22T11:56:48.520641Z",
        "supplier": {
            "id": "spl_1CC712KFS1S0YKPS",
            "short_description": "Stores bio-oil underground",
            "long_description": null,
            "organisation": {
                "domain": "supplier.example",
                "id": "org_1CP8EQDNQSBXTMR2",
                "name": "Bio-Oil Storage",
            },
            "location": null,
        },
        "project_id": "prj_1CTWZQGKE1S0VAXA",
        "reporting_period_start_at": "2023-10-01",
        "reporting_period_end_at": "2023-12-31",
        "supplier_credit_batch_size_total": size(kilograms),
        "buffer_pool_credit_batch_size_total": size(0),
        "credit_batch_size_total": size(kilograms),
    })
}

/// Returns the JSON of a page; `cursor` leads to the next page.
fn page(nodes: &[Value], cursor: Option<&str>) -> Value {
    json!({
        "nodes": nodes,
        "total_count": 3,
        "page_info": {
            "has_previous_page": false,
            "start_cursor": "mpG5kcuo",
            "has_next_page": cursor.is_some(),
            "end_cursor": cursor,
        },
    })
}
