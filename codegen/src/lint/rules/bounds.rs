//! Bounds: each pair leaves a value between them.

use crate::document::{Node, Value};
use crate::lint::document::{Document, Site};
use crate::lint::findings::Findings;
use crate::lint::openapi30::SCHEMA;
use crate::lint::words::shown;

/// Bounds of counts, each pair the lower one first.
const COUNTS: &[(&str, &str)] =
    &[("minItems", "maxItems"), ("minLength", "maxLength"), ("minProperties", "maxProperties")];

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for schema in document.all(&SCHEMA) {
        for rule in [counts, exclusions, range, integer_bounds, multiple_of] {
            rule(schema, findings);
        }
    }
}

fn counts(site: &Site<'_>, findings: &mut Findings) {
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

fn exclusions(site: &Site<'_>, findings: &mut Findings) {
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
}

fn range(site: &Site<'_>, findings: &mut Findings) {
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

fn integer_bounds(site: &Site<'_>, findings: &mut Findings) {
    if site.text("type") != Some("integer") {
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

fn multiple_of(site: &Site<'_>, findings: &mut Findings) {
    if let Some(factor) =
        site.get("multipleOf").filter(|node| float(node).is_some_and(|n| n <= 0.0))
    {
        let message = format!("`multipleOf` is {}, and must be greater than 0", shown(factor));
        findings.add(site.at("multipleOf"), message, "correct or remove it");
    }
}
