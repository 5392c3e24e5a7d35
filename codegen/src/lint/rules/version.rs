//! Which documents are read at all: OpenAPI 3.0.

use crate::document::diagnostic::Position;
use crate::document::pointer::Pointer;
use crate::document::{Node, Value};
use crate::lint::findings::{Findings, Place};
use crate::lint::words::{cut, shown};

const HELP: &str = "write OpenAPI 3.0, such as `openapi: 3.0.3`: progenitor, which writes the \
                    client, reads no other version";

/// Whether this says that it is an OpenAPI 3.0 document. If it does not, nothing
/// else about it is worth a word.
pub(in crate::lint) fn is_accepted(root: &Node, findings: &mut Findings) -> bool {
    let start = Place { position: Position::START, pointer: Pointer::root() };
    if root.value == Value::Null {
        findings.add(start, "the document is empty", "begin it with `openapi: 3.0.3`");
        return false;
    }
    if !matches!(root.value, Value::Object(_)) {
        let message =
            format!("expected an OpenAPI document, which is an object; found {}", shown(root));
        findings.add(
            Place { position: root.position, ..start },
            message,
            "begin it with `openapi: 3.0.3`",
        );
        return false;
    }
    let Some(member) = root.member("openapi").or_else(|| root.member("swagger")) else {
        findings.add(start, "the document does not say which OpenAPI it is written in", HELP);
        return false;
    };
    let text = member.node.as_str().unwrap_or_default();
    let patch = text.strip_prefix("3.0.").filter(|_| member.key == "openapi");
    if patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit())) {
        return true;
    }
    let pointer = Pointer::root().child(&member.key);
    let place = Place { position: member.key_position, pointer };
    findings.add(place, refused(&member.key, &member.node), HELP);
    false
}

fn refused(key: &str, version: &Node) -> String {
    match (key, version.as_str()) {
        ("swagger", _) => "this is Swagger 2.0, the predecessor of OpenAPI".to_owned(),
        (_, Some(text)) if text.starts_with("3.") && !text.starts_with("3.0") => {
            format!("this is OpenAPI {}", cut(text))
        }
        _ => format!("{} is no version of OpenAPI 3.0", shown(version)),
    }
}
