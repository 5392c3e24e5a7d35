//! Finds the table of a schema by its place in the spec.

use super::{Schema, Violation, explain, without_byte_order_mark};
use crate::generated::schema::TABLES;

/// Validates JSON against the schema at a JSON pointer of the spec, such as
/// `/components/schemas/CreditBatch/properties/size`.
///
/// Returns `None` if there is no table for the pointer. Only schemas within
/// `/components/schemas` have one. Alternatives of a `oneOf` or `anyOf` are counted without the
/// null schema.
#[doc(hidden)]
pub fn json_at(pointer: &str, json: &[u8]) -> Option<Vec<Violation>> {
    Some(explain::walk(without_byte_order_mark(json), find(pointer)?))
}

fn find(pointer: &str) -> Option<&'static Schema> {
    let mut tokens = pointer.strip_prefix("/components/schemas/")?.split('/').map(unescape);
    let name = tokens.next()?;
    let mut schema = TABLES.iter().find(|(table, _)| *table == name)?.1;
    while let Some(keyword) = tokens.next() {
        if let Schema::Nullable(inner) = schema {
            schema = inner;
        }
        schema = match (keyword.as_str(), schema) {
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
