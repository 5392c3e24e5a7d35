//! Request Body Objects.

use crate::document::diagnostic::document_rules;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::openapi30::REQUEST_BODY;

document_rules! {
    OPTIONAL_REQUEST_BODY = "optional-request-body":
        "A request body is optional, but progenitor always sends one"
        => "add `required: true`";
    EMPTY_REQUEST_BODY = "empty-request-body":
        "A request body has no media type"
        => "add `application/json`, or remove the request body";
}

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for body in document.all(&REQUEST_BODY) {
        if body.is_false("required") {
            let message = "request body must be required: progenitor always sends it";
            findings.add(&OPTIONAL_REQUEST_BODY, body.here(), message);
        }
        if body.get("content").is_some() && body.entries("content").next().is_none() {
            findings.add(&EMPTY_REQUEST_BODY, body.at("content"), "request body has no media type");
        }
    }
}
