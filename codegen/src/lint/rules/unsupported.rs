//! What OpenAPI allows and the generated client cannot do: fields that progenitor
//! ignores, refuses or panics at.

use crate::lint::document::Document;
use crate::lint::findings::Findings;

/// A field that is refused wherever it stands.
struct Unsupported {
    object: &'static str,
    field: &'static str,
    why: &'static str,
    help: &'static str,
}

const fn row(
    object: &'static str,
    field: &'static str,
    why: &'static str,
    help: &'static str,
) -> Unsupported {
    Unsupported { object, field, why, help }
}

const NO_METHOD: &str = "reqwest has no function for this method, and progenitor calls it";
const ONE_LOGIN: &str = "the client sends the same credentials with every call";
const ONE_BASE: &str = "the client sends every call to the server that its user has chosen";

const UNSUPPORTED: &[Unsupported] = &[
    row("Path Item", "head", "an answer to HEAD has no body to return", "remove it"),
    row("Path Item", "options", NO_METHOD, "remove it"),
    row("Path Item", "trace", NO_METHOD, "remove it"),
    row("Path Item", "servers", ONE_BASE, "name the servers at the top of the document"),
    row("Operation", "servers", ONE_BASE, "name the servers at the top of the document"),
    row("Operation", "security", ONE_LOGIN, "write `security` at the top of the document"),
    row("Server", "variables", "the client has fixed base URLs", "write one server for each URL"),
    row(
        "Parameter",
        "content",
        "progenitor takes only parameters with a `schema`",
        "describe the parameter by a `schema`",
    ),
    row("Parameter", "allowReserved", "progenitor encodes reserved characters", "remove it"),
    row(
        "Media Type",
        "encoding",
        "progenitor panics at it, and JSON has no use for it",
        "remove it",
    ),
    row("Schema", "not", "typify turns it into a type that nothing fits", "say what is allowed"),
    row(
        "Schema",
        "discriminator",
        "progenitor ignores it",
        "remove it; alternatives are told apart by their schemas",
    ),
    row("Schema", "x-rust-type", "typify would put another type in its place", "remove it"),
    row("Operation", "x-dropshot-pagination", "progenitor would write another method", "remove it"),
    row("Operation", "x-dropshot-websocket", "progenitor would write another method", "remove it"),
];

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for site in document.sites().iter().filter(|site| !site.is_reference()) {
        let rows = UNSUPPORTED.iter().filter(|row| row.object == site.object.name);
        for row in rows.filter(|row| site.get(row.field).is_some()) {
            let message = format!("`{}` is not supported: {}", row.field, row.why);
            findings.add(site.at(row.field), message, row.help);
        }
    }
}
