//! Decoding with validation of generated types.

use isometric_registry::types::{
    CarbonRemovalData, CreditBatch, CreditQuantity, ErrorBody, Organisation,
};
use isometric_registry::validate::{self, HasSchema, Validated};
use serde_json::json;

use crate::samples::{active_batch, with};

fn messages<T: HasSchema>(json: &str) -> Vec<String> {
    validate::json::<T>(json.as_bytes()).iter().map(ToString::to_string).collect()
}

/// Compares the value with serde_json, and the violations with those of `validate::json`.
fn assert_agreement<T: HasSchema + PartialEq + std::fmt::Debug>(json: &str) {
    let Validated { value, violations, .. } = validate::from_slice::<T>(json.as_bytes());
    assert_eq!(value, serde_json::from_str(json).ok(), "{json}");
    let found = validate::json::<T>(json.as_bytes());
    if value.is_none() && found.is_empty() {
        assert_eq!(violations.len(), 1, "{json}");
    } else {
        assert_eq!(violations, found, "{json}");
    }
}

#[test]
fn does_not_read_unknown_properties() {
    let nested = ["[".repeat(1000), "]".repeat(1000)].concat();
    for unknown in ["1e999", r#""\ud800""#, &nested] {
        let json = format!(r#"{{"unknown": {unknown}, "credits": 1, "credit_kgs": true}}"#);
        assert_eq!(
            messages::<CreditQuantity>(&json),
            ["/credit_kgs: type: expected an integer, got true"]
        );
    }
}

#[test]
fn reports_duplicate_properties_within_alternatives() {
    let json = r#"{"detail": [{"loc": ["id"], "msg": "m", "type": "t", "msg": 5}]}"#;
    assert_eq!(
        messages::<ErrorBody>(json),
        ["/detail/0/msg: duplicate: expected the property once, got a duplicate"]
    );
    serde_json::from_str::<ErrorBody>(json).unwrap_err();
}

#[test]
fn treats_the_private_number_member_of_serde_json_as_an_object() {
    let number = json!({"$serde_json::private::Number": "5"});
    let edits = [("/size/credit_kgs", number.clone()), ("/owner/name", number)];
    assert_eq!(
        messages::<CreditBatch>(&with(active_batch(), &edits).to_string()),
        [
            "/owner/name: type: expected a string, got an object",
            "/size/credit_kgs: type: expected an integer, got an object",
        ]
    );
}

#[test]
fn reports_violations_of_the_intended_alternative() {
    assert_eq!(messages::<ErrorBody>(r#"{"detail": "Not found"}"#), [""; 0]);
    assert_eq!(
        messages::<ErrorBody>(r#"{"detail": [{"loc": ["path", 1.5], "msg": 1}]}"#),
        [
            "/detail/0/loc/1: any-of: expected one of: a string, an integer, got 1.5",
            "/detail/0/msg: type: expected a string, got 1",
            "/detail/0/type: required: expected the property, got nothing",
        ]
    );
    assert_eq!(
        messages::<ErrorBody>(r#"{"detail": {}}"#),
        ["/detail: one-of: expected exactly one of: a string, an array, got an object"]
    );
}

#[test]
fn validates_the_serialized_form_of_a_value() {
    let batch = with(active_batch(), &[("/id", json!("iss_1EWT8R5FY1S0GFCY"))]);
    let batch: CreditBatch = serde_json::from_value(batch).unwrap();
    let violations: Vec<_> = batch.violations().iter().map(ToString::to_string).collect();
    assert_eq!(
        violations,
        ["/id: prefix: expected `ctb_` at the start, got \"iss_1EWT8R5FY1S0GFCY\""]
    );
}

#[test]
fn agrees_with_the_slow_path_on_alternatives_and_arrays() {
    for json in [
        r#"{"detail": "gone"}"#,
        r#"{"detail": [{"loc": ["path", 0], "msg": "m", "type": "t"}]}"#,
        r#"{"detail": [{"loc": 1}]}"#,
        r#"{"detail": null}"#,
        r#"{"$serde_json::private::Number": "1"}"#,
        "{}",
    ] {
        assert_agreement::<ErrorBody>(json);
    }
    assert_agreement::<Organisation>(r#"{"domain": 1, "id": "org_1GB56M1ST1S0GVNA", "name": "a"}"#);
    assert_agreement::<CarbonRemovalData>("{}");
}

#[test]
fn rejects_invalid_utf_8() {
    let validated = validate::from_slice::<Organisation>(b"{\"name\": \"\xff\"}");
    assert_eq!(validated.value, None);
    assert_eq!(validated.violations, validate::json::<Organisation>(b"{\"name\": \"\xff\"}"));
}

#[test]
fn decodes_negative_zero_as_an_integer() {
    let json = br#"{"credit_kgs": -0, "credits": -0}"#;
    let Validated { value, violations, .. } = validate::from_slice::<CreditQuantity>(json);
    assert_eq!(value.unwrap().credit_kgs, 0);
    assert_eq!(violations, []);

    let json = br#"{"detail": [{"loc": [-0], "msg": "m", "type": "t", "input": -0}]}"#;
    let Validated { value, violations, .. } = validate::from_slice::<ErrorBody>(json);
    assert!(value.is_some());
    assert_eq!(violations, []);

    let json = br#"{"credit_kgs": -0.0, "credits": -0.0}"#;
    let Validated { value, violations, .. } = validate::from_slice::<CreditQuantity>(json);
    assert_eq!(value.unwrap().credit_kgs, 0);
    let violations: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(violations, ["/credit_kgs: type: expected an integer, got -0.0"]);
}
