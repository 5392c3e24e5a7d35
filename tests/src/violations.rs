//! Validation of the example in the public documentation of the endpoint.

use isometric_registry::types::CreditBatch;
use isometric_registry::validate;
use serde_json::{Value, json};

use crate::samples;

/// Returns the documented example, which has placeholders for identifiers and names.
fn documented_example() -> Value {
    let placeholder = json!("<string>");
    let organisation = json!({ "domain": "isometric.com", "id": placeholder, "name": placeholder });
    json!({
        "beneficiary": organisation,
        "carbon_removal_data": {
            "counterfactuals_kg": 123,
            "emissions_kg": 123,
            "gross_carbon_removed_kg": 123,
            "losses_kg": 123,
            "net_carbon_removed_kg": 123
        },
        "ccp_approved": true,
        "country_of_issue": placeholder,
        "delivered_at": "2023-11-07T05:31:56Z",
        "delivery_id": "dlv_1C454ZXA61S03Z9T",
        "id": placeholder,
        "issuance_id": placeholder,
        "issued_at": "2023-11-07T05:31:56Z",
        "left_child_id": "ctb_1DRBTYA8Q1S07CBY",
        "owner": organisation,
        "parent_id": "ctb_1DRBTYA8Q1S07CBY",
        "project_id": placeholder,
        "removal_id": placeholder,
        "retired_at": "2023-11-07T05:31:56Z",
        "retirement_id": "ret_1FYBH4QDT1S0SVKF",
        "right_child_id": "ctb_1DRBTYA8Q1S07CBY",
        "sequestered_on": "2023-12-25",
        "serial_number": placeholder,
        "size": { "credit_kgs": 123, "credits": 123 },
        "status": "active",
        "supplier_id": placeholder
    })
}

fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(|item| format!("{}\n", item.to_string())).collect()
}

fn violations(value: &Value) -> String {
    lines(&validate::json::<CreditBatch>(value.to_string().as_bytes()))
}

#[test]
fn documented_placeholders_are_eight_violations() {
    let found = violations(&documented_example());
    assert_eq!(found.lines().count(), 8);
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(found) });
}

#[test]
fn documented_example_is_inconsistent() {
    let batch: CreditBatch = serde_json::from_value(documented_example()).unwrap();
    let findings = lines(&batch.findings());
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(findings) });
}

#[test]
fn sample_batches_are_valid() {
    for batch in [samples::active_batch(), samples::retired_batch()] {
        assert_eq!(violations(&batch), "");
    }
}

#[test]
fn reports_all_structural_violations() {
    let broken = json!({
        "beneficiary": { "domain": 7, "id": "org_1GB56M1ST1S0GVNA" },
        "carbon_removal_data": [],
        "ccp_approved": "yes",
        "country_of_issue": "gbr",
        "delivered_at": "yesterday",
        "delivery_id": "dlv_1C454ZXA61S03Z9T1C454ZXA61S03Z9T1C454Z",
        "id": "ctb_1DRBTYA8Q1S07CB\u{0}",
        "issuance_id": "ctb_1DRBTYA8Q1S07CBY",
        "issued_at": 1700000000,
        "left_child_id": null,
        "owner": null,
        "sequestered_on": "2023-02-30",
        "size": { "credit_kgs": 1.5, "credits": "123" },
        "status": "melted"
    });
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(violations(&broken));
    });
}

#[test]
fn serializes_a_violation_as_one_object() {
    let found = validate::json::<CreditBatch>(documented_example().to_string().as_bytes());
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(serde_json::to_string(&found[0]).unwrap());
    });
}
