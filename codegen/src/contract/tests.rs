//! What is a fact and what is not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use similar::{ChangeTag, TextDiff};

use super::Contract;
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

/// The facts about the body of a response, without what all of them begin with.
fn schema(dialect: &str, schema: &str) -> String {
    facts(&document(dialect, schema)).replace("GET /a · 200 · application/json · ", "")
}

#[track_caller]
fn assert_schema(dialect: &str, text: &str, expected: &[&str]) {
    let facts = schema(dialect, text);
    assert_eq!(facts.lines().collect::<Vec<_>>(), expected, "{text}");
}

/// The same, however it is written.
#[track_caller]
fn assert_same(ways: &[(&str, &str)]) {
    let (dialect, first) = ways[0];
    for (other, text) in &ways[1..] {
        assert_eq!(schema(other, text), schema(dialect, first), "{text} against {first}");
    }
}

const REGISTRY: &str = include_str!("../../../spec/registry.yaml");

/// The facts that an edit of the registry's document takes away (`-`) and adds.
#[track_caller]
fn edited(edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = REGISTRY.to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "the document has no {old:?}");
        text = text.replacen(old, new, 1);
    }
    let (before, after) = (facts(REGISTRY), facts(&text));
    let diff = TextDiff::from_lines(&before, &after);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changed.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

#[test]
fn a_fact_is_a_line_with_references_resolved() {
    let facts = facts(REGISTRY);
    for line in [
        "servers = https://api.isometric.com/registry/v0 | \
         https://api.sandbox.isometric.com/registry/v0",
        "GET /credit_batches/{id} · operationId = credit_batch",
        "GET /credit_batches/{id} · security = header x-client-secret + http bearer",
        "GET /credit_batches/{id} · path id · required",
        "GET /credit_batches/{id} · path id · length = 20..=37",
        "GET /credit_batches/{id} · 200 · application/json · /country_of_issue · length = 3..=3",
        "GET /credit_batches/{id} · 200 · application/json · /retired_at · nullable",
        "GET /credit_batches/{id} · 422 · application/json · /detail · type = array | string",
        "GET /credit_batches/{id} · 5XX · application/json · /detail/(items)/loc · required",
    ] {
        assert!(facts.lines().any(|fact| fact == line), "{line}\nis not in\n{facts}");
    }
}

#[test]
fn words_order_and_names_are_no_facts() {
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
    assert_eq!(facts(&REGISTRY.replace("CreditQuantity", "Amount")), facts(REGISTRY));
    assert_eq!(facts(&REGISTRY.replace("clientSecret", "secret")), facts(REGISTRY));
}

#[test]
fn a_change_changes_the_facts_that_it_is_about() {
    let batch = "GET /credit_batches/{id} · 200 · application/json";
    assert_eq!(
        edited(&[("minLength: 3\n      maxLength: 3", "minLength: 2\n      maxLength: 3")]),
        [
            format!("-{batch} · /country_of_issue · length = 3..=3"),
            format!("+{batch} · /country_of_issue · length = 2..=3"),
        ]
    );
    assert_eq!(
        edited(&[("          format: date\n", "")]),
        [format!("-{batch} · /sequestered_on · format = date")]
    );
    assert_eq!(
        edited(&[("        - serial_number\n", "")]),
        [format!("-{batch} · /serial_number · required")]
    );
    assert_eq!(
        edited(&[("split, retired]", "split, retired, lost]")]),
        [
            format!("-{batch} · /status · enum = \"active\" | \"retired\" | \"split\""),
            format!("+{batch} · /status · enum = \"active\" | \"lost\" | \"retired\" | \"split\""),
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
        edited(&[("        '401':\n          $ref: '#/components/responses/Unauthorized'\n", "")])
            .len(),
        13
    );
}

#[test]
fn null_is_one_thing_in_every_dialect() {
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
fn style_is_no_fact() {
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
fn alternatives_of_one_type_are_numbered_by_what_they_say() {
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
fn elements_that_close_an_object_are_not_joined() {
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
fn a_keyword_that_nobody_knows_is_a_fact() {
    assert_schema(
        "3.1.0",
        "{type: string, contentEncoding: base64, novel: {b: 1.0, a: [x]}, minLength: many, x-own: 1}",
        &[
            "contentEncoding = base64",
            "minLength = many",
            "novel = {\"a\":[\"x\"],\"b\":1}",
            "type = string",
        ],
    );
}

#[test]
fn what_says_nothing_is_a_fact_all_the_same() {
    let text = "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n    put:\n      \
                parameters: [{name: p, in: query}]\n      responses: {200: {}}\n";
    assert_eq!(
        facts(text).lines().collect::<Vec<_>>(),
        ["GET /a · no responses", "PUT /a · query p · no schema", "PUT /a · 200 · no content"]
    );
}

#[test]
fn what_has_no_end_is_cut_with_a_fact() {
    assert_schema(
        "3.1.0",
        "{$ref: '#/components/schemas/Tree'}",
        &["type = object", "/next · nullable", "/next · type = object", "/next/next · recursive"],
    );
    assert_schema("3.0.3", "{$ref: '#/nowhere'}", &["unresolved reference = #/nowhere"]);
    let itself =
        "{allOf: [{$ref: '#/paths/~1a/get/responses/200/content/application~1json/schema'}]}";
    assert!(
        schema("3.0.3", itself).starts_with("endless reference"),
        "{}",
        schema("3.0.3", itself)
    );
}

#[test]
fn what_is_no_openapi_3_is_refused_with_its_place() {
    let refused =
        |text: &str| Contract::of(&Source::parse("a.yaml", text).unwrap()).unwrap_err().to_string();
    assert_eq!(
        refused("info: {}\nswagger: '2.0'\n"),
        "a.yaml:1:1: error: this is Swagger \"2.0\", at # [unsupported-document]\n  \
         help: OpenAPI 3.0, 3.1 and 3.2 can be read, such as `openapi: 3.0.3`"
    );
    assert_eq!(
        refused("info: {}\nopenapi: 3.1\n"),
        "a.yaml:2:10: error: this is OpenAPI 3.1, at #/openapi [unsupported-document]\n  \
         help: OpenAPI 3.0, 3.1 and 3.2 can be read, such as `openapi: 3.0.3`"
    );
    assert!(refused("").starts_with("a.yaml:1:1: error: this is no OpenAPI document"));
}

#[test]
fn a_list_that_would_not_end_is_refused() {
    let mut text =
        "openapi: 3.0.3\npaths: {/a: {get: {responses: {200: {content: {application/json: \
                    {schema: {$ref: '#/components/schemas/S0'}}}}}}}}\ncomponents:\n  schemas:\n"
            .to_owned();
    for level in 0..20 {
        let next = format!("$ref: '#/components/schemas/S{}'", level + 1);
        text += &format!("    S{level}: {{properties: {{a: {{{next}}}, b: {{{next}}}}}}}\n");
    }
    text += "    S20: {type: string}\n";
    let contract = Contract::of(&Source::parse("a.yaml", &text).unwrap()).unwrap();
    assert!(contract.facts().unwrap_err().to_string().contains("more than 100000 facts"));
}
