//! Server Objects, which become the environments of the client.

use heck::ToUpperCamelCase;

use super::names::{check_unique, is_snake_case};
use crate::document::diagnostic::document_rules;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::message::truncate;
use crate::lint::object_node::ObjectNode;

document_rules! {
    MISSING_SERVER = "missing-server":
        "The document has no server"
        => "add `servers: [{url: ..., description: ..., x-environment: production}]`";
    INVALID_ENVIRONMENT = "invalid-environment":
        "The `x-environment` of a server, its name in the client, is missing or not in snake case"
        => "write a name in snake case, such as `x-environment: production`";
    DUPLICATE_ENVIRONMENT = "duplicate-environment":
        "Two servers have the same `x-environment` in Rust"
        => "rename one of the environments";
    INVALID_SERVER_URL = "invalid-server-url":
        "The `url` of a server is not a base URL"
        => "write `https://`, a host and optionally a path, without a trailing `/`";
}

const ENVIRONMENT: &str = "x-environment";

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    let Some(openapi) = document.openapi() else { return };
    let servers = document.children(openapi, "servers");
    if servers.is_empty() {
        findings.add(&MISSING_SERVER, openapi.at("servers"), "document has no server");
    }
    for server in &servers {
        environment(server, findings);
        base_url(server, findings);
    }
    let names = servers.iter().filter_map(|server| {
        Some((server.get_str(ENVIRONMENT)?.to_owned(), server.at(ENVIRONMENT)))
    });
    let rule = &DUPLICATE_ENVIRONMENT;
    check_unique(rule, names, "environment", str::to_upper_camel_case, findings);
}

fn environment(server: &ObjectNode<'_>, findings: &mut Findings) {
    let message = match server.get_str(ENVIRONMENT) {
        Some(name) if is_snake_case(name) => return,
        Some(name) => format!("invalid environment `{}`; expected snake case", truncate(name)),
        None => format!("server has no `{ENVIRONMENT}`"),
    };
    findings.add(&INVALID_ENVIRONMENT, server.at(ENVIRONMENT), message);
}

fn base_url(server: &ObjectNode<'_>, findings: &mut Findings) {
    let Some(url) = server.get_str("url") else { return };
    let is_valid = url.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.ends_with('/')
            && !rest.contains(['?', '#', '@', '{', ' '])
    });
    if !is_valid {
        let message = format!("invalid base URL `{}`", truncate(url));
        findings.add(&INVALID_SERVER_URL, server.at("url"), message);
    }
}
