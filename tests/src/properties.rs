//! Property tests of decoding and validation.

use isometric_registry::types::{
    CountryCode, CreditBatch, CreditBatchId, DeliveryId, IssuanceId, OrganisationId, ProjectId,
    RemovalId, RetirementId, SupplierId,
};
use isometric_registry::validate;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::samples::{nullable, properties, retired_batch};
use crate::spec::{bound, keyword, spec};

macro_rules! for_each_identifier_type {
    ($text:ident, $check:ident) => {
        $check::<CreditBatchId>($text)?;
        $check::<DeliveryId>($text)?;
        $check::<IssuanceId>($text)?;
        $check::<OrganisationId>($text)?;
        $check::<ProjectId>($text)?;
        $check::<RemovalId>($text)?;
        $check::<RetirementId>($text)?;
        $check::<SupplierId>($text)?;
    };
}

/// Checks that a valid string displays unchanged and survives a JSON round trip.
fn assert_round_trip<T>(text: &str) -> Result<(), TestCaseError>
where
    T: std::str::FromStr + std::fmt::Display + PartialEq + std::fmt::Debug,
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let Ok(id) = text.parse::<T>() else { return Ok(()) };
    prop_assert_eq!(id.to_string(), text);
    let json = serde_json::to_string(&id).unwrap();
    prop_assert_eq!(serde_json::from_str::<T>(&json).unwrap(), id);
    Ok(())
}

/// The schemas of identifiers.
const IDENTIFIERS: [&str; 8] = [
    "CreditBatchId",
    "DeliveryId",
    "IssuanceId",
    "OrganisationId",
    "ProjectId",
    "RemovalId",
    "RetirementId",
    "SupplierId",
];

/// Returns the prefix, the character class and the length bounds of an identifier, from the spec.
fn rules(schema: &str) -> (String, String, [usize; 2]) {
    let spec = spec();
    let pattern = keyword(&spec, schema, "pattern").as_str().unwrap().to_owned();
    let pattern = pattern.strip_prefix('^').and_then(|pattern| pattern.strip_suffix("+$")).unwrap();
    let (prefix, class) = pattern.split_at(pattern.find('[').unwrap());
    let bounds =
        ["minLength", "maxLength"].map(|name| bound(&spec, schema, name).try_into().unwrap());
    (prefix.to_owned(), class.to_owned(), bounds)
}

/// Generates identifiers whose lengths exceed the bounds by at most `slack` on both sides.
fn identifier(schema: &str, slack: usize) -> impl Strategy<Value = String> + use<> {
    let (prefix, class, [shortest, longest]) = rules(schema);
    let (shortest, longest) = (shortest - prefix.len() - slack, longest - prefix.len() + slack);
    proptest::string::string_regex(&format!("{prefix}{class}{{{shortest},{longest}}}")).unwrap()
}

/// Generates identifiers of all types.
fn any_identifier(slack: usize) -> impl Strategy<Value = String> {
    prop::strategy::Union::new(IDENTIFIERS.map(|schema| identifier(schema, slack)))
}

fn valid_batch() -> impl Strategy<Value = Value> {
    let id = |schema| identifier(schema, 0);
    let time = (0_i64..4_000_000_000, 0_u32..1_000_000).prop_map(|(seconds, micros)| {
        let time = isometric_registry::chrono::DateTime::from_timestamp(seconds, micros * 1000);
        json!(time.unwrap())
    });
    let ids = (
        id("CreditBatchId"),
        id("IssuanceId"),
        id("RemovalId"),
        id("ProjectId"),
        id("SupplierId"),
        id("OrganisationId"),
    );
    let nulls = prop::sample::subsequence(nullable(), 0..=nullable().len());
    (ids, time, any::<i64>(), -999_999_999_999_i64..999_999_999_999, ".*", nulls).prop_map(
        |(
            (batch, issuance, removal, project, supplier, owner),
            time,
            kgs,
            thousandths,
            name,
            nulls,
        )| {
            let mut value = retired_batch();
            value["id"] = json!(batch);
            value["issuance_id"] = json!(issuance);
            value["removal_id"] = json!(removal);
            value["project_id"] = json!(project);
            value["supplier_id"] = json!(supplier);
            value["owner"]["id"] = json!(owner);
            value["owner"]["name"] = json!(name);
            value["serial_number"] = json!(name);
            value["issued_at"] = time;
            value["size"]["credit_kgs"] = json!(kgs);
            let credits = format!("{}.{:03}", thousandths / 1000, thousandths.abs() % 1000);
            value["size"]["credits"] = serde_json::from_str(&credits).unwrap();
            for pointer in nulls {
                // The parent may be null already.
                if let Some(property) = value.pointer_mut(&pointer) {
                    *property = Value::Null;
                }
            }
            value
        },
    )
}

/// Checks that `from_slice` returns the value of serde_json and the violations of `json`.
fn assert_agreement(document: &[u8]) -> Result<(), TestCaseError> {
    let validated = validate::from_slice::<CreditBatch>(document);
    prop_assert_eq!(&validated.value, &serde_json::from_slice(document).ok());
    let violations = validate::json::<CreditBatch>(document);
    if validated.value.is_none() && violations.is_empty() {
        prop_assert_eq!(validated.violations.len(), 1);
    } else {
        prop_assert_eq!(validated.violations, violations);
    }
    Ok(())
}

proptest! {
    #[test]
    fn identifiers_round_trip(text in any_identifier(2)) {
        let text = text.as_str();
        for_each_identifier_type!(text, assert_round_trip);
    }

    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        let text = text.as_str();
        for_each_identifier_type!(text, assert_round_trip);
        assert_round_trip::<CountryCode>(text)?;
    }

    #[test]
    fn exactly_one_type_accepts_a_valid_identifier(text in any_identifier(0)) {
        let accepted = [
            text.parse::<CreditBatchId>().is_ok(),
            text.parse::<DeliveryId>().is_ok(),
            text.parse::<IssuanceId>().is_ok(),
            text.parse::<OrganisationId>().is_ok(),
            text.parse::<ProjectId>().is_ok(),
            text.parse::<RemovalId>().is_ok(),
            text.parse::<RetirementId>().is_ok(),
            text.parse::<SupplierId>().is_ok(),
        ];
        prop_assert!(accepted.iter().filter(|accepted| **accepted).count() == 1);
    }

    #[test]
    fn valid_batches_round_trip(value in valid_batch()) {
        let text = value.to_string();
        prop_assert!(validate::json::<CreditBatch>(text.as_bytes()).is_empty());
        let batch: CreditBatch = serde_json::from_str(&text).unwrap();
        let encoded = serde_json::to_string(&batch).unwrap();
        prop_assert_eq!(&serde_json::from_str::<CreditBatch>(&encoded).unwrap(), &batch);
        prop_assert!(validate::json::<CreditBatch>(encoded.as_bytes()).is_empty());
    }

    #[test]
    fn validation_never_panics(bytes in any::<Vec<u8>>()) {
        let _ = validate::json::<CreditBatch>(&bytes);
    }

    #[test]
    fn from_slice_agrees_with_serde_json_and_with_json(
        value in valid_batch(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = value.to_string().into_bytes();
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        assert_agreement(&bytes)?;
    }

    #[test]
    fn reports_undecodable_batches(
        pointer in prop::sample::select([vec![String::new()], properties(&retired_batch())].concat()),
        replacement in prop::sample::select(vec![
            json!(null), json!(true), json!(1), json!(-1.5), json!(1e300), json!(u64::MAX),
            json!("text"), json!(""), json!("2024-01-22"), json!("+2024-01-22"),
            json!("2024-01-22T11:56:48Z"), json!("2024-02-30T11:56:48Z"),
            json!("2016-12-31T23:59:60Z"), json!([]), json!({}), json!([null]),
        ]),
    ) {
        let mut value = retired_batch();
        *value.pointer_mut(&pointer).unwrap() = replacement;
        let text = value.to_string();
        assert_agreement(text.as_bytes())?;
        if serde_json::from_str::<CreditBatch>(&text).is_err() {
            let found = validate::json::<CreditBatch>(text.as_bytes());
            prop_assert!(found.iter().any(|v| v.pointer.starts_with(&pointer)), "{:?}", found);
        }
    }
}
