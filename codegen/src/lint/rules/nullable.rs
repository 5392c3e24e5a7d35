//! Schema Objects: only the nullable forms that become an `Option`.

use std::collections::HashSet;

use crate::document::diagnostic::document_rules;
use crate::document::nullable::is_null_only;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::SCHEMA;

document_rules! {
    INEFFECTIVE_NULLABLE = "ineffective-nullable":
        "`nullable` has no effect because the schema has no `type`"
        => NULLABLE_FORM;
    NULL_ONLY_CHOICE = "null-only-choice":
        "A `oneOf` or `anyOf` allows only null"
        => "add the schema of the other values";
    NULL_ONLY_SCHEMA = "null-only-schema":
        "A schema allows only null, which progenitor does not support"
        => NULLABLE_FORM;
}

/// The form of a nullable schema.
pub(super) const NULLABLE_FORM: &str = "to allow null, write `oneOf: [{$ref: ...}, {$ref: \
    '#/components/schemas/NullValue'}]`, where `NullValue` is `type: object`, `nullable: true`, \
    `enum: [null]`";

const CHOICES: [&str; 2] = ["anyOf", "oneOf"];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for schema in document.all(&SCHEMA) {
        ineffective(schema, findings);
        choice(document, schema, findings);
    }
    null_only(document, findings);
}

fn ineffective(schema: &ObjectNode<'_>, findings: &mut Findings) {
    if schema.is_true("nullable") && schema.get("type").is_none() {
        let message = "`nullable` has no effect without `type`";
        findings.add(&INEFFECTIVE_NULLABLE, schema.at("nullable"), message);
    }
}

fn choice(document: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    for key in CHOICES {
        let children = document.children(schema, key);
        if !children.is_empty() && children.iter().all(|child| resolves_to_null(document, child)) {
            let message = format!("`{key}` allows only null");
            findings.add(&NULL_ONLY_CHOICE, schema.at(key), message);
        }
    }
}

fn resolves_to_null(document: &LintDocument<'_>, schema: &ObjectNode<'_>) -> bool {
    document.resolve(schema).is_some_and(|schema| is_null_only(schema.node))
}

/// Reports null-only schemas that are neither named nor an alternative of a choice.
fn null_only(document: &LintDocument<'_>, findings: &mut Findings) {
    let alternatives: HashSet<_> = document
        .all(&SCHEMA)
        .flat_map(|schema| CHOICES.map(|key| document.children(schema, key)).concat())
        .map(|alternative| &alternative.location.pointer)
        .collect();
    let schemas = document.objects().iter().filter(|object| object.is_in_schema_position());
    for schema in schemas.filter(|schema| resolves_to_null(document, schema)) {
        let is_definition = schema.is_named_schema() && !schema.is_reference();
        if !is_definition && !alternatives.contains(&schema.location.pointer) {
            findings.add(&NULL_ONLY_SCHEMA, schema.here(), "schema allows only null");
        }
    }
}
