//! Checks what the API sends against every rule of the spec.
//!
//! Decoding is lenient, so that nothing the API sends is lost: an identifier with a
//! prefix that nobody has seen before is still an identifier, and a status without
//! a name is still a status. What the spec says about them is checked apart from
//! that, all of it in one go, and each [`Violation`] tells where it is and what was
//! expected there.
//!
//! Every call checks what it receives. This module is for those who hold JSON from
//! elsewhere, a file for instance:
//!
//! ```
//! use isometric_registry::{check, types::CreditQuantity};
//!
//! let violations = check::json::<CreditQuantity>(br#"{"credit_kgs": 12.5}"#);
//! let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     lines,
//!     [
//!         "/credit_kgs: type: expected an integer, got 12.5",
//!         "/credits: required: expected the property, got nothing",
//!     ]
//! );
//! ```

mod number;
mod schema;
mod text;
mod violation;
mod walk;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use schema::{Bounds, Count, Format, Piece, Property, Schema, TextRules};
pub(crate) use text::Fault;
pub use violation::{Rule, Violation};
pub(crate) use violation::{excerpt, is_control};

/// A type of the API with the rules that its JSON must keep.
///
/// The types in [`types`](crate::types) implement it, and no others can.
pub trait HasSchema: DeserializeOwned + Serialize + Send + Sync + 'static {
    /// The rules.
    #[doc(hidden)]
    const SCHEMA: &'static Schema;

    /// Everything in which this value breaks the rules.
    ///
    /// The value is checked in the form in which it would be sent. What its type
    /// could not keep is not seen here: [`json`] sees what was received.
    fn violations(&self) -> Vec<Violation> {
        match serde_json::to_vec(self) {
            Ok(json) => walk::walk(&json, Self::SCHEMA),
            Err(error) => vec![Violation::not_json(&error)],
        }
    }
}

/// Everything in which a JSON document breaks the rules of `T`, in the order of the
/// document; what is missing from an object comes at the end of that object.
///
/// Of a document with more than 1000 violations, the first 1000 are reported. Bytes
/// that are no JSON are one violation, of the rule [`Rule::Json`] at the document's
/// root. Properties that the spec does not know are ignored, and so is a byte order
/// mark at the start, as RFC 8259 has it.
pub fn json<T: HasSchema>(json: &[u8]) -> Vec<Violation> {
    walk::walk(without_byte_order_mark(json), T::SCHEMA)
}

/// A JSON document that was checked: the value, as far as there is one, and all that is
/// wrong with it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checked<T> {
    /// The value. `None` where the document is not JSON or nothing that `T` can hold; there
    /// is a violation then.
    pub value: Option<T>,
    /// Everything in which the document breaks the rules, as [`json`] lists it.
    pub violations: Vec<Violation>,
}

/// Reads a JSON document as a call reads the body of a response: without loss, and with
/// everything in which it breaks the rules of `T`.
///
/// ```
/// use isometric_registry::{check, types::Organisation};
///
/// let json = br#"{"domain": null, "id": "firm_1GB56M1ST1S0GVNA", "name": "Isometric"}"#;
/// let checked = check::from_slice::<Organisation>(json);
/// assert_eq!(checked.violations[0].pointer, "/id");
/// assert_eq!(checked.value.unwrap().name, "Isometric");
/// ```
pub fn from_slice<T: HasSchema>(json: &[u8]) -> Checked<T> {
    let json = without_byte_order_mark(json);
    let mut violations = walk::walk(json, T::SCHEMA);
    let value = match serde_json::from_slice(json) {
        Ok(value) => Some(value),
        Err(error) if violations.is_empty() => {
            violations.push(Violation::undecodable(&error));
            None
        }
        Err(_) => None,
    };
    Checked { value, violations }
}

pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Rule, from_slice};
    use crate::samples;
    use crate::types::{CreditBatch, CreditQuantity};

    #[test]
    fn a_value_that_breaks_a_rule_comes_with_the_violation() {
        let json = samples::credit_batch(&[("/country_of_issue", json!("xyz"))]).to_string();
        let checked = from_slice::<CreditBatch>(format!("\u{feff}{json}").as_bytes());
        assert_eq!(checked.value.unwrap().country_of_issue.as_str(), "xyz");
        assert_eq!(checked.violations[0].pointer, "/country_of_issue");
    }

    #[test]
    fn a_document_without_a_value_has_a_violation() {
        let rules = [("[", Rule::Json), ("{}", Rule::Required), ("[1]", Rule::Type)];
        for (json, rule) in rules {
            let checked = from_slice::<CreditQuantity>(json.as_bytes());
            assert_eq!(checked.value, None);
            assert_eq!(checked.violations[0].rule, rule, "{json}");
        }
    }
}
