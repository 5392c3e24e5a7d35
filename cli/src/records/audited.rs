//! Validation of a record of a known type, with the contradictions within it.

use isometric_registry::audit::Finding;
use isometric_registry::types::CreditBatch;
use isometric_registry::validate::{self, HasSchema, Violation, lookup};

use super::types::RecordType;

/// The problems of a record.
#[derive(Default)]
pub(super) struct CheckedRecord {
    pub(super) violations: Vec<Violation>,
    pub(super) findings: Vec<Finding>,
}

/// The types with rules of the audit for a single record. Their records are decoded, others are
/// only validated.
const AUDITED: [(&str, fn(&[u8]) -> CheckedRecord); 1] =
    [("CreditBatch", |record| decode(record, CreditBatch::findings))];

/// Validates a record and audits it if its type has rules.
pub(super) fn check(record_type: &RecordType, record: &[u8]) -> CheckedRecord {
    if let Some((_, check)) = AUDITED.iter().find(|(name, _)| *name == record_type.name) {
        return check(record);
    }
    let schema = record_type.schema;
    if str::from_utf8(record).is_ok_and(|text| lookup::is_valid(text, schema)) {
        return CheckedRecord::default();
    }
    CheckedRecord { violations: lookup::violations(record, schema), findings: Vec::new() }
}

fn decode<T: HasSchema>(record: &[u8], audit: fn(&T) -> Vec<Finding>) -> CheckedRecord {
    let validated = validate::from_slice::<T>(record);
    let findings = validated.value.map(|value| audit(&value)).unwrap_or_default();
    CheckedRecord { violations: validated.violations, findings }
}
