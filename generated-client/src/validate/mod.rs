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
//! use isometric_registry::{validate, types::CreditQuantity};
//!
//! let violations = validate::json::<CreditQuantity>(br#"{"credit_kgs": 12.5}"#);
//! let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     lines,
//!     [
//!         "/credit_kgs: type: expected an integer, got 12.5",
//!         "/credits: required: expected the property, got nothing",
//!     ]
//! );
//! ```

mod decode;
mod explain;
mod lookup;
mod numbers;
mod schema;
mod strings;
mod tree;
mod violation;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use decode::Validated;
pub(crate) use decode::body;
#[doc(hidden)]
pub use lookup::json_at;
pub(crate) use schema::{Bounds, Count, Format, Piece, Property, Schema, StringRules};
pub(crate) use strings::Fault;
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
            Ok(json) => explain::walk(&json, Self::SCHEMA),
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
    explain::walk(without_byte_order_mark(json), T::SCHEMA)
}

/// Decodes a JSON document and checks it: the value, and what [`json`] reports.
///
/// Where nothing is wrong it takes little longer than decoding alone; where something is,
/// as long as the two one after the other. What serde does not decode at all, such as a
/// document that is cut off, is a violation without a value.
///
/// ```
/// use isometric_registry::{validate, types::CreditQuantity};
///
/// let checked = validate::from_slice::<CreditQuantity>(br#"{"credit_kgs": 12500, "credits": 12.5}"#);
/// assert_eq!(checked.value.map(|size| size.credit_kgs), Some(12_500));
/// assert_eq!(checked.violations, []);
/// ```
pub fn from_slice<T: HasSchema>(json: &[u8]) -> Validated<T> {
    decode::body(without_byte_order_mark(json))
}

pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}
