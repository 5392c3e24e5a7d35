//! Mutations of the spec: the lint never panics, and the generator accepts every document
//! that the lint accepts.

use codegen::document::Source;
use codegen::generate::generate;
use codegen::lint::lint;

const SPEC: &str = include_str!("../../tests/fixtures/one_operation.yaml");

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

/// Returns mutated specs without comments, half of them with two mutations.
fn documents(seed: u64, count: usize) -> impl Iterator<Item = String> {
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let spec: Vec<_> = SPEC.lines().filter(|line| !is_comment(line)).collect();
    let spec = spec.join("\n");
    let mut random = SplitMix(seed);
    (0..count).map(move |round| {
        let once = mutate(&spec, &mut random);
        if round % 2 == 0 { once } else { mutate(&once, &mut random) }
    })
}

/// Returns the mutated specs that the lint accepts.
fn accepted(seed: u64, count: usize) -> impl Iterator<Item = (String, Source)> {
    documents(seed, count).filter_map(|text| {
        let source = Source::parse("spec.yaml", &text).ok()?;
        lint(&source).ok().map(|()| (text, source))
    })
}

/// Returns the changed lines, without comments.
fn changes(text: &str) -> String {
    similar::TextDiff::from_lines(SPEC, text)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .filter(|change| !change.value().trim_start().starts_with('#'))
        .map(|change| format!("{}{}\n", change.tag(), change.value().trim_end()))
        .collect()
}

#[test]
fn lint_does_not_panic() {
    let count = accepted(1, 400).count();
    assert!((20..380).contains(&count), "{count} of 400 are accepted");
}

#[test]
fn generates_from_every_accepted_document() {
    for (text, source) in accepted(2, 400) {
        if let Err(refusal) = generate(&source) {
            panic!("{refusal}\n{}", changes(&text));
        }
    }
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
