//! The rules of this project: what the generated client needs to be a good one.

use std::ptr;

use super::nulls::{NULL_FORM, is_null};
use crate::lint::document::{Document, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::openapi30::{PARAMETER, SCHEMA};
use crate::pattern::Pattern;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    descriptions(document, findings);
    for schema in document.sites().iter().filter(|site| ptr::eq(site.object, &SCHEMA)) {
        match schema.is_named_schema() {
            true => component(schema, findings),
            false => nameless(document, schema, findings),
        }
    }
}

/// `missing_docs` is denied in the client.
fn descriptions(document: &Document<'_>, findings: &mut Findings) {
    for schema in document.sites().iter().filter(|site| site.is_named_schema()) {
        described(schema, "schema", findings);
    }
    for property in document.all(&SCHEMA).flat_map(|site| document.children(site, "properties")) {
        described(property, "property", findings);
    }
    for parameter in document.all(&PARAMETER) {
        described(parameter, "parameter", findings);
    }
    for operation in document.operations() {
        described(operation.site, "operation", findings);
    }
}

fn described(site: &Site<'_>, what: &str, findings: &mut Findings) {
    let is_blank = |text: &str| text.trim().is_empty();
    let place = match site.get("description") {
        None => site.here(),
        Some(node) if node.as_str().is_some_and(is_blank) => site.at("description"),
        Some(_) => return,
    };
    let help = match site.is_reference() {
        true => "write `allOf: [{$ref: ...}]` with a `description` beside it",
        false => "add a `description`",
    };
    let message = format!("the {what} has no `description`, and the client is documented from it");
    findings.add(place, message, help);
}

fn component(schema: &Site<'_>, findings: &mut Findings) {
    if schema.flag("nullable") && !is_null(schema.node) {
        findings.add(
            schema.at("nullable"),
            "a named schema allows null, so that every reference to it would",
            format!("remove `nullable`, and where null is allowed write {NULL_FORM}"),
        );
    }
    if schema.place.pointer.last().is_some_and(|name| name.ends_with("Id")) {
        identifier(schema, findings);
    }
}

/// An identifier is a type of its own, with everything that its check needs.
fn identifier(schema: &Site<'_>, findings: &mut Findings) {
    let mut add = |place: Place, what: &str, help: &str| {
        let message = format!("a schema whose name ends in `Id` is an identifier, and {what}");
        findings.add(place, message, help);
    };
    if schema.text("type") != Some("string") {
        let help = "write `type: string`, or rename it";
        return add(schema.at("type"), "this is no string", help);
    }
    for key in ["minLength", "maxLength", "pattern"] {
        if schema.get(key).is_none() {
            add(schema.here(), &format!("this one has no `{key}`"), &format!("add `{key}`"));
        }
    }
    let pattern = schema.text("pattern").and_then(|pattern| Pattern::parse(pattern).ok());
    let Some(pattern) = pattern else { return };
    if pattern.prefix.is_empty() {
        let what = "the `pattern` of this one begins with no fixed text";
        add(schema.at("pattern"), what, "begin it with the prefix, such as `^ctb_`");
    }
    if let Some(odd) =
        characters(&pattern).find(|c| !c.is_ascii_alphanumeric() && !"-_~".contains(*c))
    {
        let what = format!("`{odd}` in one could change the path that it is put into");
        add(schema.at("pattern"), &what, "allow letters, digits, `-`, `_` and `~` alone");
    }
}

/// Every character that a text of this form can have.
fn characters(pattern: &Pattern) -> impl Iterator<Item = char> {
    let classes = pattern.pieces.iter().flat_map(|piece| &piece.class);
    pattern.prefix.chars().chain(classes.flat_map(|(first, last)| *first..=*last))
}

/// What becomes a type of its own in Rust has a name of its own in the document:
/// typify would make up others, which may be taken.
fn nameless(document: &Document<'_>, schema: &Site<'_>, findings: &mut Findings) {
    let is_value = |child: &&Site<'_>| document.resolve(child).is_some_and(|to| !is_null(to.node));
    let is_choice = |key| document.children(schema, key).into_iter().filter(is_value).count() > 1;
    let is_enum = schema.get("enum").is_some() && !is_null(schema.node);
    let (key, what) = if is_enum && schema.text("type") == Some("string") {
        ("enum", "an `enum`")
    } else if schema.entries("properties").next().is_some() && !is_part(schema) {
        ("properties", "an object with properties")
    } else if let Some(key) = ["anyOf", "oneOf"].into_iter().find(|key| is_choice(key)) {
        (key, "a choice between schemas")
    } else {
        return;
    };
    findings.add(
        schema.at(key),
        format!("{what} outside of a named schema, and the type it becomes needs a name"),
        "move the schema to `components: {schemas: ...}` and refer to it",
    );
}

/// Whether this is an element of the `allOf` of a named schema, which typify merges
/// into that schema's type.
fn is_part(schema: &Site<'_>) -> bool {
    let tokens: Vec<_> = schema.place.pointer.tokens().take(6).collect();
    matches!(tokens.as_slice(), [a, b, _, c, _] if a == "components" && b == "schemas" && c == "allOf")
}
