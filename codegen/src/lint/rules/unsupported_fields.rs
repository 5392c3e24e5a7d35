//! Valid OpenAPI fields that the generated client does not support, because progenitor
//! ignores them, rejects them or panics.

use crate::document::diagnostic::document_rules;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;

document_rules! {
    UNSUPPORTED_FIELD = "unsupported-field":
        "The generated client does not support a field"
        => "remove the field";
}

/// An unsupported field of an object type.
struct UnsupportedField {
    object_type: &'static str,
    field: &'static str,
    reason: &'static str,
    help: &'static str,
}

const fn row(
    object_type: &'static str,
    field: &'static str,
    reason: &'static str,
    help: &'static str,
) -> UnsupportedField {
    UnsupportedField { object_type, field, reason, help }
}

const REMOVE: &str = UNSUPPORTED_FIELD.remedy;
const NO_METHOD: &str = "reqwest has no function for this method";
const ONE_BASE_URL: &str = "the client sends all requests to the base URL of its environment";
const NO_DROPSHOT: &str = "progenitor would generate a different kind of method";

#[rustfmt::skip]
const UNSUPPORTED: &[UnsupportedField] = &[
    row("Path Item", "head", "a response to HEAD has no body", REMOVE),
    row("Path Item", "options", NO_METHOD, REMOVE),
    row("Path Item", "trace", NO_METHOD, REMOVE),
    row("Path Item", "servers", ONE_BASE_URL, "move it to `servers` of the document"),
    row("Operation", "servers", ONE_BASE_URL, "move it to `servers` of the document"),
    row("Operation", "x-dropshot-pagination", NO_DROPSHOT, REMOVE),
    row("Operation", "x-dropshot-websocket", NO_DROPSHOT, REMOVE),
    row("Server", "variables", "base URLs are fixed", "list each URL as a server"),
    row("Parameter", "content", "progenitor requires a `schema`", "describe the parameter with a `schema`"),
    row("Parameter", "allowReserved", "progenitor always encodes reserved characters", REMOVE),
    row("Media Type", "encoding", "progenitor panics, and JSON does not need it", REMOVE),
    row("Schema", "not", "typify generates a type without values", "describe the allowed values"),
    row("Schema", "discriminator", "progenitor ignores it", "remove it, and make the alternatives distinct"),
    row("Schema", "x-rust-type", "typify would replace the type", REMOVE),
];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for object in document.objects().iter().filter(|object| !object.is_reference()) {
        let rows = UNSUPPORTED.iter().filter(|row| row.object_type == object.object_type.name);
        for row in rows.filter(|row| object.get(row.field).is_some()) {
            let message = format!("unsupported field `{}`: {}", row.field, row.reason);
            findings.add_with_help(&UNSUPPORTED_FIELD, object.at(row.field), message, row.help);
        }
    }
}
