//! Lookup of schemas by name or location in the spec, for programs that learn the type of a
//! value at run time.
//!
//! Not part of the stable API.

pub use super::decode::is_valid;
use super::{Direction, Schema, Violation, explain, without_byte_order_mark};
use crate::generated::schema::tables;

/// The pointer of the named schemas.
const NAMED: &str = "/components/schemas/";

/// Returns the named schemas of the spec, sorted by name.
pub fn named() -> impl Iterator<Item = (&'static str, &'static Schema)> {
    tables().iter().filter_map(|(pointer, schema)| Some((pointer.strip_prefix(NAMED)?, *schema)))
}

/// Returns the violations of a response schema in a JSON document, as
/// [`json`](super::json) does.
pub fn violations(json: &[u8], schema: &'static Schema) -> Vec<Violation> {
    explain::explain(without_byte_order_mark(json), schema, Direction::Response)
}

/// Validates JSON against the schema at a JSON pointer of the spec, such as
/// `/components/schemas/CreditBatch/properties/size`.
///
/// Returns `None` if the pointer does not refer to a schema, or refers to a bare `$ref`. The
/// indexes of a `oneOf` or `anyOf` skip the null schema.
#[doc(hidden)]
pub fn json_at(pointer: &str, json: &[u8]) -> Option<Vec<Violation>> {
    Some(violations(json, find(pointer)?))
}

fn find(pointer: &str) -> Option<&'static Schema> {
    let (mut schema, rest) = tables().iter().find_map(|(table, schema)| {
        let rest = pointer.strip_prefix(table)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((*schema, rest))
    })?;
    let mut tokens = rest.split('/').skip(1).map(unescape);
    while let Some(keyword) = tokens.next() {
        schema = match (keyword.as_str(), schema.non_null()) {
            ("properties", Schema::Object { properties, .. }) => {
                let name = tokens.next()?;
                properties.iter().find(|property| property.name == name)?.schema
            }
            ("additionalProperties", Schema::Object { additional, .. }) => (*additional)?,
            ("items", Schema::Array { items, .. }) => items,
            ("allOf", Schema::AllOf(schemas))
            | ("anyOf", Schema::AnyOf(schemas))
            | ("oneOf", Schema::OneOf(schemas)) => {
                schemas.get(tokens.next()?.parse::<usize>().ok()?)?
            }
            _ => return None,
        };
    }
    Some(schema)
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
