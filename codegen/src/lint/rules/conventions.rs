//! Conventions of this project, which make the generated client readable.

use crate::document::diagnostic::document_rules;
use crate::document::nullable::is_null_only;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::{PARAMETER, SCHEMA};
use crate::pattern::Pattern;

document_rules! {
    MISSING_DESCRIPTION = "missing-description":
        "A schema, property, parameter or operation has no description; it becomes the \
         documentation of the client"
        => "add a `description`";
    NULLABLE_COMPONENT = "nullable-component":
        "A named schema is nullable, and so is every reference to it"
        => "remove `nullable`, and allow null where the schema is used";
    INVALID_IDENTIFIER = "invalid-identifier":
        "A schema named `...Id` is not a string with length bounds, a `pattern` and a prefix"
        => "write `type: string` with `minLength`, `maxLength` and a `pattern` such as `^ctb_[0-9]+$`";
    UNSAFE_IDENTIFIER = "unsafe-identifier":
        "An identifier allows characters that could change the path of a request"
        => "allow only letters, digits, `-`, `_` and `~`";
    UNNAMED_TYPE = "unnamed-type":
        "An inline schema becomes a Rust type without a name"
        => "move the schema to `components: {schemas: ...}` and refer to it";
}

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    descriptions(document, findings);
    for schema in document.objects().iter().filter(|object| object.is_in_schema_position()) {
        if schema.is_named_schema() {
            named_schema(schema, findings);
        } else {
            inline_schema(document, schema, findings);
        }
    }
}

/// Checks descriptions, which become doc comments: the client denies `missing_docs`.
fn descriptions(document: &LintDocument<'_>, findings: &mut Findings) {
    for schema in document.named_schemas() {
        description(schema, "schema", findings);
    }
    for property in document.all(&SCHEMA).flat_map(|schema| document.children(schema, "properties"))
    {
        description(property, "property", findings);
    }
    for parameter in document.all(&PARAMETER) {
        description(parameter, "parameter", findings);
    }
    for operation in document.operations() {
        description(operation.object, "operation", findings);
    }
}

fn description(object: &ObjectNode<'_>, noun: &str, findings: &mut Findings) {
    let is_blank = |text: &str| text.trim().is_empty();
    let location = match object.get("description") {
        None => object.here(),
        Some(node) if node.as_str().is_some_and(is_blank) => object.at("description"),
        Some(_) => return,
    };
    let message = format!("{noun} has no `description`");
    let help = if object.is_reference() {
        "write `allOf: [{$ref: ...}]` with a `description` beside it"
    } else {
        MISSING_DESCRIPTION.remedy
    };
    findings.add_with_help(&MISSING_DESCRIPTION, location, message, help);
}

fn named_schema(schema: &ObjectNode<'_>, findings: &mut Findings) {
    if schema.is_true("nullable") && !is_null_only(schema.node) {
        let message = "named schema is nullable";
        findings.add(&NULLABLE_COMPONENT, schema.at("nullable"), message);
    }
    if schema.key().is_some_and(|name| name.ends_with("Id")) {
        identifier(schema, findings);
    }
}

/// Checks a schema named `...Id`, which becomes an identifier type.
fn identifier(schema: &ObjectNode<'_>, findings: &mut Findings) {
    if schema.get_str("type") != Some("string") {
        let message = "identifier is not a string";
        let help = "write `type: string`, or rename the schema";
        return findings.add_with_help(&INVALID_IDENTIFIER, schema.at("type"), message, help);
    }
    for key in ["minLength", "maxLength", "pattern"] {
        if schema.get(key).is_none() {
            let message = format!("identifier has no `{key}`");
            let help = format!("add `{key}`");
            findings.add_with_help(&INVALID_IDENTIFIER, schema.here(), message, help);
        }
    }
    let pattern = schema.get_str("pattern").and_then(|pattern| Pattern::parse(pattern).ok());
    let Some(pattern) = pattern else { return };
    if pattern.prefix.is_empty() {
        let message = "`pattern` of an identifier has no literal prefix";
        let help = "start the pattern with the prefix, such as `^ctb_`";
        findings.add_with_help(&INVALID_IDENTIFIER, schema.at("pattern"), message, help);
    }
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_~".contains(c);
    if let Some(unsafe_character) = characters(&pattern).find(|c| !is_safe(*c)) {
        let message = format!("identifier allows `{unsafe_character}`, which is unsafe in a path");
        findings.add(&UNSAFE_IDENTIFIER, schema.at("pattern"), message);
    }
}

/// Returns the characters that strings with this pattern can contain.
fn characters(pattern: &Pattern) -> impl Iterator<Item = char> {
    let classes = pattern.pieces.iter().flat_map(|piece| &piece.class);
    pattern.prefix.chars().chain(classes.flat_map(|(first, last)| *first..=*last))
}

/// Reports inline schemas that become a Rust type: typify would derive a name, which
/// may be taken.
fn inline_schema(document: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let allows_value = |child: &&ObjectNode<'_>| {
        document.resolve(child).is_some_and(|schema| !is_null_only(schema.node))
    };
    let is_choice =
        |key| document.children(schema, key).into_iter().filter(allows_value).count() > 1;
    let is_enum = schema.get("enum").is_some() && !is_null_only(schema.node);
    let (key, noun) = if is_enum && schema.get_str("type") == Some("string") {
        ("enum", "`enum`")
    } else if schema.entries("properties").next().is_some() && !is_all_of_element(schema) {
        ("properties", "object")
    } else if let Some(key) = ["anyOf", "oneOf"].into_iter().find(|key| is_choice(key)) {
        (key, "choice")
    } else {
        return;
    };
    let message = format!("inline {noun}: the generated type needs a name");
    findings.add(&UNNAMED_TYPE, schema.at(key), message);
}

/// Returns whether this is an element of the `allOf` of a named schema, which typify
/// merges into the type of that schema.
fn is_all_of_element(schema: &ObjectNode<'_>) -> bool {
    let tokens: Vec<_> = schema.location.pointer.tokens().take(6).collect();
    matches!(tokens.as_slice(), [a, b, _, c, _] if a == "components" && b == "schemas" && c == "allOf")
}
