//! The rules of this project: what the generated client needs to be a good one.

use std::ptr;

use super::document::{Document, Site};
use super::findings::{Findings, Place};
use super::grammar::{PARAMETER, SCHEMA};
use super::schemas::{is_component, is_null};
use crate::pattern::Pattern;

const IN_ALL_OF: &str = "write `allOf: [{$ref: ...}]` with a `description` beside it";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    descriptions(document, findings);
    for schema in document.sites().iter().filter(|site| ptr::eq(site.object, &SCHEMA)) {
        match is_component(schema) {
            true => component(schema, findings),
            false => nameless_enum(schema, findings),
        }
    }
}

/// `missing_docs` is denied in the client.
fn descriptions(document: &Document<'_>, findings: &mut Findings) {
    let schemas = document.sites().iter().filter(|site| is_component(site));
    schemas.for_each(|schema| described(schema, "the schema", IN_ALL_OF, findings));
    for schema in document.all(&SCHEMA) {
        for property in document.children(schema, "properties") {
            described(property, "the property", IN_ALL_OF, findings);
        }
    }
    let help = "add a `description`";
    document.all(&PARAMETER).for_each(|site| described(site, "the parameter", help, findings));
    for operation in document.operations() {
        described(operation.site, "the operation", help, findings);
    }
}

fn described(site: &Site<'_>, what: &str, reference_help: &str, findings: &mut Findings) {
    let is_blank = |text: &str| text.trim().is_empty();
    let help = if site.is_reference() { reference_help } else { "add a `description`" };
    let place = match site.get("description") {
        None => site.here(),
        Some(node) if node.as_str().is_some_and(is_blank) => site.at("description"),
        Some(_) => return,
    };
    let message = format!("{what} has no `description`, and the client is documented from it");
    findings.add(place, message, help);
}

fn component(schema: &Site<'_>, findings: &mut Findings) {
    if schema.flag("nullable") && !is_null(schema.node) {
        findings.add(
            schema.at("nullable"),
            "a named schema allows null, so that every reference to it would",
            "remove `nullable`, and where null is allowed write `oneOf: [{$ref: ...}, {$ref: \
             '#/components/schemas/NullValue'}]`",
        );
    }
    if schema.place.pointer.last().is_some_and(|name| name.ends_with("Id")) {
        identifier(schema, findings);
    }
}

/// An identifier is a type of its own, with everything that its check needs.
fn identifier(schema: &Site<'_>, findings: &mut Findings) {
    let mut lacks = |place: Place, what: &str, help: &str| {
        let message = format!("a schema whose name ends in `Id` is an identifier, and {what}");
        findings.add(place, message, help);
    };
    match schema.text("type") {
        Some("string") => {}
        _ => {
            return lacks(
                schema.at("type"),
                "this is no string",
                "write `type: string`, or rename it",
            );
        }
    }
    for key in ["minLength", "maxLength", "pattern"] {
        if schema.get(key).is_none() {
            let what = format!("this one has no `{key}`");
            lacks(schema.here(), &what, &format!("add `{key}`"));
        }
    }
    let pattern = schema.text("pattern").and_then(|pattern| Pattern::parse(pattern).ok());
    if pattern.is_some_and(|pattern| pattern.prefix.is_empty()) {
        let what = "the `pattern` of this one begins with no fixed text";
        lacks(schema.at("pattern"), what, "begin it with the prefix, such as `^ctb_`");
    }
}

fn nameless_enum(schema: &Site<'_>, findings: &mut Findings) {
    if schema.text("type") == Some("string")
        && schema.get("enum").is_some()
        && !is_null(schema.node)
    {
        findings.add(
            schema.at("enum"),
            "an `enum` outside of a named schema, and the type it becomes needs a name",
            "move the schema to `components: {schemas: ...}` and refer to it",
        );
    }
}
