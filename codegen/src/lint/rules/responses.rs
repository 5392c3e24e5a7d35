//! Responses Objects: each operation has one success type.

use std::fmt;

use serde_json::Value as Json;

use crate::document::diagnostic::document_rules;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::{LintDocument, LintOperation};
use crate::lint::message::truncate;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::RESPONSE;

document_rules! {
    INFORMATIONAL_RESPONSE = "informational-response":
        "A response has a 1xx status, which never reaches the caller"
        => "remove the response";
    MISSING_SUCCESS = "missing-success":
        "An operation has no successful response"
        => "add a response, such as `'200'`";
    CONFLICTING_RESPONSES = "conflicting-responses":
        "An operation has several schemas of successful responses, but its method returns one type"
        => "use one schema for these responses, such as a `oneOf`";
}

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for operation in document.operations() {
        responses(document, &operation, findings);
    }
}

/// The content of a response.
#[derive(PartialEq)]
enum ResponseContent {
    Empty,
    Schema(Json),
}

struct ListedResponse<'d> {
    status: &'d str,
    location: Location,
    content: ResponseContent,
}

fn responses(
    document: &LintDocument<'_>,
    operation: &LintOperation<'_, '_>,
    findings: &mut Findings,
) {
    let Some(object) = document.child(operation.object, "responses") else { return };
    let statuses = || object.node.members().iter().map(|member| member.key.as_str());
    let responses: Vec<_> = statuses()
        .filter_map(|status| ListedResponse::new(document, document.child(object, status)?, status))
        .collect();
    for response in &responses {
        status(response, findings);
    }
    if !statuses().any(|status| status.starts_with('2') || status == "default") {
        let message = "operation has no successful response";
        findings.add(&MISSING_SUCCESS, operation.object.at("responses"), message);
    }
    // The default response beside successful ones describes errors.
    let successes: Vec<_> =
        responses.iter().filter(|response| response.status.starts_with('2')).collect();
    same_content(&successes, findings);
}

fn status(response: &ListedResponse<'_>, findings: &mut Findings) {
    let status = response.status;
    if status.starts_with('1') {
        let message = format!("informational response {status} never reaches the caller");
        findings.add(&INFORMATIONAL_RESPONSE, response.location.clone(), message);
    }
}

impl<'d> ListedResponse<'d> {
    /// Returns `None` if another rule reports the response.
    fn new(document: &LintDocument<'d>, entry: &ObjectNode<'d>, status: &'d str) -> Option<Self> {
        let response = document.resolve(entry).filter(|response| response.is(&RESPONSE))?;
        let content = match document.children(response, "content").as_slice() {
            [] => ResponseContent::Empty,
            [media_type, ..] => {
                ResponseContent::Schema(document.child(media_type, "schema")?.node.to_json())
            }
        };
        Some(Self { status, location: entry.here(), content })
    }
}

impl fmt::Display for ResponseContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no content"),
            Self::Schema(schema) => match schema.get("$ref").and_then(Json::as_str) {
                Some(name) => write!(f, "`{}`", truncate(name.rsplit('/').next().unwrap_or(name))),
                None => f.write_str("an inline schema"),
            },
        }
    }
}

/// Reports responses whose content differs from that of the first.
fn same_content(responses: &[&ListedResponse<'_>], findings: &mut Findings) {
    let Some((first, others)) = responses.split_first() else { return };
    for other in others.iter().filter(|other| other.content != first.content) {
        let message = format!(
            "success responses have different content: {} here, {} under `{}`",
            other.content, first.content, first.status
        );
        findings.add(&CONFLICTING_RESPONSES, other.location.clone(), message);
    }
}
