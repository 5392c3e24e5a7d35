//! Parameters: each can be sent, and together they can be the arguments of a method.

use std::collections::BTreeSet;

use super::names::{distinct, snake};
use crate::document::Node;
use crate::lint::document::{Document, Operation, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::openapi30::{OPERATION, PARAMETER, PATH_ITEM, SECURITY_SCHEME};
use crate::lint::words::cut;

/// Headers that OpenAPI takes from elsewhere and ignores as parameters.
const IGNORED_HEADERS: &[&str] = &["accept", "authorization", "content-type"];

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for object in [&PATH_ITEM, &OPERATION] {
        for site in document.all(object) {
            repeated(document, site, findings);
        }
    }
    for parameter in document.all(&PARAMETER) {
        location(document, parameter, findings);
        style(parameter, findings);
        value(document, parameter, findings);
    }
    for operation in document.operations() {
        argument_names(&operation, &of(document, &operation), findings);
    }
}

/// The parameters of an operation: its own, and those of the path that it does not
/// describe anew.
pub(super) fn of<'s, 'd>(
    document: &'s Document<'d>,
    operation: &Operation<'s, 'd>,
) -> Vec<(&'s Site<'d>, Place)> {
    let listed = |site: &Site<'d>| -> Vec<(&'s Site<'d>, Place)> {
        let entries = document.children(site, "parameters").into_iter();
        entries.filter_map(|entry| Some((document.resolve(entry)?, entry.here()))).collect()
    };
    let mut parameters = listed(operation.site);
    let own: Vec<_> = parameters.iter().map(|(parameter, _)| identity(parameter)).collect();
    let shared = listed(operation.item).into_iter();
    parameters.extend(shared.filter(|(parameter, _)| !own.contains(&identity(parameter))));
    parameters
}

fn identity<'d>(parameter: &Site<'d>) -> (Option<&'d str>, Option<&'d str>) {
    (parameter.text("name"), parameter.text("in"))
}

/// The same parameter twice in one list.
fn repeated(document: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for entry in document.children(site, "parameters") {
        let Some(parameter) = document.resolve(entry) else { continue };
        let (Some(name), Some(within)) = (parameter.text("name"), parameter.text("in")) else {
            continue;
        };
        if !seen.insert((name, within)) {
            let message = format!("the {within} parameter `{}` is there twice", cut(name));
            findings.add(entry.here(), message, "remove one of the two");
        }
    }
}

/// Where a parameter goes, and whether it may go there.
fn location(document: &Document<'_>, parameter: &Site<'_>, findings: &mut Findings) {
    let within = parameter.text("in").unwrap_or_default();
    let name = parameter.text("name").unwrap_or_default();
    let shown = cut(name);
    match within {
        "path" if parameter.is_off("required") => findings.add(
            parameter.here(),
            format!(
                "the path parameter `{shown}` is not required, and a path is nothing without it"
            ),
            "add `required: true`",
        ),
        "header" if IGNORED_HEADERS.contains(&name.to_lowercase().as_str()) => findings.add(
            parameter.at("name"),
            format!("OpenAPI ignores a header parameter called `{shown}`"),
            "remove it; media types and `security` say the same",
        ),
        "header" if is_secret(document, name) => findings.add(
            parameter.at("name"),
            format!("`{shown}` is a header of a security scheme, not an argument of a call"),
            "remove the parameter",
        ),
        "header" if !is_header_name(name) => findings.add(
            parameter.at("name"),
            format!("`{shown}` is no name of a header"),
            "use letters, digits and `-`",
        ),
        "cookie" => findings.add(
            parameter.at("in"),
            "progenitor cannot send a parameter as a cookie",
            "remove it, or send it as a header",
        ),
        _ => {}
    }
}

fn style(parameter: &Site<'_>, findings: &mut Findings) {
    let within = parameter.text("in").unwrap_or_default();
    let style = if within == "query" { "form" } else { "simple" };
    if parameter.text("style").is_some_and(|found| found != style) {
        let message = format!("progenitor writes a {within} parameter in no style but `{style}`");
        findings.add(parameter.at("style"), message, "remove `style`");
    }
}

/// Whether this is a token of RFC 9110. reqwest panics at any other name.
pub(super) fn is_header_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_part)
}

fn is_secret(document: &Document<'_>, header: &str) -> bool {
    document
        .all(&SECURITY_SCHEME)
        .filter(|scheme| scheme.text("in") == Some("header"))
        .filter_map(|scheme| scheme.text("name"))
        .any(|name| name.eq_ignore_ascii_case(header))
}

/// A parameter is written as text: one value or, in a query, an array of values.
fn value(document: &Document<'_>, parameter: &Site<'_>, findings: &mut Findings) {
    let within = parameter.text("in").unwrap_or_default();
    let Some(schema) = document.child(parameter, "schema") else { return };
    let Some(of) = plain_type(document, schema) else { return };
    let is_array = of == "array" && within == "query";
    let fits = match document.child(schema, "items").filter(|_| is_array) {
        Some(items) => plain_type(document, items).is_none_or(is_scalar),
        None => is_scalar(of),
    };
    if !fits {
        let message = format!("progenitor cannot write such a value into a {within} parameter");
        let help = "let the schema be a string, a number, an integer or a boolean; in a query it \
                    may be an array of these";
        findings.add(parameter.at("schema"), message, help);
    }
    if is_array && parameter.get("explode").and_then(Node::as_bool) == Some(false) {
        let message = "progenitor writes each element as a parameter of its own";
        findings.add(parameter.at("explode"), message, "remove `explode`");
    }
}

fn is_scalar(of: &str) -> bool {
    ["boolean", "integer", "number", "string"].contains(&of)
}

/// The type of a schema; `other` where it is not one type. `None` where something
/// else is wrong with it.
fn plain_type<'d>(document: &Document<'d>, schema: &Site<'d>) -> Option<&'d str> {
    let schema = document.unwrapped(schema)?;
    match schema.get("type") {
        _ if schema.flag("nullable") => Some("other"),
        Some(of) => of.as_str(),
        None => Some("other"),
    }
}

/// Parameters become the arguments of one method, and so does the body.
fn argument_names(
    operation: &Operation<'_, '_>,
    parameters: &[(&Site<'_>, Place)],
    findings: &mut Findings,
) {
    let body = operation.site.get("requestBody").map(|_| {
        let place = operation.site.at("requestBody");
        ("body".to_owned(), place)
    });
    let mut seen = BTreeSet::new();
    // The same parameter twice is another finding.
    let unique = parameters.iter().filter(|(parameter, _)| seen.insert(identity(parameter)));
    let names = unique
        .filter_map(|(parameter, place)| Some((parameter.text("name")?.to_owned(), place.clone())));
    distinct(names.chain(body), "argument", snake, findings);
}
