//! Paths: each can be requested, no two match the same requests, and the names in
//! braces are those of the path parameters.

use std::collections::HashMap;

use super::parameters;
use crate::document::pointer::Pointer;
use crate::lint::document::{Document, Operation, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::words::{cut, meant};

/// Characters that need no encoding in a path, besides letters and digits (RFC
/// 3986), and the braces around parameters.
const PATH_CHARACTERS: &str = "/-._~!$&'()*+,;=:@{}";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    paths(document, findings);
    for operation in document.operations() {
        path_parameters(&operation, &parameters::of(document, &operation), findings);
    }
}

/// The names in braces in a path, or what is wrong with it.
fn template(path: &str) -> Result<Vec<&str>, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || PATH_CHARACTERS.contains(c);
    if let Some(c) = path.chars().find(|c| !is_allowed(*c)) {
        return Err(format!("`{}` has no place in a path", c.escape_debug()));
    }
    if path.contains("//") {
        return Err("`//` would become `/`".to_owned());
    }
    let mut names = Vec::new();
    let mut parts = path.split('{');
    if parts.next().is_some_and(|before| before.contains('}')) {
        return Err("a `}` has no `{` before it".to_owned());
    }
    for part in parts {
        match part.split_once('}') {
            None => return Err("a `{` has no `}` after it".to_owned()),
            Some((_, after)) if after.contains('}') => {
                return Err("a `}` has no `{` before it".to_owned());
            }
            Some((name, _)) if name.is_empty() || name.contains('/') => {
                return Err(format!("`{{{name}}}` names no parameter"));
            }
            Some((name, _)) if names.contains(&name) => {
                return Err(format!("`{{{name}}}` is there twice"));
            }
            Some((name, _)) => names.push(name),
        }
    }
    Ok(names)
}

fn paths(document: &Document<'_>, findings: &mut Findings) {
    let Some(paths) = document.site(&Pointer::root()) else { return };
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (path, place, _) in paths.entries("paths").filter(|(path, ..)| path.starts_with('/')) {
        let names = match template(path) {
            Ok(names) => names,
            Err(reason) => {
                let message = format!("`{}` is no path: {reason}", cut(path));
                findings.add(place, message, "write segments and `{parameter}`s between slashes");
                continue;
            }
        };
        let form = names
            .iter()
            .fold(path.to_owned(), |form, name| form.replace(&format!("{{{name}}}"), "{}"));
        match seen.get(&form) {
            Some(first) => findings.add(
                place,
                format!("`{}` and `{}` match the same requests", cut(path), cut(first)),
                "merge the two path items",
            ),
            None => {
                seen.insert(form, path);
            }
        }
    }
}

/// The path and the parameters name each other.
fn path_parameters(
    operation: &Operation<'_, '_>,
    parameters: &[(&Site<'_>, Place)],
    findings: &mut Findings,
) {
    let Ok(names) = template(&operation.path) else { return };
    let path = cut(&operation.path);
    let described: Vec<_> = parameters
        .iter()
        .filter(|(parameter, _)| parameter.text("in") == Some("path"))
        .filter_map(|(parameter, place)| Some((parameter.text("name")?, place)))
        .collect();
    for name in names.iter().filter(|name| !described.iter().any(|(known, _)| known == *name)) {
        let help = match meant(name, described.iter().map(|(known, _)| *known)) {
            Some(meant) => format!("did you mean `{{{meant}}}`?"),
            None => {
                format!("add `{{name: {name}, in: path, required: true, ...}}` to `parameters`")
            }
        };
        let message = format!("no parameter describes `{{{name}}}` of `{path}`");
        findings.add(operation.site.here(), message, help);
    }
    for (name, place) in described.iter().filter(|(name, _)| !names.contains(name)) {
        let help = match meant(name, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write `{{{name}}}` into the path, or remove the parameter"),
        };
        let message = format!("the path parameter `{}` is not in `{path}`", cut(name));
        findings.add((*place).clone(), message, help);
    }
}
