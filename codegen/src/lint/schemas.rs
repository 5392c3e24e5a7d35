//! Schemas: keywords that fit together, bounds that leave something, and names
//! that are there.

use std::collections::HashSet;
use std::ptr;

use super::document::{Document, Site};
use super::findings::Findings;
use super::formats::FORMATS;
use super::grammar::SCHEMA;
use super::words::{cut, meant, or, shown};
use crate::pattern::Pattern;
use crate::source::{Node, Value};

type Rule = fn(&Document<'_>, &Site<'_>, &mut Findings);

const RULES: &[Rule] = &[
    keywords,
    alternatives,
    parts,
    nullable,
    counts,
    range,
    integer_bounds,
    multiple_of,
    pattern,
    format,
    required,
    values,
    items,
];

/// What each type may have besides `enum` and what any schema may have.
const KEYWORDS: &[(&str, &[&str])] = &[
    ("array", &["items", "maxItems", "minItems", "uniqueItems"]),
    ("boolean", &[]),
    ("integer", NUMERIC),
    ("number", NUMERIC),
    (
        "object",
        &["additionalProperties", "maxProperties", "minProperties", "properties", "required"],
    ),
    ("string", &["format", "maxLength", "minLength", "pattern"]),
];
const NUMERIC: &[&str] =
    &["exclusiveMaximum", "exclusiveMinimum", "format", "maximum", "minimum", "multipleOf"];

const COMPOSITIONS: &[&str] = &["allOf", "anyOf", "oneOf"];

const NULL_FORM: &str = "`oneOf: [{$ref: ...}, {$ref: '#/components/schemas/NullValue'}]`, where \
                         `NullValue` is `type: object`, `nullable: true`, `enum: [null]`";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for site in document.all(&SCHEMA) {
        for rule in RULES {
            rule(document, site, findings);
        }
    }
}

/// Whether this is the schema of null and nothing else, in the one form that 3.0
/// has for it.
pub(super) fn is_null(node: &Node) -> bool {
    let values = node.get("enum").map(Node::elements).unwrap_or_default();
    node.get("type").is_some()
        && node.get("nullable").and_then(Node::as_bool) == Some(true)
        && matches!(values, [Node { value: Value::Null, .. }])
}

fn type_of<'d>(site: &Site<'d>) -> Option<&'d str> {
    site.text("type")
}

/// A schema is a type with that type's keywords, or one composition, or anything.
fn keywords(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let forms = || ["type"].into_iter().chain(COMPOSITIONS.iter().copied());
    let mut found = forms().filter(|form| site.get(form).is_some());
    let form = found.next();
    for second in found {
        let first = form.unwrap_or_default();
        findings.add(
            site.at(second),
            format!("`{second}` beside `{first}`: typify merges the two and loses rules"),
            format!("keep one of {}, and move the rest into its schemas", or(forms())),
        );
    }
    let allowed = KEYWORDS.iter().find(|(name, _)| type_of(site) == Some(name));
    if form == Some("type") && allowed.is_none() {
        return;
    }
    let allowed = allowed.map(|(_, keywords)| *keywords).unwrap_or_default();
    for member in site.node.members() {
        let key = member.key.as_str();
        let types: Vec<_> = KEYWORDS
            .iter()
            .filter(|(_, keywords)| keywords.contains(&key))
            .map(|(name, _)| format!("type: {name}"))
            .collect();
        let types_or = or(types.iter().map(String::as_str));
        let is_rule = !types.is_empty() || key == "enum";
        if !is_rule || allowed.contains(&key) || (key == "enum" && form == Some("type")) {
            continue;
        }
        let (message, help) = match (form, type_of(site)) {
            (_, Some(name)) => (
                format!("`{key}` says nothing about a value of `type: {name}`"),
                format!("remove it, or write {types_or}"),
            ),
            (Some(form), None) => (
                format!("`{key}` beside `{form}`: typify merges the two and loses rules"),
                format!("move it into the schemas of the `{form}`"),
            ),
            (None, None) if types.is_empty() => {
                (format!("`{key}` without a `type`"), "add the `type` of the values".to_owned())
            }
            (None, None) => (
                format!("`{key}` without a `type`, which would let other types pass"),
                format!("add {types_or}"),
            ),
        };
        findings.add(site.at(key), message, help);
    }
}

/// Null is an alternative in one place only: beside others.
fn alternatives(document: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let is_null = |child: &Site<'_>| document.resolve(child).is_some_and(|to| is_null(to.node));
    for key in ["anyOf", "oneOf"] {
        let children = document.children(site, key);
        if !children.is_empty() && children.iter().all(|child| is_null(child)) {
            let message = format!("the `{key}` has no alternative besides null");
            findings.add(site.at(key), message, "add the schema of the other values");
        }
    }
    let single =
        ["items", "additionalProperties"].iter().filter_map(|key| document.child(site, key));
    let many = ["allOf", "properties"].iter().flat_map(|key| document.children(site, key));
    for child in single.chain(many).filter(|child| child.is_reference() && is_null(child)) {
        findings.add(
            child.at("$ref"),
            "null alone is no use for a value; progenitor knows it only as an alternative",
            format!("write {NULL_FORM}"),
        );
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

/// In 3.0, `nullable` adds null to the `type` beside it and to nothing else.
fn nullable(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    if site.flag("nullable") && site.get("type").is_none() {
        findings.add(
            site.at("nullable"),
            "`nullable` changes nothing without a `type` beside it",
            format!("write {NULL_FORM}"),
        );
    }
}

const COUNTS: &[(&str, &str)] =
    &[("minItems", "maxItems"), ("minLength", "maxLength"), ("minProperties", "maxProperties")];

fn counts(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let count = |key| site.get(key).and_then(Node::as_integer);
    for (low, high) in COUNTS.iter().copied() {
        if let (Some(min), Some(max)) = (count(low), count(high))
            && min > max
        {
            findings.add(
                site.at(low),
                format!("`{low}` is {min}, above the `{high}` of {max}; no value fits"),
                "swap or correct the two",
            );
        }
    }
}

fn range(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    let pairs = [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")];
    for (bound, exclusive) in pairs {
        if site.flag(exclusive) && site.get(bound).is_none() {
            findings.add(
                site.at(exclusive),
                format!(
                    "`{exclusive}` without `{bound}` excludes nothing; progenitor panics at it"
                ),
                format!("add `{bound}`, or remove `{exclusive}`"),
            );
        }
    }
    let (Some(min), Some(max)) = (site.get("minimum"), site.get("maximum")) else { return };
    let excluded = site.flag("exclusiveMinimum") || site.flag("exclusiveMaximum");
    let (low, high) = (shown(min), shown(max));
    if is_above(min, max) {
        let message = format!("`minimum` is {low}, above the `maximum` of {high}; no value fits");
        findings.add(site.at("minimum"), message, "swap or correct the two");
    } else if excluded && !is_above(max, min) {
        let message = format!("`minimum` and `maximum` are both {low}, which is excluded");
        findings.add(site.at("minimum"), message, "include the bounds, or correct them");
    }
}

/// Whether one number is greater than another. What is no number is not.
pub(super) fn is_above(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Integer(a), Value::Integer(b)) => a > b,
        _ => matches!((float(a), float(b)), (Some(a), Some(b)) if a > b),
    }
}

fn float(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

fn integer_bounds(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    if type_of(site) != Some("integer") {
        return;
    }
    for key in ["minimum", "maximum", "multipleOf"] {
        let Some(node) = site.get(key).filter(|node| float(node).is_some()) else { continue };
        if node.as_integer().is_none_or(|value| i64::try_from(value).is_err()) {
            findings.add(
                site.at(key),
                format!("the `{key}` of an integer is {}, which is no 64-bit integer", shown(node)),
                format!("write a whole number from {} to {}, in digits alone", i64::MIN, i64::MAX),
            );
        }
    }
}

fn multiple_of(_: &Document<'_>, site: &Site<'_>, findings: &mut Findings) {
    if let Some(factor) =
        site.get("multipleOf").filter(|node| float(node).is_some_and(|n| n <= 0.0))
    {
        let message = format!("`multipleOf` is {}, and must be greater than 0", shown(factor));
        findings.add(site.at("multipleOf"), message, "correct or remove it");
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

/// Whether `child` is the schema itself of one of the named components.
pub(super) fn is_component(site: &Site<'_>) -> bool {
    let tokens: Vec<_> = site.place.pointer.tokens().take(4).collect();
    ptr::eq(site.object, &SCHEMA)
        && matches!(tokens.as_slice(), [a, b, _] if a == "components" && b == "schemas")
}
