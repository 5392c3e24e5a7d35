//! Bodies: JSON of a named schema, and one kind of success and of error for an
//! operation.

use std::fmt;

use http::StatusCode;

use crate::lint::document::{Document, Operation, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::openapi30::{REQUEST_BODY, RESPONSE};
use crate::lint::words::cut;

const JSON: &str = "application/json";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for object in [&REQUEST_BODY, &RESPONSE] {
        for site in document.all(object) {
            content(document, site, findings);
        }
    }
    for request in document.all(&REQUEST_BODY) {
        request_body(request, findings);
    }
    for operation in document.operations() {
        responses(document, &operation, findings);
    }
}

/// Bodies are JSON, of a named schema.
fn content(document: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    for media_type in document.children(site, "content") {
        let name = media_type.place.pointer.last().unwrap_or_default();
        if name != JSON {
            let message =
                format!("the client sends and reads `{JSON}` alone, not `{}`", cut(&name));
            findings.add(media_type.here(), message, format!("remove it, or write `{JSON}`"));
        }
        match document.child(media_type, "schema") {
            Some(schema) if schema.is_reference() => {}
            Some(schema) => findings.add(
                schema.here(),
                "the schema of a body has no name, and the type it becomes needs one",
                "move it to `components: {schemas: ...}` and refer to it",
            ),
            None if media_type.get("schema").is_none() => findings.add(
                media_type.here(),
                "the body has no schema; progenitor panics at it",
                "add `schema: {$ref: ...}`",
            ),
            None => {}
        }
    }
}

fn request_body(body: &Site<'_>, findings: &mut Findings) {
    if body.is_off("required") {
        let message = "the request body is optional, and progenitor always sends one";
        findings.add(body.here(), message, "add `required: true`");
    }
    if body.get("content").is_some() && body.entries("content").next().is_none() {
        let message = "the request body has no content, and progenitor would send none";
        findings.add(body.at("content"), message, format!("add `{JSON}`, or remove the body"));
    }
}

/// What a response carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body<'d> {
    Nothing,
    Schema(&'d str),
}

struct Response<'d> {
    status: &'d str,
    place: Place,
    body: Body<'d>,
}

fn responses(document: &Document<'_>, operation: &Operation<'_, '_>, findings: &mut Findings) {
    let Some(site) = document.child(operation.site, "responses") else { return };
    let here = operation.site.at("responses");
    let statuses = || site.node.members().iter().map(|member| member.key.as_str());
    let responses: Vec<_> = statuses()
        .filter_map(|status| Response::of(document, document.child(site, status)?, status))
        .collect();
    for response in responses.iter().filter(|response| response.status.starts_with('1')) {
        let message = "an informational response never reaches the caller";
        findings.add(response.place.clone(), message, "remove it");
    }
    for response in responses.iter().filter(|response| !response.is_named()) {
        let status = response.status;
        let message = format!(
            "HTTP has no name for the status {status}, after which its mock would be named"
        );
        let help = format!("describe it as `{}XX`, with the others of its kind", &status[..1]);
        findings.add(response.place.clone(), message, help);
    }
    let success: Vec<_> = responses.iter().filter(|response| response.is(&['2'])).collect();
    let errors: Vec<_> = responses.iter().filter(|response| response.is(&['4', '5'])).collect();
    if !statuses().any(|status| status.starts_with('2') || status == "default") {
        let message = "the operation describes no success, which is what its method returns";
        findings.add(here, message, "add a response such as `'200'`");
    }
    for response in success.iter().filter(|response| response.body == Body::Nothing) {
        let message = "the success has no content, and the method has nothing to return";
        let help = format!("add `content: {{{JSON}: {{schema: {{$ref: ...}}}}}}`");
        findings.add(response.place.clone(), message, help);
    }
    one_body(&success, "success", findings);
    one_body(&errors, "error", findings);
}

impl<'d> Response<'d> {
    /// The response; `None` where it is broken in itself.
    fn of(document: &Document<'d>, entry: &Site<'d>, status: &'d str) -> Option<Self> {
        let response = document.resolve(entry).filter(|response| response.is(&RESPONSE))?;
        let body = match document.children(response, "content").as_slice() {
            [] => Body::Nothing,
            [media_type, ..] => Body::Schema(document.child(media_type, "schema")?.text("$ref")?),
        };
        Some(Self { status, place: entry.here(), body })
    }

    /// Whether the status is a range, or has a name, without which progenitor panics.
    fn is_named(&self) -> bool {
        let status = self.status.parse().ok();
        status.is_none_or(|status: StatusCode| status.canonical_reason().is_some())
    }

    /// Whether the status begins so; `default` is any status.
    fn is(&self, first: &[char]) -> bool {
        self.status.starts_with(first) || self.status == "default"
    }
}

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no content"),
            Self::Schema(reference) => {
                write!(f, "`{}`", cut(reference.rsplit('/').next().unwrap_or(reference)))
            }
        }
    }
}

/// progenitor gives an operation one type of success and one of error, and panics
/// where there are two.
fn one_body(responses: &[&Response<'_>], kind: &str, findings: &mut Findings) {
    let Some((first, others)) = responses.split_first() else { return };
    for other in others.iter().filter(|other| other.body != first.body) {
        findings.add(
            other.place.clone(),
            format!(
                "{kind} responses with different schemas: {} here, {} under `{}`; progenitor \
                 takes one {kind} type for an operation",
                other.body, first.body, first.status
            ),
            "give them one schema, such as a `oneOf` of both",
        );
    }
}
