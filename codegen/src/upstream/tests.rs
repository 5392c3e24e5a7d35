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

#[test]
fn rejects_invalid_files_with_position() {
    let refused = |text: &str| Divergences::parse("d.toml", text).unwrap_err().to_string();
    assert!(
        refused("[[divergence]]\nfact = 1\n")
            .starts_with("d.toml:2:1: error: unknown field `fact`")
    );
    assert!(refused("[[divergence]\n").starts_with("d.toml:1:"));
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
