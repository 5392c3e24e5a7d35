//! Validation of JSON against the rules of the spec.
//!
//! Decoding is lenient, so that no data from the API is lost: an identifier with an unknown
//! prefix still decodes, and so does an unknown status. Validation is separate and reports
//! every [`Violation`] at once, with its location and the expected value.
//!
//! Every call validates the response. Use this module for JSON from other sources, such as
//! files:
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
pub(crate) mod escape;
mod explain;
#[doc(hidden)]
pub mod lookup;
mod numbers;
mod schema;
pub(crate) mod string_types;
mod strings;
mod value;
mod violation;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use decode::Validated;
pub(crate) use decode::decode_validating;
pub(crate) use escape::{excerpt, is_control};
#[doc(hidden)]
pub use lookup::json_at;
pub(crate) use schema::Direction;
#[doc(hidden)]
pub use schema::{Bounds, Count, Format, Piece, Property, Required, Schema, StringRules};
pub use violation::{Rule, SyntaxError, Violation};

/// A type of the API with validation rules.
///
/// The types in [`types`](crate::types) implement it, and an `Option` or `Vec` of them.
pub trait HasSchema: DeserializeOwned + Serialize + Send + Sync + 'static {
    /// The rules.
    #[doc(hidden)]
    const SCHEMA: &'static Schema;

    /// Returns the violations in this value, in its serialized form.
    ///
    /// Decoding discards unknown properties. Use [`json`] to validate a response as received.
    fn violations(&self) -> Vec<Violation> {
        match serde_json::to_vec(self) {
            Ok(json) => explain::explain(&json, Self::SCHEMA, Direction::Request),
            Err(error) => vec![Violation::not_json(&error)],
        }
    }
}

impl<T: HasSchema> HasSchema for Option<T> {
    const SCHEMA: &'static Schema = &Schema::Nullable(T::SCHEMA);
}

impl<T: HasSchema> HasSchema for Vec<T> {
    const SCHEMA: &'static Schema =
        &Schema::Array { items: T::SCHEMA, count: Count { min: 0, max: None }, unique: false };
}

/// The value of a response without content.
impl HasSchema for () {
    const SCHEMA: &'static Schema = &Schema::Any;
}

/// Returns the violations in a part of a request.
#[doc(hidden)]
pub fn request_violations(json: &str, schema: &'static Schema) -> Vec<Violation> {
    explain::explain(json.as_bytes(), schema, Direction::Request)
}

/// Returns the violations in the body of a response.
#[doc(hidden)]
pub fn response_violations(json: &[u8], schema: &'static Schema) -> Vec<Violation> {
    explain::explain(json, schema, Direction::Response)
}

/// Validates a JSON document against the rules of `T`.
///
/// Returns up to 1000 violations in document order, with missing properties at the end of
/// their object. A document that is not JSON has a single violation of [`Rule::Json`] with an
/// empty pointer. Unknown properties and a leading byte order mark (RFC 8259) are ignored.
pub fn json<T: HasSchema>(json: &[u8]) -> Vec<Violation> {
    explain::explain(without_byte_order_mark(json), T::SCHEMA, Direction::Response)
}

/// Decodes and validates a JSON document.
///
/// The violations are those of [`json`]. Valid documents are read once, which takes little
/// longer than decoding alone. Invalid documents are read again to list their violations. A
/// document that does not decode, for example because it is truncated, has at least one
/// violation.
///
/// ```
/// use isometric_registry::{validate, types::CreditQuantity};
///
/// let validated =
///     validate::from_slice::<CreditQuantity>(br#"{"credit_kgs": 12500, "credits": 12.5}"#);
/// assert_eq!(validated.value.map(|size| size.credit_kgs), Some(12_500));
/// assert_eq!(validated.violations, []);
/// ```
pub fn from_slice<T: HasSchema>(json: &[u8]) -> Validated<T> {
    decode_validating(without_byte_order_mark(json), T::SCHEMA)
}

pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}
