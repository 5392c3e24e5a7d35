//! Validation of a record of a known type, with the contradictions within it.

use isometric_registry::audit::{Finding, findings_in};
use isometric_registry::validate::{Violation, lookup};

use super::types::RecordType;

/// The problems of a record.
#[derive(Default)]
pub(super) struct CheckedRecord {
    pub(super) violations: Vec<Violation>,
    pub(super) findings: Vec<Finding>,
}

/// Validates a record, and audits it if its type has rules. Records of other types are not
/// decoded.
pub(super) fn check(record_type: &RecordType, record: &[u8]) -> CheckedRecord {
    if let Some((findings, violations)) = findings_in(record_type.name, record) {
        return CheckedRecord { violations, findings };
    }
    let schema = record_type.schema;
    if str::from_utf8(record).is_ok_and(|text| lookup::is_valid(text, schema)) {
        return CheckedRecord::default();
    }
    CheckedRecord { violations: lookup::violations(record, schema), findings: Vec::new() }
}
