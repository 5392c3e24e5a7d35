//! A credit batch from JSON: decoded, checked, encoded.

use isometric_registry::types::{CreditBatch, ErrorBody};
use isometric_registry::validate::{self, HasSchema, Rule, Violation};

use super::oracle::{Broken, ORACLE};

/// The most violations that a check reports.
const MOST_VIOLATIONS: usize = 1000;

/// Decodes and checks a document as a credit batch and as the body of an error.
///
/// # Panics
///
/// - The check finds something else than the oracle does, or shows control characters.
/// - What cannot be decoded breaks no rule.
/// - To decode and check at once is not the same as one after the other.
/// - What is decoded, encoded and decoded is not what was decoded first, or breaks a
///   rule that the document did not.
pub fn run(data: &[u8]) {
    let document = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    judge::<CreditBatch>("CreditBatch", data, document);
    judge::<ErrorBody>("ErrorBody", data, document);
    if let Ok(batch) = serde_json::from_slice::<CreditBatch>(document) {
        for finding in batch.findings() {
            assert_shown(&finding.to_string());
        }
    }
}

fn judge<T: HasSchema + PartialEq + std::fmt::Debug>(schema: &str, data: &[u8], document: &[u8]) {
    let violations = validate::json::<T>(data);
    violations.iter().for_each(|violation| assert_shown(&violation.to_string()));
    if has_negative_zero(document) {
        return;
    }
    let is_json = violations.iter().all(|violation| violation.rule != Rule::Json);
    // What is nested too deep, and strings within what is ignored, are not JSON to
    // everybody: where the check is content, the oracle need not be.
    match ORACLE.judge(schema, document) {
        Ok(broken) if broken.len() <= MOST_VIOLATIONS => {
            assert_eq!(broken_rules(&violations), broken, "{schema}");
        }
        Ok(_) => assert_eq!(violations.len(), MOST_VIOLATIONS),
        Err(_) => assert!(is_json || violations.len() == 1),
    }
    let decoded = serde_json::from_slice::<T>(document);
    let checked = validate::from_slice::<T>(data);
    assert_eq!(checked.value.as_ref(), decoded.as_ref().ok());
    assert_eq!(checked.violations, violations);
    let value = match decoded {
        Ok(value) => value,
        Err(error) => return assert!(!violations.is_empty(), "{error}, and no rule is broken"),
    };
    let encoded = serde_json::to_vec(&value).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&encoded).unwrap(), value);
    let found = broken_rules(&violations);
    for broken in broken_rules(&value.violations()) {
        // A document with invalid UTF-8 in an ignored property decodes, but is not JSON.
        assert!(!is_json || found.contains(&broken), "{broken:?} is new");
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

/// Where rules are broken and which, sorted.
pub fn broken_rules(violations: &[Violation]) -> Vec<Broken> {
    let broken = |violation: &Violation| (violation.pointer.clone(), violation.rule.as_str());
    let mut all: Vec<_> = violations.iter().map(broken).collect();
    all.sort();
    all
}

/// What is shown is one line and turns no terminal upside down.
pub fn assert_shown(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
}
