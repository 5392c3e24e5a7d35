//! Schemas: keywords that fit together, and what each of them may say.

use std::collections::HashSet;

use super::formats::FORMATS;
use super::nulls::{NULL_FORM, is_null};
use crate::document::Value;
use crate::lint::document::{Document, Site};
use crate::lint::findings::Findings;
use crate::lint::openapi30::SCHEMA;
use crate::lint::words::{cut, meant, or, shown};
use crate::pattern::Pattern;

type Rule = fn(&Document<'_>, &Site<'_>, &mut Findings);

const RULES: &[Rule] = &[forms, keywords, parts, pattern, format, required, values, items];

/// What each type may have besides what any schema may have.
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

/// What a schema can be.
const FORMS: &[&str] = &["type", "allOf", "anyOf", "oneOf"];

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for site in document.all(&SCHEMA) {
        for rule in RULES {
            rule(document, site, findings);
        }
    }
}

fn type_of<'d>(site: &Site<'d>) -> Option<&'d str> {
    site.text("type")
}

/// A schema is a type, one composition, or anything.
fn forms(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let mut found = FORMS.iter().filter(|form| site.get(form).is_some());
    let first = found.next().copied().unwrap_or_default();
    for second in found {
        findings.add(
            site.at(second),
            format!("`{second}` beside `{first}`: typify merges the two and loses rules"),
            format!(
                "keep one of {}, and move the rest into its schemas",
                or(FORMS.iter().copied())
            ),
        );
    }
}

/// A type has its own keywords. Without a type there are none.
fn keywords(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let form = FORMS.iter().find(|form| site.get(form).is_some());
    let own = KEYWORDS.iter().find(|(name, _)| type_of(site) == Some(name));
    if form == Some(&"type") && own.is_none() {
        return;
    }
    let own = own.map(|(_, keywords)| *keywords).unwrap_or_default();
    for key in site.node.members().iter().map(|member| member.key.as_str()) {
        let types: Vec<_> =
            KEYWORDS.iter().filter(|(_, keywords)| keywords.contains(&key)).collect();
        if types.is_empty() || own.contains(&key) {
            continue;
        }
        let types: Vec<_> = types.iter().map(|(name, _)| format!("type: {name}")).collect();
        let types = match types.len() == KEYWORDS.len() {
            true => "the `type` of the values".to_owned(),
            false => or(types.iter().map(String::as_str)),
        };
        let (message, help) = match (form, type_of(site)) {
            (_, Some(name)) => (
                format!("`{key}` says nothing about a value of `type: {name}`"),
                format!("remove it, or write {types}"),
            ),
            (Some(form), None) => (
                format!("`{key}` beside `{form}`: typify merges the two and loses rules"),
                format!("move it into the schemas of the `{form}`"),
            ),
            (None, None) => (
                format!("`{key}` without a `type`, which would let other types pass"),
                format!("add {types}"),
            ),
        };
        findings.add(site.at(key), message, help);
    }
}

/// typify merges the parts of an `allOf`. That loses nothing only where they are
/// objects without a property in common.
fn parts(document: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let parts = document.children(site, "allOf");
    if parts.len() < 2 {
        return;
    }
    let mut names = HashSet::new();
    for part in parts {
        let Some(schema) = document.resolve(part) else { continue };
        if type_of(schema) != Some("object") {
            findings.add(
                part.here(),
                "an `allOf` of several schemas merges objects, and this is not `type: object`",
                "describe the value by one schema",
            );
        }
        for (name, ..) in schema.entries("properties") {
            if !names.insert(name) {
                findings.add(
                    part.here(),
                    format!("two schemas of the `allOf` have the property `{}`", cut(name)),
                    "describe the property once",
                );
            }
        }
    }
}

fn pattern(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    if let Some(Err(error)) = site.text("pattern").map(Pattern::parse) {
        findings.add(
            site.at("pattern"),
            format!("the `pattern` cannot be checked: {error}"),
            error.help(),
        );
    }
}

fn format(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let (Some(of), Some(name)) = (type_of(site), site.text("format")) else { return };
    let known = || FORMATS.iter().filter(|format| format.of == of).map(|format| format.name);
    if known().next().is_none() || known().any(|known| known == name) {
        return;
    }
    let help = match meant(name, known()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write {}, or remove it", or(known())),
    };
    findings.add(
        site.at("format"),
        format!("no format of `type: {of}` is called `{}`", cut(name)),
        help,
    );
}

fn required(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    if type_of(site) != Some("object") {
        return;
    }
    let mut seen = HashSet::new();
    let properties = || site.entries("properties").map(|(name, ..)| name);
    let declared: HashSet<_> = properties().collect();
    for (place, node) in site.elements("required") {
        let Some(name) = node.as_str() else { continue };
        let shown = cut(name);
        if !seen.insert(name) {
            let message = format!("`required` names `{shown}` twice");
            findings.add(place, message, "remove one of the two");
        } else if !declared.contains(name) {
            let help = match meant(name, properties()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "describe it under `properties`".to_owned(),
            };
            findings.add(place, format!("`required` names `{shown}`, which is no property"), help);
        }
    }
}

/// The values of an `enum`.
fn values(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let (Some(values), Some(of)) = (site.get("enum"), type_of(site)) else { return };
    let values = values.elements();
    if is_null(site.node) || values.is_empty() {
        return;
    }
    if values.iter().all(|value| value.value == Value::Null) {
        let message = "an `enum` of null alone, but not the schema of null";
        let help = "write exactly `type: object`, `nullable: true`, `enum: [null]`";
        return findings.add(site.at("enum"), message, help);
    }
    if of != "string" {
        let message = format!("an `enum` of `type: {of}`; the client has only enums of strings");
        return findings.add(site.at("enum"), message, "give bounds, or say it in `description`");
    }
    let mut seen = HashSet::new();
    for (place, value) in site.elements("enum") {
        match &value.value {
            Value::String(text) if seen.insert(text) => {}
            Value::String(text) => {
                let message = format!("the `enum` has `{}` twice", cut(text));
                findings.add(place, message, "remove one of the two");
            }
            Value::Null => {
                let help = format!("remove it here, and where null is allowed write {NULL_FORM}");
                findings.add(place, "the `enum` of strings has null", help);
            }
            _ => {
                let message = format!("the `enum` of strings has {}", shown(value));
                findings.add(place, message, "put it in quotes, or remove it");
            }
        }
    }
}

fn items(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    if type_of(site) == Some("array") && site.get("items").is_none() {
        let message = "the array does not say what its elements are";
        findings.add(site.here(), message, "add `items`, the schema of an element");
    }
}
