//! Operations: paths, parameters, bodies and responses.

use std::collections::{BTreeSet, HashMap};
use std::{fmt, ptr};

use super::document::{Document, Operation, Site};
use super::findings::{Findings, Place};
use super::grammar::{OPERATION, PARAMETER, PATH_ITEM, REQUEST_BODY, RESPONSE, SECURITY_SCHEME};
use super::names::{distinct, snake};
use super::words::{cut, meant};
use crate::pointer::Pointer;
use crate::source::Node;

const JSON: &str = "application/json";

/// Headers that OpenAPI takes from elsewhere and ignores as parameters.
const IGNORED_HEADERS: &[&str] = &["accept", "authorization", "content-type"];

/// Characters that need no encoding in a path, besides letters and digits (RFC
/// 3986), and the braces around parameters.
const PATH_CHARACTERS: &str = "/-._~!$&'()*+,;=:@{}";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    paths(document, findings);
    for object in [&PATH_ITEM, &OPERATION] {
        for site in document.all(object) {
            repeated_parameters(document, site, findings);
        }
    }
    for parameter in document.all(&PARAMETER) {
        self::parameter(document, parameter, findings);
    }
    for object in [&REQUEST_BODY, &RESPONSE] {
        for site in document.all(object) {
            content(document, site, findings);
        }
    }
    for operation in document.operations() {
        let parameters = parameters(document, &operation);
        path_parameters(&operation, &parameters, findings);
        argument_names(&operation, &parameters, findings);
        responses(document, &operation, findings);
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

/// The same parameter twice in one list.
fn repeated_parameters(document: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
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

fn parameter(document: &Document<'_>, parameter: &Site<'_>, findings: &mut Findings) {
    let within = parameter.text("in").unwrap_or_default();
    let name = parameter.text("name").unwrap_or_default();
    let shown = cut(name);
    match within {
        "path" if is_off(parameter, "required") => findings.add(
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
        "cookie" => findings.add(
            parameter.at("in"),
            "progenitor cannot send a parameter as a cookie",
            "remove it, or send it as a header",
        ),
        _ => {}
    }
    let style = if within == "query" { "form" } else { "simple" };
    if parameter.text("style").is_some_and(|found| found != style) {
        let message = format!("progenitor writes a {within} parameter in no style but `{style}`");
        findings.add(parameter.at("style"), message, "remove `style`");
    }
    argument_type(document, parameter, within, findings);
}

/// Whether `key` is absent or false, and not something else altogether.
fn is_off(site: &Site<'_>, key: &str) -> bool {
    site.get(key).is_none_or(|node| node.as_bool() == Some(false))
}

fn is_secret(document: &Document<'_>, header: &str) -> bool {
    document
        .all(&SECURITY_SCHEME)
        .filter(|scheme| scheme.text("in") == Some("header"))
        .filter_map(|scheme| scheme.text("name"))
        .any(|name| name.eq_ignore_ascii_case(header))
}

/// A parameter is written as text: one value or, in a query, an array of values.
fn argument_type(
    document: &Document<'_>,
    parameter: &Site<'_>,
    within: &str,
    findings: &mut Findings,
) {
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
    let schema = document.unwrap(schema)?;
    match schema.get("type") {
        _ if schema.flag("nullable") => Some("other"),
        Some(of) => of.as_str(),
        None => Some("other"),
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
    if ptr::eq(site.object, &REQUEST_BODY) {
        body(site, findings);
    }
}

fn body(body: &Site<'_>, findings: &mut Findings) {
    if is_off(body, "required") {
        let message = "the request body is optional, and progenitor always sends one";
        findings.add(body.here(), message, "add `required: true`");
    }
    if body.get("content").is_some() && body.entries("content").next().is_none() {
        let message = "the request body has no content, and progenitor would send none";
        findings.add(body.at("content"), message, format!("add `{JSON}`, or remove the body"));
    }
}

/// The parameters of an operation: its own, and those of the path that it does not
/// describe anew.
fn parameters<'s, 'd>(
    document: &'s Document<'d>,
    operation: &Operation<'s, 'd>,
) -> Vec<(&'s Site<'d>, Place)> {
    let of = |site: &Site<'d>| -> Vec<(&'s Site<'d>, Place)> {
        let entries = document.children(site, "parameters").into_iter();
        entries.filter_map(|entry| Some((document.resolve(entry)?, entry.here()))).collect()
    };
    let mut parameters = of(operation.site);
    let own: Vec<_> = parameters.iter().map(|(parameter, _)| identity(parameter)).collect();
    let shared = of(operation.item).into_iter();
    parameters.extend(shared.filter(|(parameter, _)| !own.contains(&identity(parameter))));
    parameters
}

fn identity<'d>(parameter: &Site<'d>) -> (Option<&'d str>, Option<&'d str>) {
    (parameter.text("name"), parameter.text("in"))
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
    let (success, errors) = (
        responses.iter().filter(|response| response.is('2')).collect::<Vec<_>>(),
        responses
            .iter()
            .filter(|response| response.is('4') || response.is('5'))
            .collect::<Vec<_>>(),
    );
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

    /// Whether the status begins so; `default` is any status.
    fn is(&self, first: char) -> bool {
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
