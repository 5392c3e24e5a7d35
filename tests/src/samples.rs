//! Credit batches to test with.

use codegen::contract::Contract;
use serde_json::{Value, json};

use crate::spec::{source, spec};

/// An active batch that was delivered: every property, valid and consistent.
pub(crate) fn active_batch() -> Value {
    json!({
        "beneficiary": null,
        "carbon_removal_data": {
            "counterfactuals_kg": 1200,
            "emissions_kg": 18250,
            "gross_carbon_removed_kg": 145600,
            "losses_kg": 518,
            "net_carbon_removed_kg": 125632
        },
        "ccp_approved": true,
        "country_of_issue": "GBR",
        "delivered_at": "2024-03-02T09:30:00Z",
        "delivery_id": "dlv_1C454ZXA61S03Z9T",
        "id": "ctb_1DRBTYA8Q1S07CBY",
        "issuance_id": "iss_1EWT8R5FY1S0GFCY",
        "issued_at": "2024-01-22T11:56:48.520641Z",
        "left_child_id": null,
        "owner": { "domain": "isometric.com", "id": "org_1GB56M1ST1S0GVNA", "name": "Isometric" },
        "parent_id": "ctb_1CA2D3S73SBXYN70",
        "project_id": "prj_1CTWZQGKE1S0VAXA",
        "removal_id": "rmv_1EEM6NJXX1S0EXKD",
        "retired_at": null,
        "retirement_id": null,
        "right_child_id": null,
        "sequestered_on": "2023-12-25",
        "serial_number": "ISO-1-BSTORE-GBR-F5X7-2024-78177-81177",
        "size": { "credit_kgs": 125632, "credits": 125.632 },
        "status": "active",
        "supplier_id": "spl_1CC712KFS1S0YKPS"
    })
}

/// A retired batch: everything that retirement adds.
pub(crate) fn retired_batch() -> Value {
    with(
        active_batch(),
        &[
            ("/status", json!("retired")),
            ("/retired_at", json!("2024-05-17T16:00:00Z")),
            ("/retirement_id", json!("ret_1FYBH4QDT1S0SVKF")),
            (
                "/beneficiary",
                json!({ "domain": null, "id": "org_1CP8EQDNQSBXTMR2", "name": "Buyer" }),
            ),
        ],
    )
}

/// `batch` with other values at some JSON pointers.
pub(crate) fn with(mut batch: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        *batch.pointer_mut(pointer).unwrap() = value.clone();
    }
    batch
}

/// `batch` without the property at a JSON pointer.
pub(crate) fn without(mut batch: Value, pointer: &str) -> Value {
    let (object, property) = pointer.rsplit_once('/').unwrap();
    batch.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(property).unwrap();
    batch
}

/// The JSON pointers of all properties within a value, at any depth.
pub(crate) fn properties(value: &Value) -> Vec<String> {
    let within = |(name, value): (&String, &Value)| {
        let deeper = properties(value).into_iter().map(move |pointer| format!("/{name}{pointer}"));
        [format!("/{name}")].into_iter().chain(deeper).collect::<Vec<_>>()
    };
    value.as_object().into_iter().flatten().flat_map(within).collect()
}

/// The JSON pointers of the properties that may be null, by the contract.
pub(crate) fn nullable() -> Vec<String> {
    let contract = Contract::of(&source(&spec())).unwrap();
    let facts = contract.facts_of(|operation| operation == "GET /credit_batches/{id}").unwrap();
    let is_of_batch = |place: &[String]| place.first().is_some_and(|status| status == "200");
    facts
        .into_iter()
        .filter(|fact| fact.keyword == "nullable" && is_of_batch(&fact.place))
        .map(|fact| fact.pointer)
        .collect()
}
