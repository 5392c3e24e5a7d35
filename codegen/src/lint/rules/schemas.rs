//! Schema Objects: combinations of keywords and their values.

use std::collections::HashSet;

use regress::Regex;

use super::nullable::NULLABLE_FORM;
use crate::document::diagnostic::document_rules;
use crate::document::nullable::is_null_only;
use crate::document::{Node, Value};
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::message::{describe, join_or, suggest, truncate};
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::SCHEMA;
use crate::pattern::Pattern;

document_rules! {
    CONFLICTING_KEYWORDS = "conflicting-keywords":
        "A schema combines keywords that typify merges incorrectly"
        => "keep one of `type`, `allOf`, `anyOf` and `oneOf`, and move the rest into its schemas";
    INAPPLICABLE_KEYWORD = "inapplicable-keyword":
        "A keyword has no effect on the type of the schema"
        => "remove the keyword, or change the type";
    MISSING_TYPE = "missing-type":
        "A keyword without a `type` would accept values of other types"
        => "add the `type` of the values";
    INVALID_ALL_OF = "invalid-all-of":
        "An `allOf` of several schemas contains a schema that is not an object"
        => "describe the value with one schema";
    OVERLAPPING_ALL_OF = "overlapping-all-of":
        "Two schemas of an `allOf` have the same property"
        => "describe the property in one of the schemas";
    UNSUPPORTED_PATTERN = "unsupported-pattern":
        "A `pattern` is invalid, or can only be checked with a regex engine"
        => "write `^`, ASCII characters and classes with `?`, `*`, `+` or `{n,m}`, and `$`";
    UNKNOWN_FORMAT = "unknown-format":
        "A `format` is unknown for the type of the schema"
        => "use a known format, or remove `format`";
    CONFLICTING_DIRECTIONS = "conflicting-directions":
        "A property is `readOnly` and `writeOnly`, so no message could contain it"
        => "remove `readOnly` or `writeOnly`";
    DUPLICATE_REQUIRED = "duplicate-required":
        "`required` lists a property twice"
        => "remove one of the entries";
    UNKNOWN_REQUIRED = "unknown-required":
        "`required` lists a property that `properties` does not describe"
        => "add the property to `properties`";
    UNSUPPORTED_ENUM = "unsupported-enum":
        "The values of an `enum` are neither strings nor exactly the schema of null"
        => "describe the values with bounds or in the `description`";
    DUPLICATE_ENUM_VALUE = "duplicate-enum-value":
        "An `enum` lists a value twice"
        => "remove one of the values";
    INVALID_ENUM_VALUE = "invalid-enum-value":
        "An `enum` of strings contains another type"
        => "quote the value, or remove it";
    INVALID_EXAMPLE = "invalid-example":
        "The `example` of a string breaks the rules of its schema"
        => "write a value that the schema allows; the documentation of the client parses it";
    MISSING_ITEMS = "missing-items":
        "An array schema has no `items`"
        => "add `items`, the schema of an element";
}

type KeywordCheck = fn(&LintDocument<'_>, &ObjectNode<'_>, &mut Findings);

const CHECKS: &[KeywordCheck] = &[
    composition,
    keywords,
    all_of,
    pattern,
    format,
    directions,
    required,
    enum_values,
    example,
    items,
];

/// The keywords that apply to each type, besides those that apply to all types.
const KEYWORDS: &[(&str, &[&str])] = &[
    ("array", &["enum", "items", "maxItems", "minItems", "uniqueItems"]),
    ("boolean", &["enum"]),
    ("integer", NUMERIC),
    ("number", NUMERIC),
    (
        "object",
        &[
            "additionalProperties",
            "enum",
            "maxProperties",
            "minProperties",
            "properties",
            "required",
        ],
    ),
    ("string", &["enum", "format", "maxLength", "minLength", "pattern"]),
];
const NUMERIC: &[&str] =
    &["enum", "exclusiveMaximum", "exclusiveMinimum", "format", "maximum", "minimum", "multipleOf"];

/// The keywords that exclude each other.
const FORMS: &[&str] = &["type", "allOf", "anyOf", "oneOf"];

/// The known formats of each type. `uuid` and `ip` are missing because their types in
/// typify would add dependencies to the client.
const FORMATS: &[(&str, &[&str])] = &[
    ("integer", &["int32", "int64"]),
    ("number", &["decimal", "double", "float"]),
    (
        "string",
        &["byte", "date", "date-time", "decimal", "email", "iso-3166-1-alpha-3", "password", "uri"],
    ),
];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for schema in document.all(&SCHEMA) {
        for check in CHECKS {
            check(document, schema, findings);
        }
    }
}

fn type_of<'d>(schema: &ObjectNode<'d>) -> Option<&'d str> {
    schema.get_str("type")
}

fn composition(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let mut found = FORMS.iter().filter(|form| schema.get(form).is_some());
    let first = found.next().copied().unwrap_or_default();
    for second in found {
        let message = format!("`{second}` beside `{first}`: typify merges them incorrectly");
        findings.add(&CONFLICTING_KEYWORDS, schema.at(second), message);
    }
}

fn keywords(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let form = FORMS.iter().find(|form| schema.get(form).is_some());
    let own = KEYWORDS.iter().find(|(name, _)| type_of(schema) == Some(name));
    if form == Some(&"type") && own.is_none() {
        return;
    }
    let own = own.map(|(_, keywords)| *keywords).unwrap_or_default();
    for key in schema.node.members().iter().map(|member| member.key.as_str()) {
        if own.contains(&key) || !KEYWORDS.iter().any(|(_, keywords)| keywords.contains(&key)) {
            continue;
        }
        let types = types_with(key);
        let (rule, message, help) = match (form, type_of(schema)) {
            (_, Some(name)) => (
                &INAPPLICABLE_KEYWORD,
                format!("`{key}` has no effect on `type: {name}`"),
                format!("remove it, or write {types}"),
            ),
            (Some(form), None) => (
                &CONFLICTING_KEYWORDS,
                format!("`{key}` beside `{form}`: typify merges them incorrectly"),
                format!("move it into the schemas of the `{form}`"),
            ),
            (None, None) => (
                &MISSING_TYPE,
                format!("`{key}` without `type` would accept values of other types"),
                format!("add {types}"),
            ),
        };
        findings.add_with_help(rule, schema.at(key), message, help);
    }
}

/// Lists the types to which a keyword applies.
fn types_with(key: &str) -> String {
    let rows = KEYWORDS.iter().filter(|(_, keywords)| keywords.contains(&key));
    let types: Vec<_> = rows.map(|(name, _)| format!("type: {name}")).collect();
    if types.len() == KEYWORDS.len() {
        return "the `type` of the values".to_owned();
    }
    join_or(types.iter().map(String::as_str))
}

/// Checks an `allOf` of several schemas: typify merges only objects with distinct
/// properties correctly.
fn all_of(document: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let parts = document.children(schema, "allOf");
    if parts.len() < 2 {
        return;
    }
    let mut names = HashSet::new();
    for part in parts {
        let Some(resolved) = document.resolve(part) else { continue };
        let type_name = type_of(resolved);
        if type_name != Some("object") {
            let found = type_name.map_or("no `type`".to_owned(), |name| format!("`type: {name}`"));
            let message =
                format!("`allOf` of several schemas: expected `type: object`, found {found}");
            findings.add(&INVALID_ALL_OF, part.here(), message);
        }
        for (name, ..) in resolved.entries("properties") {
            if !names.insert(name) {
                let message = format!("`allOf` has property `{}` twice", truncate(name));
                findings.add(&OVERLAPPING_ALL_OF, part.here(), message);
            }
        }
    }
}

fn pattern(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    if let Some(Err(error)) = schema.get_str("pattern").map(Pattern::parse) {
        let message = format!("unsupported pattern: {error}");
        findings.add(&UNSUPPORTED_PATTERN, schema.at("pattern"), message);
    }
}

fn format(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let (Some(type_name), Some(name)) = (type_of(schema), schema.get_str("format")) else { return };
    let Some((_, known)) = FORMATS.iter().find(|(of, _)| *of == type_name) else { return };
    if known.contains(&name) {
        return;
    }
    let help = match suggest(name, known.iter().copied()) {
        Some(format) => format!("did you mean `{format}`?"),
        None => format!("use {}, or remove `format`", join_or(known.iter().copied())),
    };
    let message = format!("unknown format `{}` of `type: {type_name}`", truncate(name));
    findings.add_with_help(&UNKNOWN_FORMAT, schema.at("format"), message, help);
}

fn directions(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    if schema.is_true("readOnly") && schema.is_true("writeOnly") {
        let message = "`readOnly` and `writeOnly` exclude each other";
        findings.add(&CONFLICTING_DIRECTIONS, schema.at("writeOnly"), message);
    }
}

fn required(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    if type_of(schema) != Some("object") {
        return;
    }
    let mut seen = HashSet::new();
    let properties = || schema.entries("properties").map(|(name, ..)| name);
    let declared: HashSet<_> = properties().collect();
    for (location, node) in schema.elements("required") {
        let Some(name) = node.as_str() else { continue };
        let display = truncate(name);
        if !seen.insert(name) {
            let message = format!("`required` lists `{display}` twice");
            findings.add(&DUPLICATE_REQUIRED, location, message);
        } else if !declared.contains(name) {
            let help = match suggest(name, properties()) {
                Some(property) => format!("did you mean `{property}`?"),
                None => UNKNOWN_REQUIRED.remedy.to_owned(),
            };
            let message = format!("`required` lists the unknown property `{display}`");
            findings.add_with_help(&UNKNOWN_REQUIRED, location, message, help);
        }
    }
}

fn enum_values(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let (Some(values), Some(type_name)) = (schema.get("enum"), type_of(schema)) else { return };
    let values = values.elements();
    if is_null_only(schema.node) || values.is_empty() {
        return;
    }
    if values.iter().all(|value| value.value == Value::Null) {
        let message = "unsupported enum of null";
        let help = "write exactly `type: object`, `nullable: true`, `enum: [null]`";
        return findings.add_with_help(&UNSUPPORTED_ENUM, schema.at("enum"), message, help);
    }
    if type_name != "string" {
        let message = format!("unsupported enum of `type: {type_name}`");
        return findings.add(&UNSUPPORTED_ENUM, schema.at("enum"), message);
    }
    if schema.get("format").is_some() {
        let message = "unsupported enum with a `format`";
        return findings.add(&UNSUPPORTED_ENUM, schema.at("format"), message);
    }
    let mut seen = HashSet::new();
    for (location, value) in schema.elements("enum") {
        match &value.value {
            Value::String(text) if seen.insert(text) => {}
            Value::String(text) => {
                let message = format!("duplicate enum value `{}`", truncate(text));
                findings.add(&DUPLICATE_ENUM_VALUE, location, message);
            }
            _ => {
                let message = format!("enum of strings contains {}", describe(value));
                let help = if value.value == Value::Null {
                    format!("remove it; {NULLABLE_FORM}")
                } else {
                    INVALID_ENUM_VALUE.remedy.to_owned()
                };
                findings.add_with_help(&INVALID_ENUM_VALUE, location, message, help);
            }
        }
    }
}

/// Checks the `example` of a string. Examples of string types are tests of the client.
fn example(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    let Some(example) = schema.get("example").filter(|_| type_of(schema) == Some("string")) else {
        return;
    };
    let expected = match example.as_str() {
        Some(text) => broken_string_rule(schema, text),
        None if example.value == Value::Null && schema.is_true("nullable") => None,
        None => Some("a string".to_owned()),
    };
    if let Some(expected) = expected {
        let message = format!("invalid example: expected {expected}, found {}", describe(example));
        findings.add(&INVALID_EXAMPLE, schema.at("example"), message);
    }
}

/// Returns the first rule of a schema that a string breaks.
fn broken_string_rule(schema: &ObjectNode<'_>, text: &str) -> Option<String> {
    let length = text.chars().count() as i128;
    let bound = |key| schema.get(key).and_then(Node::as_integer);
    let values: Vec<_> = schema.elements("enum").filter_map(|(_, node)| node.as_str()).collect();
    if let Some(least) = bound("minLength").filter(|least| *least > length) {
        return Some(format!("at least {least} characters"));
    }
    if let Some(most) = bound("maxLength").filter(|most| *most < length) {
        return Some(format!("at most {most} characters"));
    }
    if let Some(pattern) = schema.get_str("pattern").filter(|text| Pattern::parse(text).is_ok())
        && Regex::with_flags(pattern, "u").is_ok_and(|regex| regex.find(text).is_none())
    {
        return Some(format!("a match of `{}`", truncate(pattern)));
    }
    (!values.is_empty() && !values.contains(&text)).then(|| "a value of the `enum`".to_owned())
}

fn items(_: &LintDocument<'_>, schema: &ObjectNode<'_>, findings: &mut Findings) {
    if type_of(schema) == Some("array") && schema.get("items").is_none() {
        findings.add(&MISSING_ITEMS, schema.here(), "array has no `items`");
    }
}
