//! What is drift and what is not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Divergences, Lock, compare, text};
use crate::contract::Contract;
use crate::diff::render::Colour;
use crate::document::Source;

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

/// The same in the other dialect, with two differences and one more operation.
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
reason = "Theirs is their framework's default."

[[divergence]]
operation = "GET /a/{id}"
facts = ["404"]
ours = "*"
reason = "It is answered all the same."
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
    text(&compare(&spec, &lock, &divergences).unwrap(), Colour::Never)
}

#[test]
fn a_dialect_is_no_difference_and_an_explained_one_is_counted() {
    assert_eq!(
        compared(SPEC, UPSTREAM, DIVERGENCES),
        "        Same 0 unexplained differences, 2 explained\n    \
         Coverage 1 of 2 operations of upstream\n"
    );
}

#[test]
fn what_is_not_explained_is_listed_from_both_sides() {
    let upstream = UPSTREAM.replace("\"minLength\": 2.0", "\"maxLength\": 9");
    let upstream = upstream.replace("\"required\": [\"name\"], ", "");
    assert_eq!(
        compared(SPEC, &upstream, DIVERGENCES),
        "GET /a/{id} · 200 · application/json · /name · required\n        \
                 ours yes\n      \
               theirs nothing\n\
         GET /a/{id} · path id · length\n        \
                 ours 2..\n      \
               theirs ..=9\n       \
                Drift 2 unexplained differences, 2 explained\n    \
             Coverage 1 of 2 operations of upstream\n"
    );
}

#[test]
fn an_explanation_of_nothing_is_an_error_with_its_place() {
    let spec = SPEC.replace("        '404': {description: None}\n", "");
    assert!(
        compared(&spec, UPSTREAM, DIVERGENCES).starts_with(
            "spec/divergences.toml:11:10: error: `404` is no difference of this kind, at # [invalid-divergences]\n  \
             help: take it out, or write what both sides say now\n"
        ),
        "{}",
        compared(&spec, UPSTREAM, DIVERGENCES)
    );
}

#[test]
fn an_explanation_holds_for_what_both_sides_said_only() {
    let upstream = UPSTREAM.replace("a_a__a_id__get", "a_get");
    let text = compared(SPEC, &upstream, DIVERGENCES);
    assert!(text.contains("      theirs a_get\n"), "{text}");
    assert!(text.contains("`operationId` is no difference of this kind"), "{text}");
}

#[test]
fn a_list_that_cannot_be_read_is_refused_with_the_place() {
    let refused = |text: &str| Divergences::parse("d.toml", text).unwrap_err().to_string();
    assert!(
        refused("[[divergence]]\nfact = 1\n")
            .starts_with("d.toml:2:1: error: unknown field `fact`")
    );
    assert!(refused("[[divergence]\n").starts_with("d.toml:1:"));
    let reasonless = "[[divergence]]\nfacts = [\"a\"]\nreason = ' '\n";
    assert_eq!(
        refused(reasonless),
        "d.toml:3:10: error: a difference has no reason, at # [invalid-divergences]\n  \
         help: say why the spec departs from upstream, or mend it"
    );
    assert!(
        Lock::parse("upstream.lock", "fact a\nstray\n")
            .unwrap_err()
            .to_string()
            .starts_with("upstream.lock:2:1: error:")
    );
}
