//! Documents that mean harm end with a report or an error, soon.

use std::fmt::Write;

use codegen::contract::Contract;
use codegen::diff::Report;
use codegen::document::Source;
use serde_json::json;

use crate::{SHOP, contract, edited, found, report};

fn refused(text: &str) -> String {
    match Source::parse("a.yaml", text).and_then(|source| Contract::of(&source)) {
        Ok(_) => "it was read".to_owned(),
        Err(refusal) => refusal.to_string(),
    }
}

/// A document whose only response has the schema `S0`, given the components.
fn document(schemas: &str) -> String {
    format!(
        "openapi: 3.1.0\npaths: {{/a: {{get: {{responses: {{'200': {{content: {{application/json: \
         {{schema: {{$ref: '#/components/schemas/S0'}}}}}}}}}}}}}}}}\ncomponents:\n  schemas:\n{schemas}"
    )
}

/// Schemas of which each refers to the next one twice, as `written`.
fn doubling(levels: usize, written: &str) -> String {
    let mut schemas = String::new();
    for level in 0..levels {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", level + 1);
        let _ = writeln!(schemas, "    S{level}: {}", written.replace('?', &next));
    }
    schemas + &format!("    S{levels}: {{type: string, maxLength: 5}}\n")
}

#[test]
fn nesting_without_end_and_huge_documents_are_refused() {
    assert!(refused(&"[".repeat(100_000)).contains("error:"));
    assert!(refused(&"{\"a\":".repeat(100_000)).contains("error:"));
    let huge = format!("openapi: 3.0.3\ninfo: '{}'\n", "x".repeat(50 * 1024 * 1024));
    assert!(refused(&huge).contains("document too large"), "{}", refused(&huge));
    assert!(refused("openapi: 4.0.0\n").contains("this is OpenAPI \"4.0.0\""));
    assert!(refused("swagger: '2.0'\n").contains("this is Swagger"));
}

#[test]
fn schemas_that_double_are_compared_once_each() {
    for written in [
        "{type: object, properties: {a: ?, b: ?}}",
        "{anyOf: [?, ?]}",
        "{allOf: [?, ?]}",
        "{type: array, items: ?, contains: ?}",
    ] {
        let base = document(&doubling(60, written));
        let revision = edited(&base, &[("maxLength: 5", "maxLength: 6")]);
        assert!(report(&base, &base).changes.is_empty(), "{written}");
        // The longest ways end before the change; none goes on for ever.
        let _ = Report::of(&contract(&base), &contract(&revision));
    }
}

#[test]
fn circles_end_and_a_change_in_one_is_found() {
    let circle = document(
        "    S0: {type: object, properties: {next: {$ref: '#/components/schemas/S1'}}}\n    \
         S1: {type: object, properties: {back: {$ref: '#/components/schemas/S0'}, name: {type: string}}}\n",
    );
    let revision = edited(&circle, &[("name: {type: string}", "name: {type: integer}")]);
    assert_eq!(found(&report(&circle, &revision)).len(), 1);
    for schema in
        ["{$ref: '#/components/schemas/S0'}", "{allOf: [{$ref: '#/components/schemas/S0'}]}"]
    {
        let itself = document(&format!("    S0: {schema}\n"));
        assert!(report(&itself, &itself).changes.is_empty());
    }
}

#[test]
fn a_chain_of_thousands_of_references_ends() {
    let schema = |level: usize| {
        let next = json!({"$ref": format!("#/components/schemas/S{}", level + 1)});
        (format!("S{level}"), next)
    };
    let schemas: serde_json::Map<_, _> = (0..20_000).map(schema).collect();
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}});
    let chain = json!({
        "openapi": "3.1.0",
        "paths": {"/a": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": schemas},
    });
    let chain = chain.to_string();
    assert!(report(&chain, &chain).changes.is_empty());
}

#[test]
fn two_documents_with_nothing_in_common_end_with_an_error() {
    let many = |name: &str| {
        let mut text = "openapi: 3.0.3\npaths:\n".to_owned();
        for index in 0..15_000 {
            let _ = writeln!(text, "  /{name}/{index}: {{get: {{responses: {{}}}}}}");
        }
        contract(&text)
    };
    let error = Report::of(&many("a"), &many("b")).unwrap_err().to_string();
    assert!(error.contains("more than 20000 places"), "{error}");
}

#[test]
fn what_stands_where_it_should_not_is_no_reason_to_stop() {
    for (old, new) in [
        ("paths:", "paths: 1\nx-paths:"),
        (
            "      parameters:\n        - {name: limit",
            "      parameters:\n        - 5\n        - {name: limit",
        ),
        ("type: string, enum: [open, sent]", "type: 5, enum: open"),
        ("required: [id, status]", "required: true"),
        ("properties: {number: {type: string}}", "properties: [1, null, x]"),
        ("content:", "content: []\n          x-content:"),
        ("{$ref: '#/components/responses/Error'}", "{$ref: 'other.yaml#/Error'}"),
        ("minimum: 0", "minimum: zero"),
    ] {
        let odd = edited(SHOP, &[(old, new)]);
        assert!(report(&odd, &odd).changes.is_empty(), "{new}");
        let _ = report(SHOP, &odd);
        let _ = report(&odd, SHOP);
    }
}
