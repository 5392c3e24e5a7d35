//! Tests of the diff: examples, laws and hostile documents.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod laws;
mod reports;
mod rewritings;
mod rules;
mod schemas;
mod verdict;

use codegen::contract::Contract;
use codegen::diff::{Level, Policy, Report};
use codegen::document::Source;

fn contract(text: &str) -> Contract {
    let source = Source::parse("a.yaml", text).unwrap_or_else(|refusal| panic!("{refusal}"));
    Contract::of(&source).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn report(base: &str, revision: &str) -> Report {
    report_with(base, revision, Policy::Written)
}

fn report_with(base: &str, revision: &str, policy: Policy) -> Report {
    let source = |text| Source::parse("a.yaml", text).unwrap();
    Report::of(&contract(base), &contract(revision)).unwrap().with_verdicts(
        &source(base),
        &source(revision),
        policy,
    )
}

/// Returns the rules and levels of the changes of a report.
fn found(report: &Report) -> Vec<(&'static str, Level)> {
    report.changes.iter().map(|change| (change.rule, change.level)).collect()
}

/// Applies each edit once.
#[track_caller]
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "the document lacks {old:?}");
        text.replacen(old, new, 1)
    })
}

const SHOP: &str = include_str!("shop.yaml");
