//! Comparisons of a small spec with an upstream document.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Divergences, Lock, compare, text};
use crate::contract::Contract;
use crate::document::Source;
use crate::styled::plain_text;

const SPEC: &str = "
openapi: 3.0.3
servers: [{url: https://example.com}]
paths:
  /a/{id}:
    get:
      operationId: a
      parameters: [{name: id, in: path, required: true, schema: {type: string, minLength: 2}}]
      responses:
        '200':
          description: An a
          content:
            application/json:
              schema:
                type: object
                required: [name]
                properties:
                  name: {type: string, nullable: true, example: x}
        '404': {description: None}
";

/// The spec in the other dialect, with two differences and an additional operation.
const UPSTREAM: &str = r##"{
    "openapi": "3.1.0",
    "servers": [{"url": "https://example.com"}],
    "paths": {
        "/a/{a_id}": {"get": {
            "operationId": "a_a__a_id__get",
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/Id"}}],
            "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}
        }},
        "/b": {"get": {"responses": {"200": {"description": "OK"}}}}
    },
    "components": {"schemas": {
        "Id": {"type": "string", "minLength": 2.0, "title": "Id"},
        "A": {"type": "object", "required": ["name"], "properties": {
            "name": {"anyOf": [{"type": "string"}, {"type": "null"}], "examples": ["y"]}
        }}
    }}
}"##;

const DIVERGENCES: &str = r#"
[[divergence]]
operation = "GET /a/{id}"
facts = ["operationId"]
ours = "a"
theirs = "a_a__a_id__get"
reason = "The id of upstream is a default of its framework."

[[divergence]]
operation = "GET /a/{id}"
facts = ["404"]
ours = "*"
reason = "The API returns it although upstream does not document it."
"#;

fn contract(text: &str) -> Contract {
    Contract::of(&Source::parse("a", text).unwrap()).unwrap()
}

fn compared(spec: &str, upstream: &str, divergences: &str) -> String {
    let spec = contract(spec);
    let lock = Lock::of(upstream, &contract(upstream), &spec).unwrap();
    let read_back = Lock::parse("spec/upstream.lock", &lock.to_string()).unwrap();
    assert_eq!(read_back, lock);
    let divergences = Divergences::parse("spec/divergences.toml", divergences).unwrap();
    plain_text(&text(&compare(&spec, &lock, &divergences).unwrap()))
}

#[test]
fn counts_explained_differences_and_ignores_the_dialect() {
    assert_eq!(
        compared(SPEC, UPSTREAM, DIVERGENCES),
        "        Same 0 unexplained differences, 2 explained\n    \
         Coverage 1 of 2 operations of upstream\n"
    );
}

#[test]
fn lists_unexplained_differences_with_both_sides() {
    let upstream = UPSTREAM.replace("\"minLength\": 2.0", "\"maxLength\": 9");
    let upstream = upstream.replace("\"required\": [\"name\"], ", "");
    assert_eq!(
        compared(SPEC, &upstream, DIVERGENCES),
        "GET /a/{id} · 200 · application/json · /name · required\n        \
                 ours present\n      \
               theirs absent\n\
         GET /a/{id} · path id · length\n        \
                 ours 2..\n      \
               theirs ..=9\n       \
                Drift 2 unexplained differences, 2 explained\n    \
             Coverage 1 of 2 operations of upstream\n"
    );
}

#[test]
fn rejects_stale_explanation_with_position() {
    let spec = SPEC.replace("        '404': {description: None}\n", "");
    assert!(
        compared(&spec, UPSTREAM, DIVERGENCES).starts_with(
            "spec/divergences.toml:11:10: error: stale entry: `404` does not differ so, at # [invalid-divergences]\n  \
             help: remove the fact, or correct `ours` and `theirs`\n"
        ),
        "{}",
        compared(&spec, UPSTREAM, DIVERGENCES)
    );
}

#[test]
fn explanation_requires_the_values_of_both_sides() {
    let upstream = UPSTREAM.replace("a_a__a_id__get", "a_get");
    let text = compared(SPEC, &upstream, DIVERGENCES);
    assert!(text.contains("      theirs a_get\n"), "{text}");
    assert!(text.contains("stale entry: `operationId` does not differ so"), "{text}");
}

/// A spec with named schemas, and upstream's document with other names, of which one
/// schema is inlined and another is split.
const NAMED: &str = "
openapi: 3.0.3
paths:
  /a/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {$ref: '#/components/schemas/AId'}}
        - {name: first, in: query, schema: {type: integer, minimum: 1}}
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/APage'}}}}
components:
  schemas:
    AId: {type: string, pattern: '^a_'}
    A:
      type: object
      required: [id]
      properties:
        id: {allOf: [{$ref: '#/components/schemas/AId'}], description: The id}
        parent: {nullable: true, allOf: [{$ref: '#/components/schemas/AId'}]}
        size: {type: object, properties: {kg: {type: integer, format: int64}}}
    APage: {type: object, properties: {nodes: {type: array, items: {$ref: '#/components/schemas/A'}}}}
";
const NAMED_UPSTREAM: &str = r##"{
    "openapi": "3.1.0",
    "paths": {"/a/{id}": {"get": {
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/PathParam"}},
            {"name": "first", "in": "query", "schema": {"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]}}
        ],
        "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/List_A_"}}}}}
    }}},
    "components": {"schemas": {
        "PathParam": {"type": "string"},
        "List_A_": {"type": "object", "properties": {"nodes": {"type": "array", "items": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "parent": {"type": ["string", "null"]},
                "size": {"$ref": "#/components/schemas/Size"}
            }
        }}}},
        "Size": {"type": "object", "properties": {"kg": {"type": "integer"}}}
    }}
}"##;

#[test]
fn lists_difference_of_a_schema_once_with_its_places() {
    assert_eq!(
        compared(NAMED, NAMED_UPSTREAM, ""),
        "schema A · /size/kg · format\n        \
                 ours int64\n      \
               theirs absent\n      \
               places GET /a/{id} · 200\n\
         schema AId · pattern\n        \
                 ours ^a_\n      \
               theirs absent\n      \
               places GET /a/{id} · 200, GET /a/{id} · path id\n       \
                Drift 2 unexplained differences, 0 explained\n    \
             Coverage 1 of 1 operations of upstream\n"
    );
}

#[test]
fn names_of_schemas_are_no_difference() {
    let lines = |spec: &str, upstream: &str| compared(spec, upstream, "").lines().count();
    let identifier = "{allOf: [{$ref: '#/components/schemas/AId'}], description: The id}";
    for (spec, upstream) in [
        (NAMED.replace("APage", "Page"), NAMED_UPSTREAM.replace("List_A_", "A")),
        (
            NAMED.replace("{$ref: '#/components/schemas/AId'}", "{type: string}"),
            NAMED_UPSTREAM.into(),
        ),
        (NAMED.replace(identifier, "{type: string, pattern: '^a_'}"), NAMED_UPSTREAM.into()),
    ] {
        let text = compared(&spec, &upstream, "");
        assert!(!text.contains("schema ="), "{text}");
        assert!(text.contains("· /size/kg · format"), "{text}");
    }
    assert_eq!(lines(NAMED, NAMED), 2);
}

#[test]
fn differences_of_a_use_belong_to_its_place() {
    let upstream = NAMED_UPSTREAM
        .replace(r#""required": ["id"],"#, r#""required": ["parent"],"#)
        .replace(r#"["string", "null"]"#, r#""string""#);
    let text = compared(NAMED, &upstream, "");
    for difference in [
        "schema A · /id · required",
        "schema A · /parent · required",
        "schema A · /parent · nullable",
    ] {
        assert!(text.contains(&format!("{difference}\n")), "{text}");
    }
}

#[test]
fn entries_take_schemas_and_wildcards() {
    let entry = |owner: &str, fact: &str| {
        format!("[[divergence]]\n{owner}\nfacts = ['{fact}']\nours = '*'\nreason = 'Test.'\n")
    };
    let explained = |owner: &str, fact: &str| {
        let text = compared(NAMED, NAMED_UPSTREAM, &entry(owner, fact));
        text.contains("1 unexplained differences, 1 explained")
    };
    for (owner, fact) in [
        ("schema = 'AId'", "pattern"),
        ("schema = '*Id'", "pattern"),
        ("schema = '*'", "pattern"),
        ("schema = '*'", "/*/kg"),
        ("schema = '*'", "/*/* · format"),
        ("schema = '*'", "/size"),
        ("schema = 'A'", "**format"),
        ("schema = 'A'", "**"),
    ] {
        assert!(explained(owner, fact), "{owner} {fact}");
    }
    for (owner, fact) in [
        ("schema = 'A'", "pattern"),
        ("schema = '*Page'", "pattern"),
        ("schema = '*'", "/*format"),
        ("schema = '*'", "/siz"),
        ("operation = '*'", "pattern"),
        ("", "pattern"),
    ] {
        assert!(!explained(owner, fact), "{owner} {fact}");
    }
    let operation = SPEC.replace("operationId: a", "operationId: other");
    for (owner, fact) in [
        ("operation = '*'", "operationId"),
        ("operation = 'GET *'", "*Id"),
        ("operation = 'GET /a/*'", "operation**"),
    ] {
        let entry = entry(owner, fact).replace("reason", "theirs = '*'\nreason");
        let text = compared(&operation, UPSTREAM, &entry);
        assert!(text.contains("1 explained"), "{owner} {fact}: {text}");
    }
}

#[test]
fn rejects_invalid_files_with_position() {
    let refused = |text: &str| Divergences::parse("d.toml", text).unwrap_err().to_string();
    assert!(
        refused("[[divergence]]\nfact = 1\n")
            .starts_with("d.toml:2:1: error: unknown field `fact`")
    );
    assert!(refused("[[divergence]\n").starts_with("d.toml:1:"));
    let two = "[[divergence]]\nfacts = []\noperation = '*'\nschema = '*'\nreason = 'Test.'\n";
    assert!(refused(two).contains("expected `operation` or `schema`, found both"));
    let reasonless = "[[divergence]]\nfacts = [\"a\"]\nreason = ' '\n";
    assert_eq!(
        refused(reasonless),
        "d.toml:3:10: error: missing reason, at # [invalid-divergences]\n  \
         help: explain why the spec differs from upstream, or correct the spec"
    );
    assert!(
        Lock::parse("upstream.lock", "fact a\nstray\n")
            .unwrap_err()
            .to_string()
            .starts_with("upstream.lock:2:1: error:")
    );
}
