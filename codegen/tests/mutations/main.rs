//! Mutations of two specs: the lint never panics, and the generator accepts every document that
//! the lint accepts. The generated code parses and defines nothing twice.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod duplicates;

use std::sync::LazyLock;

use codegen::document::{Node, Source, Value};
use codegen::generate::generate;
use codegen::lint::lint;

/// The spec with one operation, without comments.
static SPEC: LazyLock<String> = LazyLock::new(|| {
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let text = include_str!("../../../tests/fixtures/one_operation.yaml");
    text.lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n")
});

/// The spec with every shape that the lint accepts. Mutations change lines, so there is one line
/// for each member.
static CONFORMANCE: LazyLock<String> = LazyLock::new(|| {
    let text = include_str!("../conformance/spec.yaml");
    let source = Source::parse("spec.yaml", text).unwrap_or_else(|refusal| panic!("{refusal}"));
    let mut lines = String::new();
    block_lines(source.root(), "", &mut lines);
    lines
});

/// Writes a document as YAML in block style.
fn block_lines(node: &Node, indent: &str, lines: &mut String) {
    let nested = format!("{indent}  ");
    let mut entry = |label: String, node: &Node| match &node.value {
        Value::Object(members) if !members.is_empty() => {
            *lines += &format!("{indent}{label}\n");
            block_lines(node, &nested, lines);
        }
        Value::Array(elements) if !elements.is_empty() => {
            *lines += &format!("{indent}{label}\n");
            block_lines(node, &nested, lines);
        }
        _ => *lines += &format!("{indent}{label} {}\n", node.to_json()),
    };
    for member in node.members() {
        entry(format!("{}:", serde_json::Value::from(&*member.key)), &member.node);
    }
    for element in node.elements() {
        entry("-".to_owned(), element);
    }
}

/// Values that replace the value of a line.
const VALUES: &[&str] = &[
    "",
    "null",
    "true",
    "-1",
    "0",
    "1.5",
    "1e400",
    "99999999999999999999",
    "''",
    "'{'",
    "é",
    "[]",
    "[null]",
    "{}",
    "{a: 1}",
    "string",
    "integer",
    "object",
    "array",
    "path",
    "query",
    "cookie",
    "date",
    "decimal",
    "int64",
    "^a+$",
    "(",
    "self",
    "Self",
    "type",
    "3.0.9",
    "/a/{b}/{c}",
    "{$ref: '#/components/schemas/CreditBatch'}",
    "'#/components/schemas/NullValue'",
    "'#/components/schemas/CreditBatchId'",
    "'#/components/responses/NotFound'",
    "'#/info'",
    "[{type: string}, {type: integer}]",
    "[{$ref: '#/components/schemas/ErrorBody'}]",
];

/// Lines that are inserted.
const MEMBERS: &[&str] = &[
    "nullable: true",
    "enum: [a, b]",
    "enum: [null]",
    "additionalProperties: false",
    "additionalProperties: {type: string}",
    "additionalProperties: true",
    "default: x",
    "default: 5",
    "default: null",
    "minLength: 3",
    "maxItems: 1",
    "minItems: 1",
    "minimum: 1",
    "maximum: 9",
    "exclusiveMinimum: true",
    "multipleOf: 2",
    "uniqueItems: true",
    "minProperties: 1",
    "format: date",
    "format: double",
    "format: int32",
    "pattern: ^[a-z]{2,4}$",
    "title: Credit Batch",
    "deprecated: true",
    "readOnly: true",
    "writeOnly: true",
    "type: object",
    "type: string",
    "properties: {a: {type: string, description: A}}",
    "required: [id]",
    "x-note: [1, 2]",
    "allOf: [{type: object}]",
    "oneOf: [{type: string}, {type: integer}]",
    "anyOf: [{}]",
    "items: {}",
    "not: {type: string}",
    "example: x",
    "description: Some text",
    "style: simple",
    "explode: true",
    "xml: {name: x}",
    "externalDocs: {url: 'https://example.com'}",
    "x-pagination: {after: after, cursor: /id, more: /id, items: /id, total: /id}",
    "security: [{clientSecret: []}]",
    "default: {$ref: '#/components/responses/NotFound'}",
];

/// A deterministic pseudo-random number generator (SplitMix64).
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Applies one random mutation.
fn mutate(text: &str, random: &mut SplitMix) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    let (key, value) = match lines[at].split_once(':') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (lines[at].clone(), String::new()),
    };
    let indent = lines[at].len() - lines[at].trim_start().len();
    match random.below(9) {
        0 => drop(lines.remove(at)),
        1 => lines.swap(at, other),
        2 => lines.insert(at, lines[other].clone()),
        3 | 4 => lines[at] = format!("{key}: {}", random.pick(VALUES)),
        5 | 6 => lines.insert(at, format!("{}{}", " ".repeat(indent), random.pick(MEMBERS))),
        7 => {
            let (_, value) = lines[other].split_once(':').unwrap_or_default();
            lines[at] = format!("{key}:{value}");
        }
        _ => {
            let mut text: Vec<char> = key.chars().collect();
            let index = random.below(text.len().max(1));
            match text.get_mut(index) {
                Some(letter) => *letter = ['a', 'Z', '_', '{', ' ', '-'][random.below(6)],
                None => text.push('x'),
            }
            lines[at] = format!("{}:{value}", text.into_iter().collect::<String>());
        }
    }
    lines.join("\n")
}

/// Returns mutations of a spec, half of them with two mutations.
fn documents(spec: &str, seed: u64, count: usize) -> impl Iterator<Item = String> {
    let mut random = SplitMix(seed);
    (0..count).map(move |round| {
        let once = mutate(spec, &mut random);
        if round % 2 == 0 { once } else { mutate(&once, &mut random) }
    })
}

/// Returns the mutated specs that the lint accepts.
fn accepted(spec: &str, seed: u64, count: usize) -> impl Iterator<Item = (String, Source)> {
    documents(spec, seed, count).filter_map(|text| {
        let source = Source::parse("spec.yaml", &text).ok()?;
        lint(&source).ok().map(|()| (text, source))
    })
}

/// Returns the changed lines.
fn changes(spec: &str, text: &str) -> String {
    similar::TextDiff::from_lines(spec, text)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{}\n", change.tag(), change.value().trim_end()))
        .collect()
}

#[test]
fn lint_does_not_panic() {
    for spec in [&*SPEC, &*CONFORMANCE] {
        let count = accepted(spec, 1, 400).count();
        assert!((20..380).contains(&count), "{count} of 400 are accepted");
    }
}

/// Generates from mutations of a spec.
fn assert_generates(spec: &str, seed: u64, count: usize) {
    for (text, source) in accepted(spec, seed, count) {
        let files = generate(&source)
            .unwrap_or_else(|refusal| panic!("{refusal}\n{}", changes(spec, &text)));
        let duplicates = duplicates::of(&files);
        assert!(duplicates.is_empty(), "{duplicates:?}\n{}", changes(spec, &text));
    }
}

#[test]
fn generates_from_every_accepted_document() {
    assert_generates(&SPEC, 2, 400);
}

#[test]
fn generates_from_every_accepted_variant_of_the_conformance_spec() {
    assert_generates(&CONFORMANCE, 3, 40);
}

/// Returns the spec with a property of nested lists.
fn with_lists(levels: usize) -> String {
    let list = "{type: array, description: A list, items: ".repeat(levels);
    let lists = format!("{list}{{type: string, description: A word}}{}", "}".repeat(levels));
    let property = format!("        lists: {lists}\n        credit_kgs:\n");
    SPEC.replacen("        credit_kgs:\n", &property, 1)
}

#[test]
fn generates_from_the_deepest_document() {
    let parse = |levels| Source::parse("spec.yaml", &with_lists(levels)).ok();
    let deepest = (1..=200).rev().find_map(parse).expect("no depth is accepted");
    generate(&deepest).unwrap_or_else(|refusal| panic!("{refusal}"));
}
