//! The schema that allows null and nothing else.

use super::node::{Node, Value};

/// Returns whether a schema allows only null. OpenAPI 3.0 has one form for it:
/// `type: object`, `nullable: true`, `enum: [null]`.
pub fn is_null_only(schema: &Node) -> bool {
    let values = schema.get("enum").map(Node::elements).unwrap_or_default();
    schema.get("type").is_some()
        && schema.is_true("nullable")
        && matches!(values, [Node { value: Value::Null, .. }])
}
