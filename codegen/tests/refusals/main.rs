//! Single mistakes in a valid document, with the complete error messages.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod mistakes;

use std::collections::BTreeSet;

use codegen::document::Source;
use codegen::document::diagnostic::Refusal;
use codegen::lint::{self, lint, lint_client};

const MINIMAL: &str = include_str!("minimal.yaml");
const SPEC: &str = include_str!("../../../spec/registry.yaml");
const ONE_OPERATION: &str = include_str!("../../../tests/fixtures/one_operation.yaml");

/// A mistake: its name, a string of the valid document, and the replacement.
type Mistake = (&'static str, &'static str, &'static str);

/// Files that do not parse.
const UNREADABLE: &[&str] = &[
    "a: [1, 2\nb: 3\n",
    "a: 1\n---\nb: 2\n",
    "a: 1\na: 2\n",
    "{\"a\": 1, \"a\": 2}",
    "[b]: 2\n",
    "a: &x [*x]\n",
    "a: !custom 1\n",
    "a: !!binary aGk=\n",
    "a: !!int 3.5\n",
    "a: .inf\n",
    "{\"a\": \"\\ud83d\\ude00\", \"a\": 2}",
    "{\"a\": \"\\ud83d\\ude00\",}",
];

/// Documents that are not OpenAPI 3.0.
const OTHER_VERSIONS: &[&str] = &[
    "",
    "- openapi: 3.0.3\n",
    "just a sentence\n",
    "info: {title: X, version: v0}\n",
    "openapi: 3.1.0\npaths: {}\n",
    "openapi: 3.2.0\npaths: {}\n",
    "openapi: 3.0\n",
    "openapi: 3.0.x\n",
    "openapi: [3]\n",
    "swagger: '2.0'\npaths: {}\n",
];

/// Mistakes in the spec of the client, which the lint accepts in other documents.
const CLIENT_MISTAKES: &[Mistake] = &[
    ("a renamed environment", "x-environment: sandbox", "x-environment: staging"),
    ("a renamed operation", "operationId: credit_batch\n", "operationId: batch\n"),
    ("a renamed schema", "ValidationError:\n", "ValidationErrors:\n"),
    ("a renamed schema with references", "CreditQuantity", "Amount"),
    ("a renamed property", "        detail:\n", "        details:\n"),
    ("a renamed alternative", "title: Message\n", "title: Sentence\n"),
    ("an optional property", "required: [loc, msg, type]", "required: [loc, type]"),
    ("a removed value", "enum: [active, split, retired]", "enum: [active, retired]"),
];

/// Rules that a small document cannot violate. The tests of `document` and `generate`
/// cover them.
const TESTED_ELSEWHERE: &[&str] =
    &["document-too-large", "generator-failure", "nesting-too-deep", "too-many-values"];

fn check(text: &str) -> Option<Refusal> {
    Source::parse("api.yaml", text).and_then(|source| lint(&source)).err()
}

fn refusal(text: &str) -> Option<String> {
    check(text).map(|refusal| refusal.to_string())
}

/// Returns the error messages of a document that the lint must reject.
fn messages(text: &str) -> String {
    refusal(text).unwrap_or_else(|| panic!("the lint accepts {text}"))
}

/// Returns the document with a mistake.
fn apply((name, before, after): &Mistake) -> String {
    let count = MINIMAL.matches(before).count();
    assert_eq!(count, 1, "{name}: {before:?} occurs {count} times in the document");
    MINIMAL.replace(before, after)
}

fn all_mistakes() -> impl Iterator<Item = &'static Mistake> {
    mistakes::ALL.iter().flat_map(|(_, mistakes)| *mistakes)
}

/// Formats the mistakes of a topic with their error messages.
fn report(mistakes: &[Mistake]) -> String {
    let quoted = |sign, text: &str| -> String {
        text.lines().map(|line| format!("{sign} {}\n", line.trim_end())).collect()
    };
    let entry = |mistake: &Mistake| {
        let (name, before, after) = mistake;
        let (before, after) = (quoted('-', before), quoted('+', after));
        format!("## {name}\n{before}{after}{}\n", messages(&apply(mistake)))
    };
    mistakes.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// Formats files with their error messages.
fn report_texts(texts: &[&str]) -> String {
    let report = |text: &&str| format!("{text}\n{}\n", messages(text));
    texts.iter().map(report).collect::<Vec<_>>().join("\n")
}

#[test]
fn accepts_the_minimal_document_and_the_spec() {
    assert_eq!(refusal(MINIMAL), None);
    assert_eq!(refusal(SPEC), None);
}

#[test]
fn messages_do_not_repeat_long_names() {
    let name = "aB".repeat(100_000);
    for (before, after) in [
        ("operationId: thing", format!("operationId: {name}")),
        ("    secret: []", format!("    {name}: []")),
        ("\n  schemas:\n", format!("\n  schemas:\n    {name}: {{type: string}}\n")),
    ] {
        let refusal = messages(&MINIMAL.replacen(before, &after, 1));
        assert!(refusal.len() < 10_000, "{before}: {} bytes", refusal.len());
    }
}

#[test]
fn reports_each_mistake() {
    let topics = mistakes::ALL.iter();
    let topics: Vec<_> =
        topics.map(|(name, mistakes)| format!("# {name}\n\n{}", report(mistakes))).collect();
    insta::assert_snapshot!("mistakes", topics.join("\n"));
}

#[test]
fn reports_unreadable_files() {
    insta::assert_snapshot!("unreadable", report_texts(UNREADABLE));
}

#[test]
fn reports_other_versions() {
    insta::assert_snapshot!("other_versions", report_texts(OTHER_VERSIONS));
}

#[test]
fn reports_all_mistakes_in_document_order() {
    let text = MINIMAL
        .replace("operationId: thing", "operationID: thing")
        .replace("minLength: 5", "minLength: 50")
        .replace("type: number", "type: numbr");
    insta::assert_snapshot!("several", messages(&text));
}

/// Returns the error messages of a spec of the client with a mistake.
fn client_messages((name, before, after): &Mistake) -> String {
    assert!(ONE_OPERATION.contains(before), "{name}: the spec lacks {before:?}");
    let source = Source::parse("api.yaml", &ONE_OPERATION.replace(before, after)).unwrap();
    lint_client(&source).unwrap_err().to_string()
}

#[test]
fn reports_names_that_the_client_needs() {
    let report = |mistake: &Mistake| format!("## {}\n{}\n", mistake.0, client_messages(mistake));
    let reports: Vec<_> = CLIENT_MISTAKES.iter().map(report).collect();
    insta::assert_snapshot!("client", reports.join("\n"));
    for text in [SPEC, ONE_OPERATION] {
        assert_eq!(lint_client(&Source::parse("api.yaml", text).unwrap()), Ok(()));
    }
}

#[test]
fn rule_ids_are_unique() {
    let ids: Vec<_> = lint::rules().map(|rule| rule.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn tests_every_rule() {
    let mistakes = all_mistakes().map(apply);
    let texts = UNREADABLE.iter().chain(OTHER_VERSIONS).map(|text| (*text).to_owned());
    let minimal = Source::parse("api.yaml", MINIMAL).unwrap();
    let refusals = mistakes.chain(texts).filter_map(|text| check(&text));
    let refusals = refusals.chain(lint_client(&minimal).err());
    let violated: BTreeSet<_> = refusals
        .flat_map(|refusal| refusal.diagnostics)
        .map(|diagnostic| diagnostic.rule)
        .collect();
    let rules: BTreeSet<_> = lint::rules().map(|rule| rule.id).collect();
    let untested: Vec<_> = rules.difference(&violated).copied().collect();
    assert_eq!(untested, TESTED_ELSEWHERE);
    assert!(violated.is_subset(&rules), "undocumented rules: {:?}", violated.difference(&rules));
}

#[test]
fn documentation_of_rules_is_fresh() {
    let documented = include_str!("../../../docs/lint-rules.md").replace("\r\n", "\n");
    assert!(
        documented == lint::markdown(),
        "docs/lint-rules.md is stale: cargo xtask regen --rules > docs/lint-rules.md"
    );
}

/// Types differ by direction: such a property is optional in types that both directions share.
#[test]
fn rejects_pagination_by_properties_of_one_direction() {
    let list = "        - {name: after, in: query, description: X, schema: {type: string}}\n      \
                x-pagination: {after: after, cursor: /id, more: /open, items: /parts}\n      \
                responses:\n        '200'";
    let list = MINIMAL
        .replace("      responses:\n        '200'", list)
        .replace("required: [id, made,", "required: [id, made, open, parts,")
        .replace(
            "        made:\n",
            "        open: {type: boolean, description: X}\n        made:\n",
        );
    assert_eq!(refusal(&list), None);
    for key in ["readOnly", "writeOnly"] {
        let text = list.replace("open: {", &format!("open: {{{key}: true, "));
        assert!(refusal(&text).unwrap().contains(&format!("property `/open` is `{key}`")));
    }
}

#[test]
fn rejects_operations_named_like_client_methods() {
    let registry = include_str!("../../../generated-client/src/registry.rs");
    let methods: Vec<_> = registry
        .lines()
        .filter(|line| line.starts_with("    pub fn ") || line.starts_with("    pub(crate) fn "))
        .filter_map(|line| line.split_once("fn ")?.1.split_once('('))
        .map(|(name, _)| name.split('<').next().unwrap())
        .collect();
    assert!(methods.contains(&"from_env"), "{methods:?}");
    for method in methods {
        let text = MINIMAL.replace("operationId: thing", &format!("operationId: {method}"));
        assert!(refusal(&text).is_some(), "the lint accepts {method}");
    }
}

#[test]
fn ignores_byte_order_mark_and_carriage_returns() {
    let windows = format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n"));
    assert_eq!(refusal(&windows), None);
    let wrong = MINIMAL.replace("minLength: 5", "minLength: 50");
    let windows = format!("\u{feff}{}", wrong.replace('\n', "\r\n"));
    assert_eq!(refusal(&windows), refusal(&wrong));
}

#[test]
fn terminates_on_circular_and_long_references() {
    let circle = "    Loop:\n      allOf: [{$ref: '#/components/schemas/Loop'}]\n      \
                  description: Itself\n";
    assert!(messages(&format!("{MINIMAL}{circle}")).contains("`Loop` contains itself"));

    let level = |n: usize| {
        let next = format!("{{$ref: '#/components/schemas/Level{}'}}", n + 1);
        format!("    Level{n}: {{oneOf: [{next}, {next}], description: X}}\n")
    };
    let levels: String = (0..50).map(level).collect();
    let last = "    Level50: {type: string, description: X}\n";
    assert_eq!(refusal(&format!("{MINIMAL}{levels}{last}")), None);

    let link = |n: usize| {
        let next = format!("{{$ref: '#/components/schemas/Link{}'}}", n + 1);
        format!("    Link{n}: {{allOf: [{next}], description: X}}\n")
    };
    let links: String = (0..2000).map(link).collect();
    let last = "    Link2000: {type: string, description: X}\n";
    assert_eq!(refusal(&format!("{MINIMAL}{links}{last}")), None);
}
