//! The facts of documents, and notations that must give equal facts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use similar::{ChangeTag, TextDiff};

use super::{Contract, FactsError};
use crate::diff::Report;
use crate::document::Source;

fn facts(text: &str) -> String {
    let source = Source::parse("a.yaml", text).unwrap();
    Contract::of(&source).unwrap().to_text().unwrap()
}

fn document(dialect: &str, schema: &str) -> String {
    format!(
        "openapi: {dialect}\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          \
         content:\n            application/json:\n              schema: {schema}\n{COMPONENTS}"
    )
}

const COMPONENTS: &str = "
components:
  schemas:
    Name: {type: string, maxLength: 5}
    Point: {type: object, required: [x], properties: {x: {type: integer}}}
    Tree: {type: object, properties: {next: {anyOf: [{$ref: '#/components/schemas/Tree'}, {type: 'null'}]}}}
";

/// Returns the facts about the body of a response, without their common prefix.
fn schema(dialect: &str, schema: &str) -> String {
    facts(&document(dialect, schema)).replace("GET /a · 200 · application/json · ", "")
}

#[track_caller]
fn assert_schema(dialect: &str, text: &str, expected: &[&str]) {
    let facts = schema(dialect, text);
    assert_eq!(facts.lines().collect::<Vec<_>>(), expected, "{text}");
}

/// Asserts that schemas, each with its dialect, have the same facts, apart from the names
/// of schemas, and that the diff finds no change.
#[track_caller]
fn assert_same(schemas: &[(&str, &str)]) {
    let contract = |(dialect, text): (&str, &str)| read(&document(dialect, text)).unwrap();
    let first = contract(schemas[0]);
    for &other in &schemas[1..] {
        let changes = Report::of(&first, &contract(other)).unwrap().changes;
        assert_eq!(changes, [], "{other:?} against {:?}", schemas[0]);
        let anonymous = |(dialect, text)| {
            let lines = schema(dialect, text).replace("schema Name · ", "");
            lines.replace("schema = Name\n", "")
        };
        if !schemas.iter().any(|(_, text)| text.contains("Point")) {
            assert_eq!(anonymous(other), anonymous(schemas[0]), "{other:?}");
        }
    }
}

const REGISTRY: &str = include_str!("../../../tests/fixtures/one_operation.yaml");

/// Returns the facts that edits of the fixture remove (`-`) and add (`+`).
#[track_caller]
fn edited(edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = REGISTRY.to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "the document lacks {old:?}");
        text = text.replacen(old, new, 1);
    }
    let (before, after) = (facts(REGISTRY), facts(&text));
    let diff = TextDiff::from_lines(&before, &after);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changed.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

#[test]
fn lists_operations_and_each_named_schema_once() {
    let facts = facts(REGISTRY);
    for line in [
        "servers = https://api.isometric.com/registry/v0 | \
         https://api.sandbox.isometric.com/registry/v0",
        "GET /credit_batches/{id} · operationId = credit_batch",
        "GET /credit_batches/{id} · security = header x-client-secret + http bearer",
        "GET /credit_batches/{id} · path id · required",
        "GET /credit_batches/{id} · path id · schema = CreditBatchId",
        "GET /credit_batches/{id} · 200 · application/json · schema = CreditBatch",
        "GET /credit_batches/{id} · 5XX · application/json · schema = ErrorBody",
        "schema CreditBatch · /parent_id · schema = CreditBatchId",
        "schema CreditBatch · /parent_id · nullable",
        "schema CreditBatch · /retired_at · nullable",
        "schema CreditBatchId · length = 20..=37",
        "schema ErrorDetail · type = array | string",
        "schema ValidationError · /loc · required",
    ] {
        assert_eq!(facts.lines().filter(|fact| *fact == line).count(), 1, "{line}\nin\n{facts}");
    }
}

#[test]
fn lists_what_a_schema_adds_to_named_ones() {
    assert_schema(
        "3.0.3",
        "{allOf: [{$ref: '#/components/schemas/Point'}, {properties: {y: {type: string}}}]}",
        &[
            "schema = Point",
            "/y · type = string",
            "schema Point · type = object",
            "schema Point · /x · required",
            "schema Point · /x · type = integer",
        ],
    );
    assert_schema(
        "3.0.3",
        "{allOf: [{$ref: '#/components/schemas/Name'}, {maxLength: 3}], nullable: true}",
        &[
            "schema = Name",
            "length = ..=3",
            "nullable",
            "schema Name · length = ..=5",
            "schema Name · type = string",
        ],
    );
}

#[test]
fn parameters_cannot_be_null() {
    let facts = |schema: &str| {
        facts(&format!(
            "openapi: 3.1.0\npaths: {{/a: {{get: {{parameters: [{{name: p, in: query, schema: \
             {schema}}}]}}}}}}\n{COMPONENTS}"
        ))
    };
    assert_eq!(facts("{type: [string, 'null']}"), facts("{type: string}"));
    let name = "{$ref: '#/components/schemas/Name'}";
    assert_eq!(facts(&format!("{{anyOf: [{name}, {{type: 'null'}}]}}")), facts(name));
}

#[test]
fn ignores_descriptions_and_order() {
    let none: Vec<String> = Vec::new();
    assert_eq!(edited(&[("description: The batch itself", "description: It")]), none);
    assert_eq!(edited(&[("# Identifiers. The lengths", "# The lengths")]), none);
    assert_eq!(
        edited(&[(
            "- beneficiary\n        - carbon_removal_data",
            "- carbon_removal_data\n        - beneficiary"
        )]),
        none
    );
    assert_eq!(
        edited(&[("enum: [active, split, retired]", "enum: [retired, active, split]")]),
        none
    );
    assert_eq!(
        edited(&[("example: GBR", "example: FRA"), ("title: Message", "title: Text")]),
        none
    );
    assert_eq!(facts(&REGISTRY.replace("clientSecret", "secret")), facts(REGISTRY));
}

#[test]
fn change_affects_only_its_facts() {
    assert_eq!(
        edited(&[("minLength: 3\n      maxLength: 3", "minLength: 2\n      maxLength: 3")]),
        ["-schema CountryCode · length = 3..=3", "+schema CountryCode · length = 2..=3",]
    );
    assert_eq!(
        edited(&[("          format: date\n", "")]),
        ["-schema CreditBatch · /sequestered_on · format = date"]
    );
    assert_eq!(
        edited(&[("        - serial_number\n", "")]),
        ["-schema CreditBatch · /serial_number · required"]
    );
    assert_eq!(
        edited(&[("split, retired]", "split, retired, lost]")]),
        [
            "-schema CreditBatchStatus · enum = \"active\" | \"retired\" | \"split\"",
            "+schema CreditBatchStatus · enum = \"active\" | \"lost\" | \"retired\" | \"split\"",
        ]
    );
    assert_eq!(
        edited(&[("\n    clientSecret: []", "")]),
        [
            "-GET /credit_batches/{id} · security = header x-client-secret + http bearer",
            "+GET /credit_batches/{id} · security = http bearer",
        ]
    );
    assert_eq!(
        edited(&[("        '401':\n          $ref: '#/components/responses/Unauthorized'\n", "")]),
        ["-GET /credit_batches/{id} · 401 · application/json · schema = ErrorBody"]
    );
}

#[test]
fn nullable_is_equal_in_all_dialects() {
    assert_same(&[
        ("3.0.3", "{type: string, nullable: true}"),
        ("3.0.3", "{allOf: [{type: string}], nullable: true}"),
        ("3.0.3", "{oneOf: [{type: string}, {type: object, nullable: true, enum: [null]}]}"),
        ("3.1.0", "{type: [string, 'null']}"),
        ("3.1.0", "{anyOf: [{type: string}, {type: 'null'}]}"),
        ("3.1.0", "{oneOf: [{type: 'null'}, {type: string}]}"),
        ("3.1.0", "{anyOf: [{type: string}, {const: null}]}"),
    ]);
    assert_same(&[
        ("3.0.3", "{type: string, nullable: true, enum: [a, b]}"),
        ("3.0.3", "{type: string, nullable: true, enum: [a, b, null]}"),
        ("3.1.0", "{type: [string, 'null'], enum: [b, a, null]}"),
        ("3.1.0", "{enum: [a, b, null]}"),
        ("3.1.0", "{oneOf: [{const: a}, {const: b}, {type: 'null'}]}"),
    ]);
    assert_schema("3.1.0", "{type: 'null'}", &["type = null"]);
}

#[test]
fn equivalent_notations_are_equal() {
    assert_same(&[
        ("3.0.3", "{$ref: '#/components/schemas/Name'}"),
        ("3.0.3", "{allOf: [{$ref: '#/components/schemas/Name'}], description: A name}"),
        ("3.1.0", "{$ref: '#/components/schemas/Name', description: A name}"),
        ("3.1.0", "{type: [string], maxLength: 5.0, minLength: 0}"),
        ("3.1.0", "{oneOf: [{type: string, maxLength: 5}], example: x}"),
        ("3.1.0", "{allOf: [{type: string}, {maxLength: 5}, {maxLength: 9}]}"),
    ]);
    assert_same(&[
        ("3.0.3", "{type: integer, minimum: 0, exclusiveMinimum: true}"),
        ("3.1.0", "{type: integer, exclusiveMinimum: 0.0}"),
        ("3.0.3", "{type: integer, minimum: 1}"),
        ("3.0.3", "{type: integer, minimum: 0.5}"),
        ("3.1.0", "{allOf: [{type: integer}, {exclusiveMinimum: 0}]}"),
    ]);
    assert_same(&[
        ("3.0.3", "{type: string, format: byte}"),
        ("3.1.0", "{type: string, contentEncoding: base64}"),
        ("3.1.0", "{type: string, contentEncoding: BASE64, format: byte}"),
        ("3.1.0", "{allOf: [{type: string}, {contentEncoding: base64}]}"),
    ]);
    assert_same(&[
        ("3.0.3", "{type: string, format: base64url}"),
        ("3.1.0", "{type: string, contentEncoding: base64url}"),
    ]);
    assert_same(&[
        ("3.0.3", "{type: string, enum: [a]}"),
        ("3.1.0", "{const: a}"),
        ("3.1.0", "{const: a, examples: [a]}"),
    ]);
    assert_same(&[
        ("3.0.3", "{oneOf: [{type: string, maxLength: 5}, {type: integer, minimum: 1}]}"),
        ("3.1.0", "{type: [integer, string], maxLength: 5, minimum: 1}"),
    ]);
    assert_same(&[
        (
            "3.0.3",
            "{type: object, required: [x], properties: {x: {type: integer}, y: {type: string}}}",
        ),
        (
            "3.0.3",
            "{allOf: [{$ref: '#/components/schemas/Point'}, {type: object, properties: {y: {type: string}}}]}",
        ),
    ]);
    assert_same(&[
        ("3.0.3", "{type: array, items: {}}"),
        ("3.1.0", "{type: array, items: true}"),
        ("3.1.0", "{type: array, prefixItems: [{}, {title: Second}]}"),
        ("3.1.0", "{type: array, items: {items: {description: Anything}}}"),
    ]);
}

#[test]
fn numbers_alternatives_by_contents() {
    let facts = [
        "oneOf",
        "/(alternative 1) · type = object",
        "/(alternative 1)/a · required",
        "/(alternative 1)/a · type = string",
        "/(alternative 2) · type = object",
        "/(alternative 2)/b · required",
        "/(alternative 2)/b · type = string",
    ];
    let a = "{type: object, required: [a], properties: {a: {type: string}}}";
    let b = "{type: object, required: [b], properties: {b: {type: string}}}";
    assert_schema("3.0.3", &format!("{{oneOf: [{a}, {b}]}}"), &facts);
    assert_schema("3.1.0", &format!("{{oneOf: [{b}, {a}]}}"), &facts);
}

#[test]
fn keeps_items_of_closed_objects_apart() {
    let closed = "{type: object, additionalProperties: false, properties: {a: {}}}";
    assert_schema(
        "3.0.3",
        &format!("{{allOf: [{closed}, {{properties: {{b: {{}}}}}}]}}"),
        &[
            "type = object",
            "/a · type = any",
            "/(additionalProperties) · type = none",
            "/(allOf 1)/b · type = any",
        ],
    );
}

#[test]
fn keeps_unknown_keywords() {
    assert_schema(
        "3.1.0",
        "{type: string, contentEncoding: quoted-printable, novel: {b: 1.0, a: [x]}, minLength: many, x-own: 1}",
        &[
            "contentEncoding = quoted-printable",
            "minLength = many",
            "novel = {\"a\":[\"x\"],\"b\":1}",
            "type = string",
        ],
    );
}

#[test]
fn lists_empty_elements() {
    let text = "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n    put:\n      \
                parameters: [{name: p, in: query}]\n      responses: {200: {}}\n";
    assert_eq!(
        facts(text).lines().collect::<Vec<_>>(),
        ["GET /a · no responses", "PUT /a · query p · type = any", "PUT /a · 200 · no content"]
    );
}

#[test]
fn reads_every_media_type_and_item() {
    let contents = |contents: &str| {
        facts(&format!(
            "openapi: 3.2.0\npaths: {{/a: {{get: {{responses: {{200: {{content: {contents}}}}}}}}}}}"
        ))
    };
    let charset = "{application/json: {schema: {type: string}}, \
                   application/json;charset=utf-8: {schema: {type: integer}}}";
    assert_eq!(
        contents(charset).lines().collect::<Vec<_>>(),
        [
            "GET /a · 200 · application/json · type = string",
            "GET /a · 200 · application/json;charset=utf-8 · type = integer",
        ]
    );
    assert_eq!(
        contents("{application/jsonl: {itemSchema: {type: string}}, text/csv: {example: a}}")
            .lines()
            .collect::<Vec<_>>(),
        [
            "GET /a · 200 · application/jsonl · type = any",
            "GET /a · 200 · application/jsonl · /(itemSchema) · type = string",
            "GET /a · 200 · text/csv · type = any",
        ]
    );
}

const EVENTS: &str = "
openapi: 3.1.0
paths:
  /orders:
    post:
      callbacks:
        shipped: {$ref: '#/components/callbacks/Shipped'}
        x-note: {post: {}}
      responses: {202: {}}
webhooks:
  stock:
    $ref: '#/components/pathItems/Stock'
    put: {responses: {204: {}}}
components:
  callbacks:
    Shipped:
      '{$request.body#/url}':
        post:
          requestBody: {content: {application/json: {schema: {type: integer}}}}
          responses: {200: {content: {application/json: {schema: {type: integer}}}}}
  pathItems:
    Stock:
      post: {requestBody: {content: {application/json: {schema: {type: integer}}}}}
";

#[test]
fn reads_webhooks_and_callbacks() {
    assert_eq!(
        facts(EVENTS).lines().collect::<Vec<_>>(),
        [
            "POST /orders · POST callback shipped {$request.body#/url} · request · \
             application/json · type = integer",
            "POST /orders · POST callback shipped {$request.body#/url} · 200 · \
             application/json · type = integer",
            "POST /orders · 202 · no content",
            "POST webhook stock · request · application/json · type = integer",
            "PUT webhook stock · 204 · no content",
        ]
    );
}

/// The API sends the requests of webhooks and callbacks, and receives their responses.
#[test]
fn webhooks_and_callbacks_break_in_the_opposite_direction() {
    let breaks = |before: &str, after: &str| {
        let (before, after) = (read(before).unwrap(), read(after).unwrap());
        Report::of(&before, &after).unwrap().breaking
    };
    let sent = "requestBody: {content: {application/json: {schema: {type: ";
    let received = "responses: {200: {content: {application/json: {schema: {type: ";
    let wider =
        |prefix: &str| EVENTS.replace(&format!("{prefix}integer"), &format!("{prefix}number"));
    for (prefix, is_breaking) in [(sent, true), (received, false)] {
        assert!(EVENTS.contains(prefix));
        assert_eq!(breaks(EVENTS, &wider(prefix)), is_breaking, "{prefix}");
        assert_eq!(breaks(&wider(prefix), EVENTS), !is_breaking, "{prefix}");
    }
}

#[test]
fn marks_recursive_references() {
    assert_schema(
        "3.1.0",
        "{$ref: '#/components/schemas/Tree'}",
        &[
            "schema = Tree",
            "schema Tree · type = object",
            "schema Tree · /next · schema = Tree",
            "schema Tree · /next · nullable",
        ],
    );
    assert_schema(
        "3.1.0",
        "{properties: {next: {$ref: '#/paths/~1a/get/responses/200/content/application~1json/schema'}}}",
        &["/next · recursive"],
    );
    let itself =
        "{allOf: [{$ref: '#/paths/~1a/get/responses/200/content/application~1json/schema'}]}";
    assert!(
        schema("3.0.3", itself).starts_with("endless reference"),
        "{}",
        schema("3.0.3", itself)
    );
}

#[test]
fn rejects_other_formats_with_position() {
    let refused =
        |text: &str| Contract::of(&Source::parse("a.yaml", text).unwrap()).unwrap_err().to_string();
    assert_eq!(
        refused("info: {}\nswagger: '2.0'\n"),
        "a.yaml:1:1: error: unsupported document: expected OpenAPI 3, found Swagger \"2.0\", at # [unsupported-document]\n  \
         help: OpenAPI 3.0, 3.1 and 3.2 are supported, such as `openapi: 3.0.3`"
    );
    assert_eq!(
        refused("info: {}\nopenapi: 3.1\n"),
        "a.yaml:2:10: error: unsupported document: expected OpenAPI 3, found OpenAPI 3.1, at #/openapi [unsupported-document]\n  \
         help: OpenAPI 3.0, 3.1 and 3.2 are supported, such as `openapi: 3.0.3`"
    );
    assert!(refused("").contains("found a document without `openapi`"));
}

#[test]
fn rejects_endless_list_of_facts() {
    let link = "{properties: {a: {NEXT}, b: {NEXT}}}";
    assert!(read(&chain(20, link)).unwrap().facts().is_ok());
    // Schemas elsewhere have no names.
    let text = chain(20, link).replace("components:\n  schemas:", "x-own:\n  schemas:");
    let text = text.replace("#/components/", "#/x-own/");
    let contract = Contract::of(&Source::parse("a.yaml", &text).unwrap()).unwrap();
    assert_eq!(contract.facts().unwrap_err(), FactsError::TooMany);
}

/// A document whose schema `S0` leads through `count` schemas to a string. `link` is a
/// schema with `NEXT` for the reference to the next one.
fn chain(count: usize, link: &str) -> String {
    let mut text = document("3.0.3", "{$ref: '#/components/schemas/S0'}");
    for level in 0..count {
        let next = format!("$ref: '#/components/schemas/S{}'", level + 1);
        text += &format!("    S{level}: {}\n", link.replace("NEXT", &next));
    }
    text + &format!("    S{count}: {{type: string}}\n")
}

fn read(text: &str) -> Result<Contract, String> {
    Contract::of(&Source::parse("a.yaml", text).unwrap()).map_err(|refusal| refusal.to_string())
}

#[test]
fn rejects_long_chains_of_references_with_position() {
    for link in ["{NEXT}", "{allOf: [{NEXT}]}", "{oneOf: [{NEXT}], nullable: true}"] {
        let short = read(&chain(90, link)).unwrap().to_text().unwrap();
        assert!(short.contains("type = string"), "{short}");
        let error = read(&chain(110, link)).unwrap_err();
        assert!(error.contains("error: more than 100 "), "{error}");
        assert!(error.contains(", at #/components/schemas/S"), "{error}");
    }
}

#[test]
fn rejects_facts_of_deeply_nested_schemas_with_place() {
    let link = "{properties: {next: {NEXT}}}";
    assert!(read(&chain(1000, link)).unwrap().facts().is_ok());
    let unnamed = |length| chain(length, link).replace("components", "x-own");
    assert!(read(&unnamed(240)).unwrap().facts().is_ok());
    let error = read(&unnamed(260)).unwrap().facts().unwrap_err().to_string();
    assert!(error.starts_with("GET /a: schemas are nested more than 250 levels deep"), "{error}");
    assert!(error.contains(", at /next/next/next"), "{error}");
}

/// `A` and `B` include each other, so that whichever is read first is read as a part of
/// itself.
#[test]
fn cycle_hides_no_constraint_elsewhere() {
    let cycle = "    A: {allOf: [{$ref: '#/components/schemas/B'}, {type: string}]}\n    \
                  B: {allOf: [{$ref: '#/components/schemas/A'}, {maxLength: 5}]}\n";
    for (first, second) in [("A", "B"), ("B", "A")] {
        let reference = |name: &str| format!("{{$ref: '#/components/schemas/{name}'}}");
        let (first, second) = (reference(first), reference(second));
        let schema = format!("{{properties: {{a: {first}, b: {second}}}}}");
        let facts = facts(&(document("3.0.3", &schema) + cycle));
        assert_eq!(facts.matches("length = ..=5").count(), 2, "{facts}");
        assert_eq!(facts.matches("type = string").count(), 2, "{facts}");
    }
}

#[test]
fn rejects_schemas_in_too_many_cycles() {
    let mut text = document("3.0.3", "{$ref: '#/components/schemas/S0'}");
    let all: Vec<_> = (0..12).map(|i| format!("{{$ref: '#/components/schemas/S{i}'}}")).collect();
    for level in 0..12 {
        text += &format!("    S{level}: {{allOf: [{}]}}\n", all.join(", "));
    }
    let error = read(&text).unwrap_err();
    assert!(error.contains("schemas include each other in too many cycles"), "{error}");
}
