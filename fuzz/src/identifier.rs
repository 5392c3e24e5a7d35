//! Texts with rules: identifiers, country codes, and the values of enums.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use isometric_registry::types::{
    CountryCode, CreditBatchId, CreditBatchStatus, DeliveryId, IssuanceId, OrganisationId,
    ProjectId, RemovalId, RetirementId, SupplierId,
};
use isometric_registry::{CheckedString, InvalidString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::decode::assert_shown;
use super::oracle::ORACLE;

/// Reads a text as every type that has rules for one.
///
/// # Panics
///
/// - A text is accepted that breaks a rule of the spec, or refused for another one.
/// - A text that is accepted is not given back as it was.
/// - A text that comes in as JSON is not kept, or not checked like any other.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    read::<CountryCode>("CountryCode", text);
    read::<CreditBatchId>("CreditBatchId", text);
    read::<CreditBatchStatus>("CreditBatchStatus", text);
    read::<DeliveryId>("DeliveryId", text);
    read::<IssuanceId>("IssuanceId", text);
    read::<OrganisationId>("OrganisationId", text);
    read::<ProjectId>("ProjectId", text);
    read::<RemovalId>("RemovalId", text);
    read::<RetirementId>("RetirementId", text);
    read::<SupplierId>("SupplierId", text);
}

fn read<T>(schema: &str, text: &str)
where
    T: CheckedString + Debug + Display + DeserializeOwned + Ord + Serialize,
    T: FromStr<Err = InvalidString> + TryFrom<String, Error = InvalidString>,
{
    let json = serde_json::to_vec(text).unwrap();
    let kept: T = serde_json::from_slice(&json).unwrap();
    assert_eq!(kept.as_ref(), text);
    assert_eq!(kept.to_string(), text);
    assert_eq!(serde_json::to_vec(&kept).unwrap(), json);

    let parsed = text.parse::<T>();
    let broken = ORACLE.violations(schema, &json).unwrap();
    let rules: Vec<_> = broken.into_iter().map(|(_, rule)| rule).collect();
    match &parsed {
        Ok(value) => {
            assert_eq!(rules, [""; 0]);
            assert_eq!(value, &kept);
        }
        Err(error) => {
            assert_eq!(rules, [error.rule().as_str()]);
            assert_eq!(error.type_name(), schema);
            assert_shown(&error.to_string());
        }
    }
    assert_eq!(kept.check(), parsed.as_ref().map(|_| ()).map_err(Clone::clone));
    assert_eq!(T::try_from(text.to_owned()), parsed);
}
