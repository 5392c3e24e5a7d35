//! Schema Objects: bounds of numbers, lengths and counts.

use crate::document::diagnostic::document_rules;
use crate::document::{Node, Value};
use crate::lint::findings::Findings;
use crate::lint::lint_document::LintDocument;
use crate::lint::message::describe;
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::SCHEMA;

document_rules! {
    EMPTY_RANGE = "empty-range":
        "The bounds of a schema allow no value"
        => "correct the bounds";
    MISSING_BOUND = "missing-bound":
        "`exclusiveMinimum` without `minimum`, or `exclusiveMaximum` without `maximum`"
        => "add the bound, or remove the field";
    INVALID_INTEGER_BOUND = "invalid-integer-bound":
        "A bound of an integer is no integer, or is too large to be compared exactly"
        => "write an integer between -2^53 and 2^53 without fraction or exponent";
    INVALID_MULTIPLE = "invalid-multiple":
        "`multipleOf` is zero or negative"
        => "correct or remove `multipleOf`";
}

/// Pairs of a lower and an upper bound of counts.
const COUNTS: &[(&str, &str)] =
    &[("minItems", "maxItems"), ("minLength", "maxLength"), ("minProperties", "maxProperties")];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for schema in document.all(&SCHEMA) {
        for check in [counts, exclusive_bounds, range, integer_bounds, multiple_of] {
            check(schema, findings);
        }
    }
}

fn counts(schema: &ObjectNode<'_>, findings: &mut Findings) {
    let count = |key| schema.get(key).and_then(Node::as_integer);
    for (low, high) in COUNTS.iter().copied() {
        if let (Some(min), Some(max)) = (count(low), count(high))
            && min > max
        {
            let message = format!("`{low}` ({min}) exceeds `{high}` ({max})");
            findings.add(&EMPTY_RANGE, schema.at(low), message);
        }
    }
}

fn exclusive_bounds(schema: &ObjectNode<'_>, findings: &mut Findings) {
    let pairs = [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")];
    for (bound, exclusive) in pairs {
        // progenitor panics if the bound is missing.
        if schema.is_true(exclusive) && schema.get(bound).is_none() {
            let message = format!("`{exclusive}` without `{bound}`");
            let help = format!("add `{bound}`, or remove `{exclusive}`");
            findings.add_with_help(&MISSING_BOUND, schema.at(exclusive), message, help);
        }
    }
}

fn range(schema: &ObjectNode<'_>, findings: &mut Findings) {
    let (Some(min), Some(max)) = (schema.get("minimum"), schema.get("maximum")) else { return };
    let is_exclusive = schema.is_true("exclusiveMinimum") || schema.is_true("exclusiveMaximum");
    let (low, high) = (describe(min), describe(max));
    let message = if is_greater(min, max) {
        format!("`minimum` ({low}) exceeds `maximum` ({high})")
    } else if is_exclusive && !is_greater(max, min) {
        format!("`minimum` and `maximum` exclude {low}, the only value between them")
    } else {
        return;
    };
    findings.add(&EMPTY_RANGE, schema.at("minimum"), message);
}

/// Compares two numbers. Integers are compared exactly.
fn is_greater(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Integer(a), Value::Integer(b)) => a > b,
        _ => matches!((a.as_float(), b.as_float()), (Some(a), Some(b)) if a > b),
    }
}

fn integer_bounds(schema: &ObjectNode<'_>, findings: &mut Findings) {
    if schema.get_str("type") != Some("integer") {
        return;
    }
    for key in ["minimum", "maximum", "multipleOf"] {
        let Some(node) = schema.get(key).filter(|node| node.as_float().is_some()) else { continue };
        if !node.as_integer().is_some_and(is_exact_bound) {
            let found = describe(node);
            let message =
                format!("`{key}` of an integer: expected an exact 64-bit integer, found {found}");
            findings.add(&INVALID_INTEGER_BOUND, schema.at(key), message);
        }
    }
}

fn multiple_of(schema: &ObjectNode<'_>, findings: &mut Findings) {
    let factor = schema.get("multipleOf");
    if let Some(factor) = factor.filter(|node| node.as_float().is_some_and(|n| n <= 0.0)) {
        let message =
            format!("`multipleOf`: expected a number above 0, found {}", describe(factor));
        findings.add(&INVALID_MULTIPLE, schema.at("multipleOf"), message);
    }
}

/// Returns whether the validation tables of the client, which have 64-bit floats, represent a
/// bound. The float of the greatest integer is greater, which makes no difference.
fn is_exact_bound(value: i128) -> bool {
    let is_exact = (value as f64) as i128 == value || value == i128::from(i64::MAX);
    is_exact && i64::try_from(value).is_ok()
}
