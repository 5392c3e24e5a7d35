//! Display and serialization of violations.

use isometric_registry::types::{CreditBatchId, Organisation};
use isometric_registry::validate::{self, Violation};

/// Returns the only violation in a document.
fn only(found: Vec<Violation>) -> Violation {
    let [only] = found.try_into().unwrap();
    only
}

fn violation() -> Violation {
    only(validate::json::<Organisation>(br#"{"id": "org", "name": "a", "domain": null}"#))
}

const MESSAGE: &str = "expected 20 to 37 characters, got \"org\" (3 characters)";

#[test]
fn displays_pointer_rule_and_message() {
    assert_eq!(violation().to_string(), format!("/id: length: {MESSAGE}"));
    let whole = only(validate::json::<CreditBatchId>(b"\"org\""));
    assert_eq!(whole.to_string(), format!("the document: length: {MESSAGE}"));
}

#[test]
fn displays_syntax_errors_without_an_expected_value() {
    let violation = only(validate::json::<CreditBatchId>(b"\n tru!"));
    assert_eq!(violation.message(), "invalid JSON: expected ident at line 2 column 5");
    assert_eq!(violation.to_string(), format!("the document: {}", violation.message()));
    let error = violation.syntax_error().unwrap();
    assert_eq!((error.reason, error.line, error.column), ("expected ident", 2, 5));
}

#[test]
fn has_no_syntax_error_for_other_rules() {
    assert_eq!(violation().syntax_error(), None);
}

#[test]
fn serializes_with_its_message() {
    assert_eq!(
        serde_json::to_value(violation()).unwrap(),
        serde_json::json!({
            "pointer": "/id",
            "rule": "length",
            "expected": "20 to 37 characters",
            "got": "\"org\" (3 characters)",
            "message": MESSAGE,
        })
    );
}
