//! Paths Object: valid and distinct paths that match their path parameters.

use std::collections::HashMap;

use crate::document::diagnostic::document_rules;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::{LintDocument, LintOperation};
use crate::lint::message::{suggest, truncate};
use crate::lint::object_node::ObjectNode;

document_rules! {
    INVALID_PATH = "invalid-path":
        "A path is malformed"
        => "write segments and `{parameter}`s separated by single slashes";
    AMBIGUOUS_PATH = "ambiguous-path":
        "Two paths match the same requests"
        => "merge the path items";
    UNDECLARED_PATH_PARAMETER = "undeclared-path-parameter":
        "A path contains `{name}` without a path parameter of this name"
        => "add the parameter to `parameters`";
    UNUSED_PATH_PARAMETER = "unused-path-parameter":
        "A path parameter does not occur in its path"
        => "remove the parameter, or add it to the path";
}

/// The characters besides letters and digits that need no encoding in a path (RFC 3986),
/// the braces of parameters, and the sign of encoded characters.
const PATH_CHARACTERS: &str = "/-._~!$&'()*+,;=:@{}%";

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    paths(document, findings);
    for operation in document.operations() {
        path_parameters(&operation, &document.parameters(&operation), findings);
    }
}

/// Returns the names in braces, or the reason why a path is invalid.
fn parse_template(path: &str) -> Result<Vec<&str>, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || PATH_CHARACTERS.contains(c);
    if let Some(c) = path.chars().find(|c| !is_allowed(*c)) {
        return Err(format!("unexpected character `{}`", c.escape_debug()));
    }
    let is_encoding = |text: &str| {
        text.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !path.split('%').skip(1).all(is_encoding) {
        return Err("`%` without two hexadecimal digits".to_owned());
    }
    if path.contains("//") {
        return Err("empty segment".to_owned());
    }
    let mut names = Vec::new();
    let mut parts = path.split('{');
    if parts.next().is_some_and(|before| before.contains('}')) {
        return Err("`}` without `{`".to_owned());
    }
    for part in parts {
        match part.split_once('}') {
            None => return Err("`{` without `}`".to_owned()),
            Some((_, after)) if after.contains('}') => return Err("`}` without `{`".to_owned()),
            Some((name, _)) if name.is_empty() || name.contains('/') => {
                return Err(format!("`{{{name}}}` is not a parameter name"));
            }
            Some((name, _)) if names.contains(&name) => {
                return Err(format!("duplicate parameter `{{{name}}}`"));
            }
            Some((name, _)) => names.push(name),
        }
    }
    Ok(names)
}

fn paths(document: &LintDocument<'_>, findings: &mut Findings) {
    let Some(openapi) = document.openapi() else { return };
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (path, location, _) in openapi.entries("paths").filter(|(path, ..)| path.starts_with('/')) {
        let names = match parse_template(path) {
            Ok(names) => names,
            Err(reason) => {
                let message = format!("invalid path `{}`: {reason}", truncate(path));
                findings.add(&INVALID_PATH, location, message);
                continue;
            }
        };
        let erase = |path: String, name| path.replace(&format!("{{{name}}}"), "{}");
        let shape = names.iter().fold(path.to_owned(), erase);
        if let Some(first) = seen.get(&shape) {
            let (path, first) = (truncate(path), truncate(first));
            let message = format!("`{path}` and `{first}` match the same requests");
            findings.add(&AMBIGUOUS_PATH, location, message);
        } else {
            seen.insert(shape, path);
        }
    }
}

/// Checks that a path and its path parameters have the same names.
fn path_parameters(
    operation: &LintOperation<'_, '_>,
    parameters: &[(&ObjectNode<'_>, Location)],
    findings: &mut Findings,
) {
    let Ok(names) = parse_template(&operation.path) else { return };
    let path = truncate(&operation.path);
    let declared: Vec<_> = parameters
        .iter()
        .filter(|(parameter, _)| parameter.get_str("in") == Some("path"))
        .filter_map(|(parameter, location)| Some((parameter.get_str("name")?, location)))
        .collect();
    for name in names.iter().filter(|name| !declared.iter().any(|(known, _)| known == *name)) {
        let help = match suggest(name, declared.iter().map(|(known, _)| *known)) {
            Some(known) => format!("did you mean `{{{known}}}`?"),
            None => {
                format!("add `{{name: {name}, in: path, required: true, ...}}` to `parameters`")
            }
        };
        let message = format!("path `{path}`: no path parameter `{name}`");
        let at = operation.object.here();
        findings.add_with_help(&UNDECLARED_PATH_PARAMETER, at, message, help);
    }
    for (name, location) in declared.into_iter().filter(|(name, _)| !names.contains(name)) {
        let help = match suggest(name, names.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("add `{{{name}}}` to the path, or remove the parameter"),
        };
        let message = format!("path parameter `{}` is not in path `{path}`", truncate(name));
        findings.add_with_help(&UNUSED_PATH_PARAMETER, location.clone(), message, help);
    }
}
