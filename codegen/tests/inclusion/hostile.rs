//! Hostile schemas: the answer is bounded in steps, memory and stack.

use std::time::{Duration, Instant};

use codegen::diff::inclusion::{Dialect, Inclusion, InclusionOptions};

use crate::{decide, includes, parse};

#[track_caller]
fn bounded(sent: &str, accepted: &str) -> Inclusion {
    let [sent, accepted] = [sent, accepted].map(parse);
    let start = Instant::now();
    let inclusion = includes(&sent, &accepted);
    // Ten times what a debug build takes on a slow machine.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    inclusion
}

#[test]
fn schemas_that_cannot_be_read_to_the_end() {
    let schema = |value: &str| {
        let parts = (0..20_000).map(|index| format!("{{\"required\": [\"{value}{index}\"]}}"));
        format!("{{\"schema\": {{\"allOf\": [{}]}}}}", parts.collect::<Vec<_>>().join(","))
    };
    let [sent, accepted] = [schema("a"), schema("b")].map(|text| parse(&text));
    let dialect = Dialect::OpenApi31;
    for step_limit in [1, 100, 1_000, 10_000] {
        let options = InclusionOptions { step_limit, ..InclusionOptions::default() };
        let inclusion = decide((&sent, dialect), (&accepted, dialect), options);
        assert!(matches!(inclusion, Inclusion::Unknown(_)), "{inclusion:?}");
    }
}

fn union(count: usize, kind: &str, edit: &str) -> String {
    let alternatives = (0..count).map(|index| {
        format!("{{\"type\": \"object\", \"required\": [\"k\"], \"properties\": {{\"k\": {{\"const\": \"v{index}{edit}\"}}}}}}")
    });
    format!("{{\"schema\": {{\"{kind}\": [{}]}}}}", alternatives.collect::<Vec<_>>().join(","))
}

#[test]
fn wide_unions() {
    let wide = union(10_000, "oneOf", "");
    assert_eq!(bounded(&wide, &wide), Inclusion::Yes);
    assert!(matches!(bounded(&wide, &union(9_999, "anyOf", "")), Inclusion::No(_)));
    assert_eq!(bounded(&union(9_999, "anyOf", ""), &wide), Inclusion::Yes);
    bounded(&wide, &union(10_000, "oneOf", "x"));
}

#[test]
fn wide_unions_that_overlap() {
    let alternatives: Vec<_> =
        (0..10_000).map(|index| format!("{{\"required\": [\"p{index}\"]}}")).collect();
    let of = |kind: &str| format!("{{\"schema\": {{\"{kind}\": [{}]}}}}", alternatives.join(","));
    for (sent, accepted) in
        [("oneOf", "anyOf"), ("anyOf", "oneOf"), ("allOf", "anyOf"), ("allOf", "oneOf")]
    {
        bounded(&of(sent), &of(accepted));
    }
}

#[test]
fn long_chains_of_references() {
    let mut chain = String::from("schema: {$ref: '#/c/s0'}\nc:\n");
    for index in 0..5_000 {
        chain += &format!("  s{index}: {{$ref: '#/c/s{}'}}\n", index + 1);
    }
    chain += "  s5000: {type: string}\n";
    bounded(&chain, "schema: {type: string}");
    let mut nested = String::from("schema: {$ref: '#/c/s0'}\nc:\n");
    for index in 0..5_000 {
        nested += &format!(
            "  s{index}: {{type: object, required: [a], properties: {{a: {{$ref: '#/c/s{}'}}}}}}\n",
            index + 1
        );
    }
    nested += "  s5000: {type: string}\n";
    bounded(&nested, &nested);
    bounded(&nested, "schema: {type: string}");
}

#[test]
fn references_in_circles() {
    let circles = [
        "schema: {$ref: '#/schema'}",
        "schema: {allOf: [{$ref: '#/schema'}]}",
        "schema: {not: {$ref: '#/schema'}}",
        "schema: {anyOf: [{$ref: '#/schema'}, {type: string}], unevaluatedProperties: false}",
        "schema: {if: {$ref: '#/schema'}, then: {$ref: '#/schema'}}",
        "schema: {properties: {a: {$ref: '#/schema'}}, propertyNames: {$ref: '#/schema'}}",
    ];
    for sent in circles {
        for accepted in circles {
            bounded(sent, accepted);
        }
    }
}

#[test]
fn combinations_that_explode() {
    let mut doubling = String::from("schema: {$ref: '#/c/s0'}\nc:\n");
    for index in 0..60 {
        let next = index + 1;
        doubling += &format!(
            "  s{index}: {{allOf: [{{$ref: '#/c/s{next}'}}, {{$ref: '#/c/s{next}'}}], anyOf: [{{required: [a{index}]}}, {{required: [b{index}]}}], unevaluatedProperties: false}}\n"
        );
    }
    doubling += "  s60: {type: object}\n";
    bounded(&doubling, &doubling);
    bounded(&doubling, "schema: {type: object, required: [c]}");
    let deep =
        format!("{}{}", "{\"not\": ".repeat(150), "{\"type\": \"string\"}") + &"}".repeat(150);
    bounded(&format!("{{\"schema\": {deep}}}"), "schema: {type: string}");
    let wide: Vec<_> = (0..300)
        .map(|index| format!("{{anyOf: [{{required: [a{index}]}}, {{required: [b{index}]}}]}}"))
        .collect();
    bounded(
        &format!("schema: {{allOf: [{}]}}", wide.join(",")),
        "schema: {type: object, maxProperties: 299}",
    );
}

#[test]
fn extreme_numbers_and_patterns() {
    let schemas = [
        "{minimum: 1e300, maximum: 1e308}",
        "{multipleOf: 1e-300}",
        "{minimum: -170141183460469231731687303715884105728, multipleOf: 170141183460469231731687303715884105727}",
        "{minLength: 1e30}",
        "{minLength: 18446744073709551615, pattern: '^a*$'}",
        "{minItems: 1000000000, uniqueItems: true}",
        "{minProperties: 1000000000}",
        "{pattern: '^(a?){500}a{500}$'}",
        "{pattern: '^((a{30}){30}){30}$'}",
        "{pattern: '(a|b)*a(a|b){20}$'}",
        "{prefixItems: 7, items: [], required: a, properties: [], enum: {}, allOf: {}}",
        "{contains: {type: string}, minContains: 1000000, maxContains: 1e40}",
    ];
    for sent in schemas {
        for accepted in schemas {
            bounded(&format!("schema: {sent}"), &format!("schema: {accepted}"));
        }
    }
}
