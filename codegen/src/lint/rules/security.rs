//! Security Scheme and Security Requirement Objects: the client sends a bearer token
//! and a secret header with every request.

use std::collections::BTreeSet;

use super::names::is_header_name;
use super::parameters::INVALID_HEADER_NAME;
use crate::document::diagnostic::document_rules;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::LintDocument;
use crate::lint::message::truncate;
use crate::lint::object_node::{ObjectNode, member_location};
use crate::lint::openapi30::SECURITY_SCHEME;

document_rules! {
    UNSUPPORTED_SECURITY_SCHEME = "unsupported-security-scheme":
        "The client does not support a security scheme"
        => CREDENTIALS;
    DUPLICATE_SECURITY_SCHEME = "duplicate-security-scheme":
        "Two security schemes describe the same credential"
        => CREDENTIALS;
    MISSING_SECURITY_SCHEME = "missing-security-scheme":
        "The bearer token or the secret header has no security scheme"
        => CREDENTIALS;
    INVALID_SECURITY = "invalid-security":
        "`security` is not a single requirement with all security schemes"
        => "write a single requirement that lists every security scheme";
    UNKNOWN_SECURITY_SCHEME = "unknown-security-scheme":
        "`security` refers to a security scheme that does not exist"
        => "write a single requirement that lists every security scheme";
    UNEXPECTED_SCOPES = "unexpected-scopes":
        "A security requirement has scopes, which only OAuth 2 and OpenID Connect support"
        => "replace the scopes with `[]`";
}

/// The supported security schemes.
const CREDENTIALS: &str = "declare one bearer token (`type: http`, `scheme: bearer`) and one \
                           secret header (`type: apiKey`, `in: header`)";

/// Headers that the client or HTTP defines, so that they cannot contain the secret.
const CLIENT_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "api-version",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "location",
    "proxy-authorization",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    let Some(openapi) = document.openapi() else { return };
    if schemes(document, openapi, findings) {
        requirements(document, openapi, findings);
    }
}

/// Checks the security schemes. Returns whether they are complete.
fn schemes(document: &LintDocument<'_>, openapi: &ObjectNode<'_>, findings: &mut Findings) -> bool {
    let mut kinds = BTreeSet::new();
    let mut is_valid = true;
    for scheme in document.all(&SECURITY_SCHEME) {
        let Some(kind) = kind(scheme) else {
            let message = "unsupported security scheme";
            findings.add(&UNSUPPORTED_SECURITY_SCHEME, scheme.here(), message);
            is_valid = false;
            continue;
        };
        if let Some(name) = scheme.get_str("name").filter(|name| is_client_header(name)) {
            let message = format!("the client writes the header `{name}` itself");
            findings.add(&UNSUPPORTED_SECURITY_SCHEME, scheme.at("name"), message);
        }
        if let Some(name) = scheme.get_str("name").filter(|name| !is_header_name(name)) {
            let message = format!("invalid header name `{}`", truncate(name));
            findings.add(&INVALID_HEADER_NAME, scheme.at("name"), message);
        }
        if !kinds.insert(kind) {
            let message = format!("duplicate security scheme for the {kind}");
            findings.add(&DUPLICATE_SECURITY_SCHEME, scheme.here(), message);
            is_valid = false;
        }
    }
    if is_valid && kinds.len() < 2 {
        let message = "missing security scheme for the bearer token or the secret header";
        findings.add(&MISSING_SECURITY_SCHEME, openapi.at("components"), message);
    }
    is_valid && kinds.len() == 2
}

fn is_client_header(name: &str) -> bool {
    CLIENT_HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name))
}

fn kind(scheme: &ObjectNode<'_>) -> Option<&'static str> {
    match (scheme.get_str("type")?, scheme.get_str("scheme"), scheme.get_str("in")) {
        ("http", Some(name), _) if name.eq_ignore_ascii_case("bearer") => Some("bearer token"),
        ("apiKey", _, Some("header")) if scheme.get_str("name").is_some() => Some("secret header"),
        _ => None,
    }
}

/// Checks that `security` of the document is a single requirement with all schemes. An operation
/// may have alternatives with fewer schemes.
fn requirements(document: &LintDocument<'_>, openapi: &ObjectNode<'_>, findings: &mut Findings) {
    let schemes: Vec<_> =
        document.all(&SECURITY_SCHEME).filter_map(|scheme| scheme.key()).collect();
    let all: Vec<_> = schemes.iter().map(|name| format!("{}: []", truncate(name))).collect();
    let help = format!("write `security: [{{{}}}]`", all.join(", "));
    let mut add = |rule, at: Location, message: String| {
        findings.add_with_help(rule, at, message, help.clone());
    };
    let requirements: Vec<_> = openapi.elements("security").collect();
    if let [(location, requirement)] = requirements.as_slice() {
        for name in schemes.iter().filter(|name| requirement.get(name).is_none()) {
            let name = truncate(name);
            let message = format!("security requirement lacks the security scheme `{name}`");
            add(&INVALID_SECURITY, location.clone(), message);
        }
    } else {
        let message = format!("`security`: expected one requirement, found {}", requirements.len());
        return add(&INVALID_SECURITY, openapi.at("security"), message);
    }
    let operations = document.operations();
    let own = operations.iter().flat_map(|operation| operation.object.elements("security"));
    for (location, requirement) in requirements.into_iter().chain(own) {
        for member in requirement.members() {
            let at = member_location(&location.pointer, member);
            let name = truncate(&member.key);
            if !schemes.contains(&member.key) {
                add(&UNKNOWN_SECURITY_SCHEME, at, format!("unknown security scheme `{name}`"));
            } else if !member.node.elements().is_empty() {
                add(&UNEXPECTED_SCOPES, at, format!("security scheme `{name}` has no scopes"));
            }
        }
    }
}
