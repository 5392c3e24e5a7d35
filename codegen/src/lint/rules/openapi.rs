//! The OpenAPI Object: the version of the specification.

use crate::document::diagnostic::document_rules;
use crate::document::{Node, Value};
use crate::lint::findings::{Findings, Location};
use crate::lint::message::{describe, truncate};
use crate::lint::object_node::member_location;

document_rules! {
    NOT_OPENAPI = "not-openapi":
        "The document is not an OpenAPI document"
        => "start the document with `openapi: 3.0.3`";
    UNSUPPORTED_VERSION = "unsupported-version":
        "The version of the document is not OpenAPI 3.0"
        => "use OpenAPI 3.0, such as `openapi: 3.0.3`; progenitor supports no other version";
}

/// Returns whether the document is OpenAPI 3.0. For other versions, the other rules would
/// only report follow-up errors.
pub(in crate::lint) fn is_supported(root: &Node, findings: &mut Findings) -> bool {
    if root.value == Value::Null {
        findings.add(&NOT_OPENAPI, Location::start(), "empty document");
        return false;
    }
    let start = Location { position: root.position, ..Location::start() };
    if !matches!(root.value, Value::Object(_)) {
        let message = format!("expected an OpenAPI document (an object), found {}", describe(root));
        findings.add(&NOT_OPENAPI, start, message);
        return false;
    }
    let Some(member) = root.member("openapi").or_else(|| root.member("swagger")) else {
        findings.add(&NOT_OPENAPI, Location::start(), "missing `openapi` field");
        return false;
    };
    let version = member.node.as_str().unwrap_or_default();
    let patch = version.strip_prefix("3.0.").filter(|_| member.key == "openapi");
    if patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit())) {
        return true;
    }
    let at = member_location(&Location::start().pointer, member);
    findings.add(&UNSUPPORTED_VERSION, at, version_message(&member.key, &member.node));
    false
}

fn version_message(key: &str, version: &Node) -> String {
    match (key, version.as_str()) {
        ("swagger", _) => "unsupported version: Swagger 2.0".to_owned(),
        (_, Some(text)) if text.starts_with("3.") && !text.starts_with("3.0") => {
            format!("unsupported version: OpenAPI {}", truncate(text))
        }
        _ => format!(
            "invalid version: expected a version such as `3.0.3`, found {}",
            describe(version)
        ),
    }
}
