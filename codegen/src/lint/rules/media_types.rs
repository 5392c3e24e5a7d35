//! Media Type Objects: bodies are JSON with a named schema.

use crate::document::diagnostic::document_rules;
use crate::document::nullable::is_null_only;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::message::truncate;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::{REQUEST_BODY, RESPONSE};

document_rules! {
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type":
        "The media type of a body is not JSON"
        => "remove the media type, or change it to `application/json`";
    UNNAMED_BODY_SCHEMA = "unnamed-body-schema":
        "The schema of a body is inline, so its Rust type would have no name"
        => "move the schema to `components: {schemas: ...}` and refer to it";
    MISSING_BODY_SCHEMA = "missing-body-schema":
        "A body has no schema"
        => "add `schema: {$ref: ...}`";
}

/// The only supported media type.
pub(super) const JSON: &str = "application/json";

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for object_type in [&REQUEST_BODY, &RESPONSE] {
        for body in document.all(object_type) {
            for media_type in document.children(body, "content") {
                check_media_type(document, media_type, findings);
            }
        }
    }
}

fn check_media_type(
    document: &LintDocument<'_>,
    media_type: &ObjectNode<'_>,
    findings: &mut Findings,
) {
    let name = media_type.key().unwrap_or_default();
    if name != JSON {
        let message = format!("unsupported media type `{}`; expected `{JSON}`", truncate(&name));
        findings.add(&UNSUPPORTED_MEDIA_TYPE, media_type.here(), message);
    }
    if media_type.get("schema").is_none() {
        findings.add(&MISSING_BODY_SCHEMA, media_type.here(), "body has no `schema`");
    }
    if let Some(schema) = document.child(media_type, "schema")
        && !has_type_name(document, schema)
    {
        let message = "inline body schema: the generated type needs a name";
        findings.add(&UNNAMED_BODY_SCHEMA, schema.here(), message);
    }
}

/// Returns whether the type of a body has a name: the schema is a reference, or it is an alias, an
/// array or a nullable form of one.
fn has_type_name(document: &LintDocument<'_>, schema: &ObjectNode<'_>) -> bool {
    if schema.is_reference() {
        return true;
    }
    let inner = match document.children(schema, "allOf").as_slice() {
        [only] => Some(*only),
        _ => document.child(schema, "items"),
    };
    if let Some(inner) = inner {
        return has_type_name(document, inner);
    }
    let choice = |key| document.children(schema, key);
    let alternatives = [choice("anyOf"), choice("oneOf")].concat();
    let is_null = |alternative: &&ObjectNode<'_>| {
        document.resolve(alternative).is_some_and(|resolved| is_null_only(resolved.node))
    };
    let mut others = alternatives.into_iter().filter(|alternative| !is_null(alternative));
    others.next().is_some_and(|only| others.next().is_none() && has_type_name(document, only))
}
