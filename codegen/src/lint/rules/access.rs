//! How the API is reached: its servers, and the credentials that it asks for.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use super::names::{distinct, is_snake_case};
use super::parameters::is_header_name;
use crate::document::pointer::Pointer;
use crate::lint::document::{Document, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::openapi30::SECURITY_SCHEME;
use crate::lint::words::cut;

const ENVIRONMENT: &str = "x-environment";

/// What the client can log in with.
const CREDENTIALS: &str = "the client logs in with one bearer token (`type: http`, `scheme: bearer`) \
                           and one secret in a header (`type: apiKey`, `in: header`)";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    let Some(root) = document.site(&Pointer::root()) else { return };
    servers(document, root, findings);
    if schemes(document, root, findings) {
        security(document, root, findings);
    }
}

fn servers(document: &Document<'_>, root: &Site<'_>, findings: &mut Findings) {
    let servers = document.children(root, "servers");
    if servers.is_empty() {
        let message = "there is no server, and the client would not know where to call";
        let help = "add `servers: [{url: ..., description: ..., x-environment: production}]`";
        findings.add(root.at("servers"), message, help);
    }
    for server in &servers {
        environment(server, findings);
        base_url(server, findings);
    }
    let names = servers
        .iter()
        .filter_map(|server| Some((server.text(ENVIRONMENT)?.to_owned(), server.at(ENVIRONMENT))));
    distinct(names, "environment", str::to_upper_camel_case, findings);
}

fn environment(server: &Site<'_>, findings: &mut Findings) {
    let help = "write a name in snake case, such as `x-environment: production`";
    match server.text(ENVIRONMENT) {
        Some(name) if is_snake_case(name) => {}
        Some(name) => {
            let message = format!("`{}` is no name for an environment of the client", cut(name));
            findings.add(server.at(ENVIRONMENT), message, help);
        }
        None => {
            let message = format!("the server has no `{ENVIRONMENT}`, the client's name for it");
            findings.add(server.at(ENVIRONMENT), message, help);
        }
    }
}

fn base_url(server: &Site<'_>, findings: &mut Findings) {
    let Some(url) = server.text("url") else { return };
    let rest = url.strip_prefix("https://");
    let is_fit = |rest: &str| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', '@', '{', ' '])
    };
    if !rest.is_some_and(is_fit) || url.ends_with('/') {
        findings.add(
            server.at("url"),
            format!("`{}` is no base URL for the paths to follow", cut(url)),
            "write `https://`, a host and perhaps a path, with no `/` at the end",
        );
    }
}

/// Whether the schemes are those of the client.
fn schemes(document: &Document<'_>, root: &Site<'_>, findings: &mut Findings) -> bool {
    let mut kinds = BTreeSet::new();
    let mut others = 0;
    for scheme in document.all(&SECURITY_SCHEME) {
        let kind = match (scheme.text("type"), scheme.text("scheme"), scheme.text("in")) {
            (Some("http"), Some(name), _) if name.eq_ignore_ascii_case("bearer") => "bearer",
            (Some("apiKey"), _, Some("header")) if scheme.text("name").is_some() => "header",
            _ => {
                let message = "the client does not know this kind of security scheme";
                findings.add(scheme.here(), message, CREDENTIALS);
                others += 1;
                continue;
            }
        };
        if let Some(name) = scheme.text("name").filter(|name| !is_header_name(name)) {
            let message = format!("`{}` is no name of a header", cut(name));
            findings.add(scheme.at("name"), message, "use letters, digits and `-`");
        }
        if !kinds.insert(kind) {
            others += 1;
            let message = "there is another security scheme of this kind";
            findings.add(scheme.here(), message, CREDENTIALS);
        }
    }
    let complete = kinds.len() == 2;
    if !complete && others == 0 {
        let message = "a security scheme is missing from `securitySchemes`";
        findings.add(root.at("components"), message, CREDENTIALS);
    }
    complete && others == 0
}

/// Every call sends every credential: one requirement with all schemes says so.
fn security(document: &Document<'_>, root: &Site<'_>, findings: &mut Findings) {
    let schemes: Vec<_> =
        document.all(&SECURITY_SCHEME).filter_map(|scheme| scheme.place.pointer.last()).collect();
    let all: Vec<_> = schemes.iter().map(|name| format!("{name}: []")).collect();
    let help = format!("write `security: [{{{}}}]`", all.join(", "));
    let requirements: Vec<_> = root.elements("security").collect();
    let [(place, requirement)] = requirements.as_slice() else {
        let message =
            "`security` is not one requirement, and every call sends the same credentials";
        return findings.add(root.at("security"), message, help);
    };
    for name in schemes.iter().filter(|name| requirement.get(name).is_none()) {
        let message = format!("`security` does not ask for `{name}`, which every call sends");
        findings.add(place.clone(), message, help.clone());
    }
    for member in requirement.members() {
        let pointer = place.pointer.child(&member.key);
        let place = Place { position: member.key_position, pointer };
        if !schemes.contains(&member.key) {
            let message = format!("there is no security scheme `{}`", cut(&member.key));
            findings.add(place, message, help.clone());
        } else if !member.node.elements().is_empty() {
            let message = "only OAuth 2 and OpenID Connect have scopes";
            findings.add(place, message, help.clone());
        }
    }
}
