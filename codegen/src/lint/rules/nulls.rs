//! Null: where it is allowed, and in the one form that becomes an `Option`.

use std::collections::HashSet;
use std::ptr;

use crate::document::{Node, Value};
use crate::lint::document::{Document, Site};
use crate::lint::findings::Findings;
use crate::lint::openapi30::SCHEMA;

/// How to allow null.
pub(super) const NULL_FORM: &str = "`oneOf: [{$ref: ...}, {$ref: '#/components/schemas/NullValue'}]`, where \
                         `NullValue` is `type: object`, `nullable: true`, `enum: [null]`";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for schema in document.all(&SCHEMA) {
        nullable(schema, findings);
        alternatives(document, schema, findings);
    }
    alone(document, findings);
}

/// Whether this is the schema of null and nothing else, in the one form that 3.0
/// has for it.
pub(super) fn is_null(node: &Node) -> bool {
    let values = node.get("enum").map(Node::elements).unwrap_or_default();
    node.get("type").is_some()
        && node.get("nullable").and_then(Node::as_bool) == Some(true)
        && matches!(values, [Node { value: Value::Null, .. }])
}

/// In 3.0, `nullable` adds null to the `type` beside it and to nothing else.
fn nullable(site: &Site<'_>, findings: &mut Findings) {
    if site.flag("nullable") && site.get("type").is_none() {
        findings.add(
            site.at("nullable"),
            "`nullable` changes nothing without a `type` beside it",
            format!("write {NULL_FORM}"),
        );
    }
}

/// There is something besides null.
fn alternatives(document: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    for key in ["anyOf", "oneOf"] {
        let children = document.children(site, key);
        if !children.is_empty() && children.iter().all(|child| leads_to_null(document, child)) {
            let message = format!("the `{key}` has no alternative besides null");
            findings.add(site.at(key), message, "add the schema of the other values");
        }
    }
}

fn leads_to_null(document: &Document<'_>, site: &Site<'_>) -> bool {
    document.resolve(site).is_some_and(|schema| is_null(schema.node))
}

/// Null is an alternative beside others and nothing else: only so does it become an
/// `Option`.
fn alone(document: &Document<'_>, findings: &mut Findings) {
    let alternatives: HashSet<_> = document
        .all(&SCHEMA)
        .flat_map(|schema| ["anyOf", "oneOf"].map(|key| document.children(schema, key)).concat())
        .map(|alternative| &alternative.place.pointer)
        .collect();
    let schemas = document.sites().iter().filter(|site| ptr::eq(site.object, &SCHEMA));
    for schema in schemas.filter(|schema| leads_to_null(document, schema)) {
        let is_named = schema.is_named_schema() && !schema.is_reference();
        if !is_named && !alternatives.contains(&schema.place.pointer) {
            findings.add(
                schema.here(),
                "null is allowed here and nothing else, which progenitor cannot express",
                format!("write {NULL_FORM}"),
            );
        }
    }
}
