//! Decoding, validating and encoding of response bodies.

use isometric_registry::types::{CreditBatch, ErrorBody};
use isometric_registry::validate::{self, HasSchema, Rule, Violation, lookup};

use super::oracle::{ORACLE, RuleAt};

/// The maximum number of violations that validation reports.
const MAX_VIOLATIONS: usize = 1000;

/// Decodes and validates a document as a credit batch and as an error body.
///
/// # Panics
///
/// - The violations differ from those of the oracle.
/// - A message contains control characters.
/// - A document that cannot be decoded has no violation.
/// - Decoding with validation differs from decoding alone and validation alone.
/// - A document with violations is valid without decoding.
/// - Encoding and decoding change the value, or add a violation.
pub fn run(data: &[u8]) {
    let document = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    check::<CreditBatch>("CreditBatch", data, document);
    check::<ErrorBody>("ErrorBody", data, document);
    if let Ok(batch) = serde_json::from_slice::<CreditBatch>(document) {
        for finding in batch.findings() {
            assert_printable(&finding.to_string());
        }
    }
}

fn check<T: HasSchema + PartialEq + std::fmt::Debug>(schema: &str, data: &[u8], document: &[u8]) {
    let violations = validate::json::<T>(data);
    violations.iter().for_each(|violation| assert_printable(&violation.to_string()));
    let is_valid = str::from_utf8(document).is_ok_and(|text| lookup::is_valid(text, T::SCHEMA));
    assert!(!is_valid || violations.is_empty());
    if has_negative_zero(document) {
        return;
    }
    let is_json = violations.iter().all(|violation| violation.rule != Rule::Json);
    // Validation ignores unknown properties, so it accepts deep nesting and invalid strings
    // there. The oracle rejects them.
    match ORACLE.violations(schema, document) {
        Ok(expected) if expected.len() <= MAX_VIOLATIONS => {
            assert_eq!(violated_rules(&violations), expected, "{schema}");
        }
        Ok(_) => assert_eq!(violations.len(), MAX_VIOLATIONS),
        Err(_) => assert!(is_json || violations.len() == 1),
    }
    let decoded = serde_json::from_slice::<T>(document);
    let checked = validate::from_slice::<T>(data);
    assert_eq!(checked.value.as_ref(), decoded.as_ref().ok());
    assert_eq!(checked.violations, violations);
    let value = match decoded {
        Ok(value) => value,
        Err(error) => return assert!(!violations.is_empty(), "no violation, but {error}"),
    };
    let encoded = serde_json::to_vec(&value).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&encoded).unwrap(), value);
    let found = violated_rules(&violations);
    for added in violated_rules(&value.violations()) {
        // A document with invalid UTF-8 in an ignored property decodes, but is not JSON.
        assert!(!is_json || found.contains(&added), "encoding added {added:?}");
    }
}

/// Returns whether a document may contain the number `-0`, which is an integer to the client and
/// a float to the oracle and to serde_json.
fn has_negative_zero(document: &[u8]) -> bool {
    document.starts_with(b"-0")
        || document
            .windows(3)
            .any(|bytes| b":[, \t\r\n".contains(&bytes[0]) && bytes[1..] == *b"-0")
}

/// Returns the pointer and the rule of each violation, sorted.
pub fn violated_rules(violations: &[Violation]) -> Vec<RuleAt> {
    let rule_at = |violation: &Violation| (violation.pointer.clone(), violation.rule.as_str());
    let mut all: Vec<_> = violations.iter().map(rule_at).collect();
    all.sort();
    all
}

/// Asserts that a message is one line without control characters.
pub fn assert_printable(text: &str) {
    assert!(!text.contains(isometric_registry::is_control), "{text:?}");
}
