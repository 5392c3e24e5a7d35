//! String types: identifiers, country codes and enums.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use isometric_registry::types::{
    CountryCode, CreditBatchId, CreditBatchStatus, DeliveryId, IssuanceId, OrganisationId,
    ProjectId, RemovalId, RetirementId, SupplierId,
};
use isometric_registry::{CheckedString, InvalidString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::decode::assert_printable;
use super::oracle::ORACLE;

/// Parses a string as every string type.
///
/// # Panics
///
/// - The result of parsing differs from the oracle.
/// - A value displays or serializes differently from its string.
/// - Deserializing loses an invalid string, or `check` differs from parsing.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check::<CountryCode>("CountryCode", text);
    check::<CreditBatchId>("CreditBatchId", text);
    check::<CreditBatchStatus>("CreditBatchStatus", text);
    check::<DeliveryId>("DeliveryId", text);
    check::<IssuanceId>("IssuanceId", text);
    check::<OrganisationId>("OrganisationId", text);
    check::<ProjectId>("ProjectId", text);
    check::<RemovalId>("RemovalId", text);
    check::<RetirementId>("RetirementId", text);
    check::<SupplierId>("SupplierId", text);
}

fn check<T>(schema: &str, text: &str)
where
    T: CheckedString + Debug + Display + DeserializeOwned + Ord + Serialize,
    T: FromStr<Err = InvalidString> + TryFrom<String, Error = InvalidString>,
{
    let json = serde_json::to_vec(text).unwrap();
    let decoded: T = serde_json::from_slice(&json).unwrap();
    assert_eq!(decoded.as_ref(), text);
    assert_eq!(decoded.to_string(), text);
    assert_eq!(serde_json::to_vec(&decoded).unwrap(), json);

    let parsed = text.parse::<T>();
    let violations = ORACLE.violations(schema, &json).unwrap();
    let rules: Vec<_> = violations.into_iter().map(|(_, rule)| rule).collect();
    match &parsed {
        Ok(value) => {
            assert_eq!(rules, [""; 0]);
            assert_eq!(value, &decoded);
        }
        Err(error) => {
            assert_eq!(rules, [error.rule().as_str()]);
            assert_eq!(error.type_name(), schema);
            assert_printable(&error.to_string());
        }
    }
    assert_eq!(decoded.check(), parsed.as_ref().map(|_| ()).map_err(Clone::clone));
    assert_eq!(T::try_from(text.to_owned()), parsed);
}
