//! Identifiers and open enums.

use isometric_registry::types::{CreditBatchId, CreditBatchStatus};
use isometric_registry::validate::Rule;
use isometric_registry::{CheckedString, Error};
use serde_json::json;

const ID: &str = "ctb_1DRBTYA8Q1S07CBY";

#[test]
fn parses_identifiers_strictly() {
    let id: CreditBatchId = ID.parse().unwrap();
    assert_eq!(id, ID);
    assert_eq!(CreditBatchId::try_from(ID), Ok(id.clone()));
    assert_eq!(CreditBatchId::try_from(ID.to_owned()), Ok(id.clone()));
    assert_eq!(String::from(id), ID);
    let error = CreditBatchId::try_from("iss_1EWT8R5FY1S0GFCY").unwrap_err();
    assert_eq!(error.type_name(), "CreditBatchId");
    assert_eq!(error.rule(), Rule::Prefix);
    assert_eq!(
        error.to_string(),
        "not a `CreditBatchId`: prefix: expected `ctb_` at the start, got \
         \"iss_1EWT8R5FY1S0GFCY\""
    );
}

#[test]
fn deserializes_invalid_identifiers() {
    for text in [ID, "", "new_prefix/é", &"long".repeat(50)] {
        let id: CreditBatchId = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(id.as_str(), text);
        assert_eq!(id.check().is_ok(), text == ID);
        assert_eq!(serde_json::to_value(&id).unwrap(), json!(text));
    }
}

#[test]
fn formats_identifiers() {
    let id: CreditBatchId = ID.parse().unwrap();
    assert_eq!(format!("{id:?}"), format!("CreditBatchId(\"{ID}\")"));
    assert_eq!(format!("{id:>22}"), format!("  {ID}"));
}

#[test]
fn identifiers_are_small() {
    assert_eq!(size_of::<CreditBatchId>(), 24);
}

#[test]
fn keeps_unknown_enum_values() {
    for text in ["active", "split", "retired", "frozen", "Active", ""] {
        let status: CreditBatchStatus = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(status.as_str(), text);
        assert_eq!(status.to_string(), text);
        assert_eq!(serde_json::to_value(&status).unwrap(), json!(text));
    }
}

#[test]
fn parses_only_known_enum_values() {
    assert_eq!("split".parse(), Ok(CreditBatchStatus::Split));
    let error = "frozen".parse::<CreditBatchStatus>().unwrap_err();
    assert_eq!(error.rule(), Rule::Enum);
    let unknown: CreditBatchStatus = serde_json::from_value(json!("frozen")).unwrap();
    assert_eq!(unknown.check(), Err(error));
    assert_eq!(CreditBatchStatus::Split.check(), Ok(()));
}

#[test]
fn is_small_and_crosses_threads() {
    fn crosses_threads<T: Send + Sync + 'static>() {}
    crosses_threads::<Error>();
    assert!(size_of::<Error>() <= 48, "{}", size_of::<Error>());
}

#[test]
fn converts_from_an_invalid_string() {
    let reason = "ctb_".parse::<CreditBatchId>().unwrap_err();
    let error = Error::from(reason.clone());
    assert_eq!(error.to_string(), reason.to_string());
    assert_eq!(error.field(), None);
}
