//! Names of schemas, properties and enum values, which become Rust types, fields and
//! variants.

use std::collections::HashSet;

use heck::ToUpperCamelCase;

use super::names::check_unique;
use crate::document::diagnostic::document_rules;
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::message::truncate;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::SCHEMA;
use crate::model::names::{is_identifier, to_snake_case};

document_rules! {
    INVALID_SCHEMA_NAME = "invalid-schema-name":
        "The name of a schema is not a valid Rust type name"
        => "use ASCII words that start with a capital letter, such as `CreditBatch`";
    RESERVED_SCHEMA_NAME = "reserved-schema-name":
        "A schema has the name of a Rust type that generated code uses"
        => "use a more specific name";
    DUPLICATE_PROPERTY = "duplicate-property":
        "Two properties become the same Rust field"
        => "rename one of the properties";
    INVALID_VARIANT = "invalid-variant":
        "An enum value cannot become a Rust variant"
        => "replace the `enum` with a `pattern`";
    RESERVED_VARIANT = "reserved-variant":
        "An enum value becomes `Unknown`, the variant for values that the spec does not list"
        => "remove the value; unlisted values are preserved";
    DUPLICATE_VARIANT = "duplicate-variant":
        "Two enum values become the same Rust variant"
        => "remove one of the values, or replace the `enum` with a `pattern`";
}

/// Types that generated code uses without a path.
const RESERVED_TYPES: &[&str] =
    &["Box", "Err", "None", "Ok", "Option", "Result", "Some", "String", "Vec"];

/// The variant for values that the spec does not list.
const UNKNOWN: &str = "Unknown";

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for schema in document.named_schemas() {
        schema_name(schema, findings);
    }
    for schema in document.all(&SCHEMA) {
        let names = schema.entries("properties").map(|(name, at, _)| (name.to_owned(), at));
        check_unique(&DUPLICATE_PROPERTY, names, "property", to_snake_case, findings);
        if schema.get_str("type") == Some("string") {
            variants(schema, findings);
        }
    }
}

fn schema_name(schema: &ObjectNode<'_>, findings: &mut Findings) {
    let Some(name) = schema.key() else { return };
    let camel = name.to_upper_camel_case();
    let display = truncate(&name);
    if name != camel || !name.is_ascii() || !is_identifier(&name) {
        // A name that would be truncated is no suggestion.
        let is_short = truncate(&camel) == camel;
        let help = if is_identifier(&camel) && camel.is_ascii() && is_short {
            format!("rename the schema to `{camel}`")
        } else {
            INVALID_SCHEMA_NAME.remedy.to_owned()
        };
        let message = format!("schema name `{display}` is not a valid Rust type name");
        findings.add_with_help(&INVALID_SCHEMA_NAME, schema.here(), message, help);
    } else if RESERVED_TYPES.contains(&name.as_str()) {
        let message = format!("schema name `{display}` would shadow Rust's `{display}`");
        findings.add(&RESERVED_SCHEMA_NAME, schema.here(), message);
    }
}

fn variants(schema: &ObjectNode<'_>, findings: &mut Findings) {
    let values =
        || schema.elements("enum").filter_map(|(at, node)| Some((node.as_str()?.to_owned(), at)));
    for (value, location) in values() {
        let variant = value.to_upper_camel_case();
        let display = truncate(&value);
        if !is_identifier(&variant) {
            let message = format!("enum value `{display}` cannot become a Rust variant");
            findings.add(&INVALID_VARIANT, location, message);
        } else if variant == UNKNOWN {
            let message =
                format!("enum value `{display}` becomes the reserved variant `{UNKNOWN}`");
            findings.add(&RESERVED_VARIANT, location, message);
        }
    }
    // `duplicate-enum-value` reports equal values.
    let mut seen = HashSet::new();
    let distinct = values().filter(|(value, _)| seen.insert(value.clone()));
    check_unique(&DUPLICATE_VARIANT, distinct, "variant", str::to_upper_camel_case, findings);
}
