//! The diff of two documents, by examples and by laws.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod laws;
mod reports;
mod rules;

use codegen::contract::Contract;
use codegen::diff::{Level, Report};
use codegen::document::Source;

fn contract(text: &str) -> Contract {
    let source = Source::parse("a.yaml", text).unwrap_or_else(|refusal| panic!("{refusal}"));
    Contract::of(&source).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn report(base: &str, revision: &str) -> Report {
    Report::of(&contract(base), &contract(revision)).unwrap()
}

/// The rules and levels of a report's changes.
fn found(report: &Report) -> Vec<(&'static str, Level)> {
    report.changes.iter().map(|change| (change.rule, change.level)).collect()
}

/// `text` with each edit made once.
#[track_caller]
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "the document has no {old:?}");
        text.replacen(old, new, 1)
    })
}

const SHOP: &str = include_str!("shop.yaml");
