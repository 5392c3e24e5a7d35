//! Parameter Objects: parameters that progenitor can send and Rust methods can take.

use std::collections::BTreeSet;

use super::names::{check_unique, is_header_name};
use crate::document::Node;
use crate::document::diagnostic::document_rules;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::{LintDocument, LintOperation, parameter_key};
use crate::lint::message::truncate;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::{OPERATION, PARAMETER, PATH_ITEM, SECURITY_SCHEME};
use crate::model::{BODY_ARGUMENT, names};

document_rules! {
    DUPLICATE_PARAMETER = "duplicate-parameter":
        "A list contains two parameters with the same `name` and `in`"
        => "remove one of the parameters";
    EMPTY_PARAMETER_NAME = "empty-parameter-name":
        "The name of a parameter is empty"
        => "write the name as it is sent";
    OPTIONAL_PATH_PARAMETER = "optional-path-parameter":
        "A path parameter is not required"
        => "add `required: true`";
    IGNORED_HEADER = "ignored-header":
        "OpenAPI ignores a header parameter because another field defines the header"
        => "remove the parameter; use media types or `security`";
    CREDENTIAL_PARAMETER = "credential-parameter":
        "A header parameter duplicates the header of a security scheme"
        => "remove the parameter; the client sends its credentials with every request";
    INVALID_HEADER_NAME = "invalid-header-name":
        "The name of a header contains invalid characters"
        => "use letters, digits and `-`";
    COOKIE_PARAMETER = "cookie-parameter":
        "progenitor does not support cookie parameters"
        => "remove the parameter, or make it a header parameter";
    UNSUPPORTED_STYLE = "unsupported-style":
        "progenitor does not support the serialization of a parameter"
        => "remove `style` and `explode`";
    UNSUPPORTED_PARAMETER_TYPE = "unsupported-parameter-type":
        "progenitor does not support the type of a parameter"
        => "use a string, number, integer or boolean; a query parameter may be an array of these";
    DUPLICATE_ARGUMENT = "duplicate-argument":
        "Two parameters of an operation become the same Rust argument"
        => "rename one of the parameters";
}

/// Headers that other OpenAPI fields define.
const IGNORED_HEADERS: &[&str] = &["accept", "authorization", "content-type"];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for object_type in [&PATH_ITEM, &OPERATION] {
        for object in document.all(object_type) {
            duplicates(document, object, findings);
        }
    }
    for parameter in document.all(&PARAMETER) {
        location(document, parameter, findings);
        style(parameter, findings);
        value(document, parameter, findings);
    }
    for operation in document.operations() {
        arguments(&operation, &document.parameters(&operation), findings);
    }
}

fn duplicates(document: &LintDocument<'_>, parent: &ObjectNode<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for entry in document.children(parent, "parameters") {
        let Some(parameter) = document.resolve(entry) else { continue };
        let (Some(name), Some(location)) = parameter_key(parameter) else { continue };
        if !seen.insert((name, location)) {
            let message = format!("duplicate {location} parameter `{}`", truncate(name));
            findings.add(&DUPLICATE_PARAMETER, entry.here(), message);
        }
    }
}

/// Checks a parameter by its location (`in`).
fn location(document: &LintDocument<'_>, parameter: &ObjectNode<'_>, findings: &mut Findings) {
    let name = parameter.get_str("name").unwrap_or_default();
    let display = truncate(name);
    if name.is_empty() {
        let message = "parameter has an empty name";
        return findings.add(&EMPTY_PARAMETER_NAME, parameter.at("name"), message);
    }
    match parameter.get_str("in").unwrap_or_default() {
        "path" if parameter.is_false("required") => {
            let message = format!("path parameter `{display}` must be required");
            findings.add(&OPTIONAL_PATH_PARAMETER, parameter.here(), message);
        }
        "header" => header(document, parameter, name, findings),
        "cookie" => {
            let message = format!("unsupported cookie parameter `{display}`");
            findings.add(&COOKIE_PARAMETER, parameter.at("in"), message);
        }
        _ => {}
    }
}

fn header(
    document: &LintDocument<'_>,
    parameter: &ObjectNode<'_>,
    name: &str,
    findings: &mut Findings,
) {
    let display = truncate(name);
    let (rule, message) = if IGNORED_HEADERS.contains(&name.to_lowercase().as_str()) {
        (&IGNORED_HEADER, format!("header parameter `{display}` has no effect"))
    } else if is_credential(document, name) {
        (&CREDENTIAL_PARAMETER, format!("header `{display}` belongs to a security scheme"))
    } else if !is_header_name(name) {
        (&INVALID_HEADER_NAME, format!("invalid header name `{display}`"))
    } else {
        return;
    };
    findings.add(rule, parameter.at("name"), message);
}

fn is_credential(document: &LintDocument<'_>, header: &str) -> bool {
    document
        .all(&SECURITY_SCHEME)
        .filter(|scheme| scheme.get_str("in") == Some("header"))
        .filter_map(|scheme| scheme.get_str("name"))
        .any(|name| name.eq_ignore_ascii_case(header))
}

fn style(parameter: &ObjectNode<'_>, findings: &mut Findings) {
    let location = parameter.get_str("in").unwrap_or_default();
    let style = if location == "query" { "form" } else { "simple" };
    if let Some(found) = parameter.get_str("style").filter(|found| *found != style) {
        let message = format!(
            "unsupported style `{found}`: progenitor serializes {location} parameters as `{style}`"
        );
        findings.add(&UNSUPPORTED_STYLE, parameter.at("style"), message);
    }
}

/// Checks the type of a parameter: a scalar or, in a query, an array of scalars.
fn value(document: &LintDocument<'_>, parameter: &ObjectNode<'_>, findings: &mut Findings) {
    let location = parameter.get_str("in").unwrap_or_default();
    let Some(schema) = document.child(parameter, "schema") else { return };
    let Some(type_name) = plain_type(document, schema) else { return };
    let is_array = type_name == "array" && location == "query";
    let items = document.unwrap_all_of(schema).and_then(|array| document.child(array, "items"));
    let is_supported = match items.filter(|_| is_array) {
        Some(items) => plain_type(document, items).is_none_or(is_scalar),
        None => is_scalar(type_name),
    };
    if !is_supported {
        let message = format!("unsupported type of {location} parameter");
        findings.add(&UNSUPPORTED_PARAMETER_TYPE, parameter.at("schema"), message);
    }
    if is_array && parameter.get("explode").and_then(Node::as_bool) == Some(false) {
        let message =
            "unsupported `explode: false`: progenitor repeats the parameter for each element";
        findings.add(&UNSUPPORTED_STYLE, parameter.at("explode"), message);
    }
}

fn is_scalar(type_name: &str) -> bool {
    ["boolean", "integer", "number", "string"].contains(&type_name)
}

/// Returns the type of a schema, or `other` if it allows several. Returns `None` if
/// another rule reports the schema.
fn plain_type<'d>(document: &LintDocument<'d>, schema: &ObjectNode<'d>) -> Option<&'d str> {
    let schema = document.unwrap_all_of(schema)?;
    match schema.get("type") {
        _ if schema.is_true("nullable") => Some("other"),
        Some(type_name) => type_name.as_str(),
        None => Some("other"),
    }
}

/// Checks that the arguments of a method, and the setters of its call, have distinct names in
/// Rust. The request body is an argument.
fn arguments(
    operation: &LintOperation<'_, '_>,
    parameters: &[(&ObjectNode<'_>, Location)],
    findings: &mut Findings,
) {
    let object = operation.object;
    let body = object.get("requestBody").map(|_| object.at("requestBody"));
    let body = body.map(|at| (BODY_ARGUMENT.to_owned(), at));
    // `duplicate-parameter` reports equal parameters.
    let mut seen = BTreeSet::new();
    let distinct = parameters.iter().filter(|(parameter, _)| seen.insert(parameter_key(parameter)));
    let (required, optional): (Vec<_>, Vec<_>) =
        distinct.partition(|(parameter, _)| parameter.is_true("required"));
    let name = |(parameter, at): &(&ObjectNode<'_>, Location)| {
        Some((parameter.get_str("name")?.to_owned(), at.clone()))
    };
    let rule = &DUPLICATE_ARGUMENT;
    let required = required.into_iter().filter_map(name).chain(body);
    check_unique(rule, required, "argument", names::argument, findings);
    let optional = optional.into_iter().filter_map(name);
    check_unique(rule, optional, "argument", names::argument, findings);
}
