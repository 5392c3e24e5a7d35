//! Hostile documents lead to a report or an error within seconds.

use std::fmt::Write;

use codegen::contract::Contract;
use codegen::diff::{DiffError, Report};
use codegen::document::Source;
use serde_json::json;

use crate::{SHOP, contract, edited, found, report};

#[track_caller]
fn refused(text: &str) -> String {
    let contract = Source::parse("a.yaml", text).and_then(|source| Contract::of(&source));
    contract.unwrap_err().to_string()
}

/// Returns a document whose only response has the schema `S0`.
fn document(schemas: &str) -> String {
    format!(
        "openapi: 3.1.0\npaths: {{/a: {{get: {{responses: {{'200': {{content: {{application/json: \
         {{schema: {{$ref: '#/components/schemas/S0'}}}}}}}}}}}}}}}}\ncomponents:\n  schemas:\n{schemas}"
    )
}

/// Returns schemas that refer to the next one as `written`, with `?` for a reference.
fn doubling(levels: usize, written: &str) -> String {
    let mut schemas = String::new();
    for level in 0..levels {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", level + 1);
        let _ = writeln!(schemas, "    S{level}: {}", written.replace('?', &next));
    }
    schemas + &format!("    S{levels}: {{type: string, maxLength: 5}}\n")
}

#[test]
fn rejects_deep_nesting_and_huge_documents() {
    assert!(refused(&"[".repeat(100_000)).contains("error:"));
    assert!(refused(&"{\"a\":".repeat(100_000)).contains("error:"));
    let huge = format!("openapi: 3.0.3\ninfo: '{}'\n", "x".repeat(50 * 1024 * 1024));
    assert!(refused(&huge).contains("document too large"), "{}", refused(&huge));
    assert!(refused("openapi: 4.0.0\n").contains("found OpenAPI \"4.0.0\""));
    assert!(refused("swagger: '2.0'\n").contains("found Swagger"));
}

#[test]
fn compares_doubling_schemas_once_each() {
    for written in [
        "{type: object, properties: {a: ?, b: ?}}",
        "{anyOf: [?, ?]}",
        "{allOf: [?, ?]}",
        "{type: array, items: ?, contains: ?}",
    ] {
        let base = document(&doubling(60, written));
        let revision = edited(&base, &[("maxLength: 5", "maxLength: 6")]);
        assert!(report(&base, &base).changes.is_empty(), "{written}");
        assert!(!report(&base, &revision).changes.is_empty(), "{written}");
    }
}

#[test]
fn finds_changes_in_cycles() {
    let cycle = document(
        "    S0: {type: object, properties: {next: {$ref: '#/components/schemas/S1'}}}\n    \
         S1: {type: object, properties: {back: {$ref: '#/components/schemas/S0'}, name: {type: string}}}\n",
    );
    let revision = edited(&cycle, &[("name: {type: string}", "name: {type: integer}")]);
    assert_eq!(found(&report(&cycle, &revision)).len(), 1);
    for schema in
        ["{$ref: '#/components/schemas/S0'}", "{allOf: [{$ref: '#/components/schemas/S0'}]}"]
    {
        let itself = document(&format!("    S0: {schema}\n"));
        assert!(report(&itself, &itself).changes.is_empty());
    }
}

#[test]
fn rejects_chains_of_thousands_of_references() {
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
    let error = refused(&chain.to_string());
    assert!(error.contains("more than 100 references"), "{error}");
    assert!(error.contains(", at #/components/schemas/S"), "{error}");
}

/// Returns schemas that lead from `S0` to the last one by `link`, with `?` for the
/// reference to the next one.
fn chain(length: usize, link: &str, last: &str) -> String {
    let mut schemas = String::new();
    for level in 0..length {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", level + 1);
        let _ = writeln!(schemas, "    S{level}: {}", link.replace('?', &next));
    }
    schemas + &format!("    S{length}: {last}\n")
}

/// Whatever the length of a chain, a change at its end is found or the comparison is
/// refused.
#[test]
fn never_hides_a_change_at_the_end_of_a_chain() {
    let links = [
        "{allOf: [?], description: d}",
        "{oneOf: [?]}",
        "{anyOf: [?, {type: 'null'}]}",
        "?",
        "{properties: {next: ?}}",
        "{type: array, items: ?}",
        "{allOf: [?, {properties: {own: {type: string}}}]}",
        "{oneOf: [?, {type: object, properties: {own: {type: string}}}]}",
    ];
    for link in links {
        for length in [10, 49, 50, 51, 99, 100, 101, 198, 199, 200, 249, 250, 251, 300] {
            let document = |last| document(&chain(length, link, last));
            let read = |text: &str| {
                let source = Source::parse("a.yaml", text).unwrap();
                Contract::of(&source).map_err(|refusal| refusal.to_string())
            };
            let base = read(&document("{type: object, maxProperties: 5}"));
            let revision = read(&document("{type: object, maxProperties: 6}"));
            let error = match (base, revision) {
                (Ok(base), Ok(revision)) => match Report::of(&base, &revision) {
                    Ok(report) => {
                        assert!(report.breaking, "{link}, {length} times");
                        continue;
                    }
                    Err(error) => error.to_string(),
                },
                (Err(error), Err(_)) => error,
                _ => panic!("{link}, {length} times: only one document is refused"),
            };
            assert!(length > 90, "{link}, {length} times: {error}");
            assert!(error.contains("#/components/schemas/S"), "{error}");
        }
    }
}

#[test]
fn deep_chain_hides_no_change_elsewhere() {
    for deep in [40, 80] {
        let link = "{allOf: [?], description: d}";
        let with = |last| {
            let schemas = chain(deep, link, last).replace("    S0:", "    First:");
            let properties = "deep: {$ref: '#/components/schemas/First'}, \
                              near: {$ref: '#/components/schemas/S30'}";
            document(&format!("    S0: {{properties: {{{properties}}}}}\n{schemas}"))
        };
        let report = report(&with("{type: string}"), &with("{type: integer}"));
        let changed: Vec<_> = report.changes.iter().map(|change| &change.schema).collect();
        assert_eq!(changed, [&Some(format!("S{deep}"))]);
    }
}

#[test]
fn finds_change_that_another_path_reaches_too_deeply() {
    let with = |last| {
        let chain = chain(260, "{properties: {next: ?}}", last).replace("    S0:", "    First:");
        let properties = "a: {$ref: '#/components/schemas/First'}, \
                          b: {$ref: '#/components/schemas/S240'}";
        document(&format!("    S0: {{properties: {{{properties}}}}}\n{chain}"))
    };
    let (base, revision) = (with("{type: string}"), with("{type: integer}"));
    let changes = report(&base, &revision).changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].schema.as_deref(), Some("S260"));
    // Schemas elsewhere have no names, so that their changes are found at their places.
    let unnamed =
        |text: &str| text.replace("components:", "x-own:").replace("#/components", "#/x-own");
    let changes = report(&unnamed(&base), &unnamed(&revision)).changes;
    let pointers: Vec<_> = changes.iter().map(|change| change.pointer.as_str()).collect();
    assert_eq!(pointers, ["/b".to_owned() + &"/next".repeat(20)]);
}

#[test]
fn compares_thousands_of_alternatives() {
    let with = |bound| {
        let alternative =
            |i| format!("{{type: object, maxProperties: {bound}, properties: {{a{i}: {{}}}}}}");
        let alternatives: Vec<_> = (0..2_000).map(alternative).collect();
        document(&format!("    S0: {{oneOf: [{}]}}\n", alternatives.join(", ")))
    };
    let base = with(5);
    assert!(report(&base, &base).changes.is_empty());
    let revision = edited(&base, &[("a77: {}", "a77: {type: string}")]);
    assert_eq!(report(&base, &revision).changes.len(), 2);
}

#[test]
fn rejects_tens_of_thousands_of_changes() {
    let with = |bound| {
        let property = |i| format!("a{i}: {{maxLength: {bound}}}");
        let properties: Vec<_> = (0..30_000).map(property).collect();
        contract(&document(&format!("    S0: {{properties: {{{}}}}}\n", properties.join(", "))))
    };
    assert_eq!(Report::of(&with(5), &with(6)), Err(DiffError::TooManyChanges));
}

#[test]
fn rejects_changes_of_schemas_that_thousands_of_operations_reach() {
    let with = |operations: usize, bound: usize| {
        let link = format!("{{maxProperties: {bound}, properties: {{next: ?}}}}");
        let schemas = chain(1_000, &link, "{type: string}");
        let (head, tail) = schemas_document(&schemas);
        let operation = |i| {
            format!(
                "  /a{i}: {{get: {{responses: {{'200': {{$ref: '#/components/responses/A'}}}}}}}}\n"
            )
        };
        let operations: String = (0..operations).map(operation).collect();
        contract(&format!("{head}{operations}{tail}"))
    };
    let report = Report::of(&with(300, 5), &with(300, 6)).unwrap();
    assert_eq!(report.changes.len(), 1_000);
    assert!(report.changes.iter().all(|change| change.operations.len() == 300));
    assert_eq!(Report::of(&with(3_000, 5), &with(3_000, 6)), Err(DiffError::TooManyChanges));
}

/// Returns the parts of a document before and after its operations, with a response that
/// has the schema `S0`.
fn schemas_document(schemas: &str) -> (String, String) {
    let content = "{application/json: {schema: {$ref: '#/components/schemas/S0'}}}";
    let response = format!("components:\n  responses: {{A: {{content: {content}}}}}\n");
    ("openapi: 3.1.0\npaths:\n".into(), format!("{response}  schemas:\n{schemas}"))
}

#[test]
fn rejects_documents_with_nothing_in_common() {
    let many = |name: &str| {
        let mut text = "openapi: 3.0.3\npaths:\n".to_owned();
        for index in 0..15_000 {
            let _ = writeln!(text, "  /{name}/{index}: {{get: {{responses: {{}}}}}}");
        }
        contract(&text)
    };
    assert_eq!(Report::of(&many("a"), &many("b")), Err(DiffError::TooManyChanges));
}

#[test]
fn tolerates_misplaced_values() {
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
