//! A credit batch for the tests of this crate.

use serde_json::{Value, json};

/// A batch in order, with the values at these JSON pointers changed.
pub(crate) fn credit_batch(changes: &[(&str, Value)]) -> Value {
    let mut batch = json!({
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
    });
    for (pointer, value) in changes {
        *batch.pointer_mut(pointer).unwrap() = value.clone();
    }
    batch
}
