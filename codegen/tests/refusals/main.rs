//! What the lint says: one edit of a valid document after another, with the whole
//! text that is printed for it.

mod mistakes;

use codegen::document::Source;
use codegen::lint::lint;

const MINIMAL: &str = include_str!("minimal.yaml");
const SPEC: &str = include_str!("../../../spec/registry.yaml");

/// A mistake: its name, and what stands in the valid document and instead of it.
type Mistake = (&'static str, &'static str, &'static str);

fn refusal(text: &str) -> Option<String> {
    let refused = Source::parse("api.yaml", text).and_then(|source| lint(&source));
    refused.err().map(|refusal| refusal.to_string())
}

/// The document with the mistake in it.
fn mistaken((name, before, after): &Mistake) -> String {
    let count = MINIMAL.matches(before).count();
    assert_eq!(count, 1, "{name}: {before:?} stands in the document {count} times");
    MINIMAL.replace(before, after)
}

/// Every mistake of a table with its refusal, as a reviewer reads it.
fn report(mistakes: &[Mistake]) -> String {
    let quoted = |sign, text: &str| -> String {
        text.lines().map(|line| format!("{sign} {}\n", line.trim_end())).collect()
    };
    let entry = |mistake: &Mistake| {
        let (name, before, after) = mistake;
        let refusal = refusal(&mistaken(mistake)).unwrap_or_else(|| "ACCEPTED".to_owned());
        let (before, after) = (quoted('-', before), quoted('+', after));
        format!("## {name}\n{before}{after}{refusal}\n")
    };
    mistakes.iter().map(entry).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_minimal_document_and_the_spec_are_accepted() {
    assert_eq!(refusal(MINIMAL), None);
    assert_eq!(refusal(SPEC), None);
}

#[test]
fn every_mistake_is_refused() {
    for (_, mistakes) in mistakes::ALL {
        for mistake in *mistakes {
            assert!(refusal(&mistaken(mistake)).is_some(), "{} is accepted", mistake.0);
        }
    }
}

#[test]
fn refusals_read_like_this() {
    let chapters = mistakes::ALL.iter();
    let chapters: Vec<_> =
        chapters.map(|(name, mistakes)| format!("# {name}\n\n{}", report(mistakes))).collect();
    insta::assert_snapshot!("refusals", chapters.join("\n"));
}

#[test]
fn what_is_no_openapi_3_0_document_is_refused_with_one_message() {
    let texts = [
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
    let report: Vec<_> = texts
        .iter()
        .map(|text| format!("{text}{}\n", refusal(text).unwrap_or_else(|| "ACCEPTED".into())))
        .collect();
    insta::assert_snapshot!("version", report.join("\n"));
}

#[test]
fn several_mistakes_are_reported_in_one_run_in_the_order_of_the_text() {
    let text = MINIMAL
        .replace("operationId: thing", "operationID: thing")
        .replace("minLength: 5", "minLength: 50")
        .replace("type: number", "type: numbr");
    insta::assert_snapshot!("several", refusal(&text).unwrap());
}

#[test]
fn no_operation_can_take_the_name_of_a_method_of_the_client() {
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
        assert!(refusal(&text).is_some(), "{method} is accepted");
    }
}

#[test]
fn a_byte_order_mark_and_carriage_returns_change_nothing() {
    let windows = format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n"));
    assert_eq!(refusal(&windows), None);
    let wrong = MINIMAL.replace("minLength: 5", "minLength: 50");
    let windows = format!("\u{feff}{}", wrong.replace('\n', "\r\n"));
    assert_eq!(refusal(&windows), refusal(&wrong));
}

#[test]
fn references_that_lead_round_in_circles_or_multiply_come_to_an_end() {
    let circle = "    Loop:\n      allOf: [{$ref: '#/components/schemas/Loop'}]\n      \
                  description: Itself\n      example: 5\n";
    assert!(refusal(&format!("{MINIMAL}{circle}")).unwrap().contains("`Loop` contains itself"));

    let level = |n: usize| {
        let next = format!("{{$ref: '#/components/schemas/Level{}'}}", n + 1);
        format!("    Level{n}: {{oneOf: [{next}, {next}], description: X}}\n")
    };
    let levels: String = (0..50).map(level).collect();
    let last = "    Level50: {type: string, description: X}\n";
    let levels = levels.replacen("description: X", "description: X, example: 5", 1);
    assert_eq!(refusal(&format!("{MINIMAL}{levels}{last}")), None);

    let link = |n: usize| {
        let next = format!("{{$ref: '#/components/schemas/Link{}'}}", n + 1);
        format!("    Link{n}: {{allOf: [{next}], description: X}}\n")
    };
    let links: String = (0..2000).map(link).collect();
    let last = "    Link2000: {type: string, description: X}\n";
    assert_eq!(refusal(&format!("{MINIMAL}{links}{last}")), None);
}
