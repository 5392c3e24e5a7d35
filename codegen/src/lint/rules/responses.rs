//! Responses Objects: each operation has one success type and one error type.

use std::fmt;

use http::StatusCode;

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
    UNKNOWN_STATUS = "unknown-status":
        "A response has a status that HTTP does not define"
        => "use a range, such as `4XX`";
    MISSING_SUCCESS = "missing-success":
        "An operation has no successful response"
        => "add a response, such as `'200'`";
    EMPTY_SUCCESS = "empty-success":
        "A successful response has no content, so its method has nothing to return"
        => "add `content: {application/json: {schema: {$ref: ...}}}`";
    CONFLICTING_RESPONSES = "conflicting-responses":
        "An operation has several success or error schemas; progenitor supports one of each"
        => "use one schema for these responses, such as a `oneOf`";
}

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for operation in document.operations() {
        responses(document, &operation, findings);
    }
}

/// The content of a response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ResponseContent<'d> {
    Empty,
    Schema(&'d str),
}

struct ListedResponse<'d> {
    status: &'d str,
    location: Location,
    content: ResponseContent<'d>,
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
    let successes: Vec<_> =
        responses.iter().filter(|response| response.may_start_with(&['2'])).collect();
    let errors: Vec<_> =
        responses.iter().filter(|response| response.may_start_with(&['4', '5'])).collect();
    if !statuses().any(|status| status.starts_with('2') || status == "default") {
        let message = "operation has no successful response";
        findings.add(&MISSING_SUCCESS, operation.object.at("responses"), message);
    }
    for response in successes.iter().filter(|response| response.content == ResponseContent::Empty) {
        findings.add(
            &EMPTY_SUCCESS,
            response.location.clone(),
            "successful response has no content",
        );
    }
    same_content(&successes, "success", findings);
    same_content(&errors, "error", findings);
}

fn status(response: &ListedResponse<'_>, findings: &mut Findings) {
    let status = response.status;
    if status.starts_with('1') {
        let message = format!("informational response {status} never reaches the caller");
        findings.add(&INFORMATIONAL_RESPONSE, response.location.clone(), message);
    }
    // progenitor panics on a status without a reason phrase.
    let parsed = status.parse::<StatusCode>();
    if parsed.is_ok_and(|status| status.canonical_reason().is_none()) {
        let message = format!("unknown HTTP status {status}");
        let help = format!("use the range `{}XX`", &status[..1]);
        findings.add_with_help(&UNKNOWN_STATUS, response.location.clone(), message, help);
    }
}

impl<'d> ListedResponse<'d> {
    /// Returns `None` if another rule reports the response.
    fn new(document: &LintDocument<'d>, entry: &ObjectNode<'d>, status: &'d str) -> Option<Self> {
        let response = document.resolve(entry).filter(|response| response.is(&RESPONSE))?;
        let content = match document.children(response, "content").as_slice() {
            [] => ResponseContent::Empty,
            [media_type, ..] => {
                ResponseContent::Schema(document.child(media_type, "schema")?.get_str("$ref")?)
            }
        };
        Some(Self { status, location: entry.here(), content })
    }

    /// Returns whether the status starts with one of the digits or is `default`.
    fn may_start_with(&self, digits: &[char]) -> bool {
        self.status.starts_with(digits) || self.status == "default"
    }
}

impl fmt::Display for ResponseContent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no content"),
            Self::Schema(reference) => {
                write!(f, "`{}`", truncate(reference.rsplit('/').next().unwrap_or(reference)))
            }
        }
    }
}

/// Reports responses whose content differs from that of the first. progenitor panics on them.
fn same_content(responses: &[&ListedResponse<'_>], kind: &str, findings: &mut Findings) {
    let Some((first, others)) = responses.split_first() else { return };
    for other in others.iter().filter(|other| other.content != first.content) {
        let message = format!(
            "{kind} responses have different content: {} here, {} under `{}`",
            other.content, first.content, first.status
        );
        findings.add(&CONFLICTING_RESPONSES, other.location.clone(), message);
    }
}
