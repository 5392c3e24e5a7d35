//! The extension `x-pagination`, which marks an operation that returns a list page by page.
//!
//! It names the query parameters that choose a page and, as JSON pointers into the response, the
//! cursor of the next page, the flag for more pages, the items, and their total number.

use crate::document::Node;
use crate::document::diagnostic::document_rules;
use crate::document::pointer::Pointer;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::{LintDocument, LintOperation};
use crate::lint::message::{describe, join_or, suggest, truncate};
use crate::lint::object_node::{ObjectNode, member_location};
use crate::model::schemas::{alternatives, is_nullable, unwrap_alias};
use crate::model::{self, ApiOperation, PAGINATION};

document_rules! {
    INVALID_PAGINATION = "invalid-pagination":
        "`x-pagination` is malformed, or is not part of an operation that reads a page"
        => "write `{first, after, cursor, more, items, total}`, as other lists do";
    INVALID_PAGE_PARAMETER = "invalid-page-parameter":
        "`x-pagination` names a parameter that is missing or cannot choose a page"
        => "name an optional query parameter: an integer for a size, a string for a cursor";
    INVALID_PAGE_PROPERTY = "invalid-page-property":
        "`x-pagination` points to a property that is missing or of the wrong type"
        => "point to a property of the response: `/page_info/end_cursor`";
}

/// The fields that name parameters: name, required, type.
const PARAMETERS: &[(&str, bool, &str)] = &[
    ("first", false, "integer"),
    ("after", true, "string"),
    ("last", false, "integer"),
    ("before", false, "string"),
];

/// The fields that point to properties: name, required, type.
const PROPERTIES: &[(&str, bool, &str)] = &[
    ("cursor", true, "string"),
    ("more", true, "boolean"),
    ("items", true, "array"),
    ("total", false, "integer"),
];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    let models = model::operations(document.root());
    for operation in document.operations() {
        let is_same = |model: &&ApiOperation<'_>| {
            model.path == operation.path && model.method == operation.method
        };
        // Other rules report an operation without an identifier or a response.
        let response = models.iter().find(is_same).and_then(|model| model.response);
        if let Some(pagination) = operation.object.get(PAGINATION) {
            pagination_object(document, &operation, response, pagination, findings);
        }
    }
}

fn pagination_object(
    document: &LintDocument<'_>,
    operation: &LintOperation<'_, '_>,
    response: Option<&Node>,
    pagination: &Node,
    findings: &mut Findings,
) {
    let at = operation.object.at(PAGINATION);
    if operation.method != "get" {
        let message = format!("`{PAGINATION}` of an operation that is not a GET");
        findings.add(&INVALID_PAGINATION, at.clone(), message);
    }
    let fields = || PARAMETERS.iter().chain(PROPERTIES);
    for (field, required, _) in fields() {
        if *required && pagination.get(field).is_none() {
            let message = format!("`{PAGINATION}`: missing `{field}`");
            findings.add(&INVALID_PAGINATION, at.clone(), message);
        }
    }
    for member in pagination.members() {
        let at = member_location(&at.pointer, member);
        let known = |rows: &'static [(&str, bool, &str)]| {
            rows.iter().find(|(name, ..)| *name == member.key).map(|(.., ty)| *ty)
        };
        let (parameter, property) = (known(PARAMETERS), known(PROPERTIES));
        match (parameter, property, member.node.as_str()) {
            (Some(ty), _, Some(name)) => {
                page_parameter(document, operation, name, ty, &at, findings);
            }
            (_, Some(ty), Some(pointer)) => {
                page_property(document, response, pointer, ty, &at, findings);
            }
            (None, None, _) => {
                let help = match suggest(&member.key, fields().map(|(name, ..)| *name)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("use {}", join_or(fields().map(|(name, ..)| *name))),
                };
                let message = format!("`{PAGINATION}`: unknown field `{}`", truncate(&member.key));
                findings.add_with_help(&INVALID_PAGINATION, at, message, help);
            }
            (.., None) => {
                let found = describe(&member.node);
                let message = format!("`{}`: expected a string, found {found}", member.key);
                findings.add(&INVALID_PAGINATION, at, message);
            }
        }
    }
}

/// Checks that an optional query parameter of this type exists.
fn page_parameter(
    document: &LintDocument<'_>,
    operation: &LintOperation<'_, '_>,
    name: &str,
    ty: &str,
    at: &Location,
    findings: &mut Findings,
) {
    let parameters = document.parameters(operation);
    let is_named = |parameter: &&ObjectNode<'_>| {
        parameter.get_str("in") == Some("query") && parameter.get_str("name") == Some(name)
    };
    let found = parameters.iter().map(|(parameter, _)| *parameter).find(is_named);
    let type_of = |parameter: &ObjectNode<'_>| {
        let schema = unwrap_alias(document.root(), parameter.get("schema")?);
        Some(has_type(schema, ty))
    };
    let name = truncate(name);
    let message = match found {
        None => format!("no query parameter `{name}`"),
        Some(parameter) if parameter.is_true("required") => {
            format!("query parameter `{name}` is required")
        }
        Some(parameter) if type_of(parameter) != Some(true) => {
            format!("query parameter `{name}` is not of `type: {ty}`")
        }
        Some(_) => return,
    };
    findings.add(&INVALID_PAGE_PARAMETER, at.clone(), message);
}

/// Checks that a pointer leads to a property of this type. Only a cursor may be missing or null.
fn page_property(
    document: &LintDocument<'_>,
    response: Option<&Node>,
    pointer: &str,
    ty: &str,
    at: &Location,
    findings: &mut Findings,
) {
    let (root, Some(response)) = (document.root(), response) else { return };
    let pointer = Pointer::from_reference(&format!("#{pointer}"));
    let tokens: Vec<_> = pointer.iter().flat_map(Pointer::tokens).collect();
    let found = property(root, response, &tokens, ty == "string");
    let message = match found {
        Ok(schema) if has_type(schema, ty) => return,
        Ok(_) => format!("`{}` is not of `type: {ty}`", at_token(&tokens)),
        Err(reason) => reason,
    };
    findings.add(&INVALID_PAGE_PROPERTY, at.clone(), message);
}

/// Returns whether a schema has a type. A cursor is any string.
fn has_type(schema: &Node, ty: &str) -> bool {
    let is_string = ty == "string";
    let is_narrow = is_string && ["enum", "format"].iter().any(|key| schema.get(key).is_some());
    schema.get_str("type") == Some(ty) && !is_narrow
}

fn at_token(tokens: &[String]) -> String {
    truncate(Pointer::root().descend(tokens).as_str())
}

/// Follows a pointer through the properties of objects.
fn property<'n>(
    root: &'n Node,
    mut schema: &'n Node,
    tokens: &[String],
    may_be_absent: bool,
) -> Result<&'n Node, String> {
    if tokens.is_empty() {
        return Err("expected a pointer to a property, such as `/nodes`".to_owned());
    }
    for (index, token) in tokens.iter().enumerate() {
        schema = unwrap_alias(root, schema);
        let path = || at_token(&tokens[..=index]);
        let next = schema.get("properties").and_then(|properties| properties.get(token));
        let next = next.ok_or_else(|| format!("response has no property `{}`", path()))?;
        let is_last_and_absent_is_fine = index + 1 == tokens.len() && may_be_absent;
        let required = schema.get("required").map(Node::elements).unwrap_or_default();
        let is_required = required.iter().any(|name| name.as_str() == Some(token));
        if !is_required && !is_last_and_absent_is_fine {
            return Err(format!("property `{}` is not required", path()));
        }
        if let Some(key) = ["readOnly", "writeOnly"].iter().find(|key| next.is_true(key)) {
            return Err(format!("property `{}` is `{key}`", path()));
        }
        if is_nullable(root, next) && !is_last_and_absent_is_fine {
            return Err(format!("property `{}` is nullable", path()));
        }
        schema = non_null(root, next);
    }
    Ok(unwrap_alias(root, schema))
}

/// Returns the only alternative other than null, or the schema itself.
fn non_null<'n>(root: &'n Node, schema: &'n Node) -> &'n Node {
    match alternatives(root, unwrap_alias(root, schema)) {
        Some(found) if found.schemas.len() == 1 => found.schemas[0],
        _ => schema,
    }
}
