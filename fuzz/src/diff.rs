//! The diff of two contracts.

use codegen::contract::Contract;
use codegen::diff::{Level, Report};
use codegen::document::Source;

/// The separator of the two documents.
const SEPARATOR: &str = "\n=====\n";

/// Compares two documents in both directions.
///
/// # Panics
///
/// - A document differs from itself.
/// - Documents with equal facts differ.
/// - Documents with equal operations and different facts do not differ. Documents with
///   alternatives are exempt, because the diff pairs alternatives by similarity.
/// - A report is breaking without a breaking change.
/// - Repeating the diff changes the report.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (base, revision) = text.split_once(SEPARATOR).unwrap_or((text, text));
    let (Some(base), Some(revision)) = (contract(base), contract(revision)) else { return };
    for contract in [&base, &revision] {
        let itself = Report::of(contract, contract).unwrap();
        assert_eq!(itself.changes, []);
        assert!(!itself.breaking);
    }
    for (from, to) in [(&base, &revision), (&revision, &base)] {
        let Ok(report) = Report::of(from, to) else { return };
        assert_eq!(Report::of(from, to).as_ref(), Ok(&report));
        let is_breaking = |change: &codegen::diff::Change| change.level == Level::Breaking;
        assert_eq!(report.breaking, report.changes.iter().any(is_breaking));
        assert_matches_facts(&report, from, to);
    }
}

fn contract(text: &str) -> Option<Contract> {
    Contract::of(&Source::parse("a.yaml", text).ok()?).ok()
}

fn assert_matches_facts(report: &Report, base: &Contract, revision: &Contract) {
    let (Ok(before), Ok(after)) = (base.to_text(), revision.to_text()) else { return };
    let has_alternatives = [&before, &after].iter().any(|facts| facts.contains("(alternative "));
    if before == after {
        assert_eq!(report.changes, []);
    } else if base.operations() == revision.operations() && !has_alternatives {
        assert_ne!(report.changes, []);
    }
}
