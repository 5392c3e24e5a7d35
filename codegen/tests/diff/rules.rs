//! Rules and levels of every kind of change, in both directions.

use codegen::diff::Level::{self, Breaking, Info, Warning};
use codegen::diff::rules::RULES;

use crate::{SHOP, edited, found, report};

/// Asserts the changes of an edit of the shop, and those of the reverse edit.
#[track_caller]
fn assert_edit(edits: &[(&str, &str)], there: &[(&str, Level)], back: &[(&str, Level)]) {
    let shop = edited(SHOP, edits);
    assert_eq!(found(&report(SHOP, &shop)), there, "{edits:?}");
    assert_eq!(found(&report(&shop, SHOP)), back, "{edits:?}, reversed");
}

#[test]
fn judges_shared_schema_in_both_directions() {
    // `GET` returns orders, `POST` accepts an order.
    assert_edit(
        &[("note: {type: string", "note: {type: string, maxLength: 9")],
        &[("bound-tightened", Info), ("bound-tightened", Breaking)],
        &[("bound-relaxed", Breaking), ("bound-relaxed", Info)],
    );
    assert_edit(
        &[(", nullable: true", "")],
        &[("became-not-nullable", Info), ("became-not-nullable", Breaking)],
        &[("became-nullable", Breaking), ("became-nullable", Info)],
    );
    assert_edit(
        &[("enum: [open, sent]", "enum: [open, sent, lost]")],
        &[("values-widened", Breaking), ("values-widened", Info)],
        &[("values-narrowed", Info), ("values-narrowed", Breaking)],
    );
    assert_edit(
        &[("note: {type: string,", "note: {type: [string, integer],")],
        &[("type-widened", Breaking), ("type-widened", Info)],
        &[("type-narrowed", Info), ("type-narrowed", Breaking)],
    );
    assert_edit(&[("note: {type: string", "note: {type: string, novel: 1")], &[], &[]);
    assert_edit(
        &[(", pattern: '^[a-z]+$'", "")],
        &[("pattern-relaxed", Warning), ("pattern-relaxed", Info)],
        &[("pattern-tightened", Info), ("pattern-tightened", Breaking)],
    );
}

#[test]
fn judges_properties() {
    assert_edit(
        &[("        note: ", "        gift: {type: boolean}\n        note: ")],
        &[("optional-added", Info), ("optional-added", Info)],
        &[("optional-removed", Warning), ("optional-removed", Warning)],
    );
    assert_edit(
        &[("required: [id, status]", "required: [id, note, status]")],
        &[("became-required", Info), ("became-required", Breaking)],
        &[("became-optional", Breaking), ("became-optional", Info)],
    );
    assert_edit(
        &[("required: [id, status]", "required: [status]")],
        // A `readOnly` property is required only in responses.
        &[("became-optional", Breaking)],
        &[("became-required", Info)],
    );
    // Its value matters only there, too.
    assert_edit(
        &[("minLength: 8, maxLength: 8", "minLength: 8, maxLength: 9")],
        &[("bound-relaxed", Breaking)],
        &[("bound-tightened", Info)],
    );
}

#[test]
fn judges_alternatives() {
    let check = "Payment:\n      oneOf:\n        - {type: object, required: [iban], \
                 properties: {iban: {type: string}}}";
    assert_edit(
        &[("Payment:\n      oneOf:", check)],
        &[("alternative-added", Warning), ("alternative-added", Info)],
        &[("alternative-removed", Info), ("alternative-removed", Breaking)],
    );
    assert_edit(
        &[(
            "\n      oneOf:\n        - {$ref: '#/components/schemas/Card'}\n        - {$ref: '#/components/schemas/Cash'}",
            "\n      $ref: '#/components/schemas/Cash'",
        )],
        &[("alternative-removed", Info), ("alternative-removed", Breaking)],
        &[("alternatives-introduced", Breaking), ("alternatives-introduced", Info)],
    );
}

#[test]
fn judges_operations_parameters_and_responses() {
    assert_edit(
        &[("        - {name: filter, in: query, schema: {type: string}}\n", "")],
        &[("optional-removed", Warning)],
        &[("optional-added", Info)],
    );
    assert_edit(
        &[("{name: filter, in: query,", "{name: filter, in: query, required: true,")],
        &[("became-required", Breaking)],
        &[("became-optional", Info)],
    );
    assert_edit(
        &[(", default: 10", ", default: 20")],
        &[("parameter-default-changed", Breaking)],
        &[("parameter-default-changed", Breaking)],
    );
    assert_edit(
        &[("{name: filter, in: query,", "{name: filter, in: query, style: pipeDelimited,")],
        &[("serialization-changed", Breaking)],
        &[("serialization-changed", Breaking)],
    );
    assert_edit(
        &[("X-Total: {required: true, ", "X-Total: {")],
        &[("became-optional", Breaking)],
        &[("became-required", Info)],
    );
    assert_edit(
        &[("'201'", "'2XX'")],
        &[("status-widened", Breaking)],
        &[("status-narrowed", Info)],
    );
    assert_edit(
        &[("operationId: list_orders", "operationId: orders")],
        &[("operation-id-changed", Warning)],
        &[("operation-id-changed", Warning)],
    );
    assert_edit(
        &[("  - token: []", "  - {token: [], secret: []}")],
        &[("authentication-tightened", Breaking)],
        &[("authentication-relaxed", Info)],
    );
    assert_edit(
        &[("  - url: https://example.com", "  - url: https://example.org")],
        &[("servers-changed", Breaking)],
        &[("servers-changed", Breaking)],
    );
    let operation =
        SHOP.split_once("  /orders/{id}:").unwrap().1.split_once("components:").unwrap().0;
    assert_edit(
        &[(&format!("  /orders/{{id}}:{operation}"), "")],
        &[("deprecated-operation-removed", Warning)],
        &[("operation-added", Info)],
    );
}

#[test]
fn ignores_names_that_clients_do_not_see() {
    for edits in [
        &[
            ("  /orders/{id}:", "  /orders/{order}:"),
            ("{name: id, in: path", "{name: order, in: path"),
        ][..],
        &[("    token: {type: http", "    jwt: {type: http"), ("  - token: []", "  - jwt: []")],
        &[("schemas/Cash'}\n    Card", "schemas/Money'}\n    Card"), ("    Cash:", "    Money:")],
        &[("description: Orders", "description: Every order")],
        &[
            ("openapi: 3.0.3", "openapi: 3.1.0"),
            ("type: string, nullable: true", "type: [string, 'null']"),
        ],
        &[(
            "{$ref: '#/components/schemas/Card'}",
            "{type: object, required: [number], properties: {number: {type: string}}}",
        )],
    ] {
        assert_edit(edits, &[], &[]);
    }
}

#[test]
fn query_numbers_are_strings_and_single_values_are_lists() {
    assert_edit(
        &[(
            "schema: {type: integer, maximum: 100, default: 10}",
            "schema: {type: string, maximum: 100, default: 10}",
        )],
        &[("type-widened", Info)],
        &[("type-narrowed", Breaking)],
    );
    let list = [(
        "filter, in: query, schema: {type: string}",
        "filter, in: query, schema: {type: array, items: {type: string}}",
    )];
    assert_eq!(found(&report(SHOP, &edited(SHOP, &list))), [("bound-relaxed", Info)]);
}

#[test]
fn judges_conditions_by_their_values() {
    let not = edited(SHOP, &[("note: {type: string", "note: {type: string, not: {minLength: 3}")]);
    let other = edited(&not, &[("not: {minLength: 3}", "not: {minLength: 4}")]);
    let [there, back] = [(Breaking, Info), (Info, Breaking)];
    for (base, revision, (response, request)) in [(&not, &other, there), (&other, &not, back)] {
        let expected = [("condition-changed", response), ("condition-changed", request)];
        assert_eq!(found(&report(base, revision)), expected);
    }
}

#[test]
fn rule_ids_are_unique() {
    let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
}

#[test]
fn documentation_of_rules_is_fresh() {
    let documented = include_str!("../../../docs/diff-rules.md").replace("\r\n", "\n");
    assert!(
        documented == codegen::diff::rules::markdown(),
        "docs/diff-rules.md is stale: cargo xtask diff --rules > docs/diff-rules.md"
    );
}
