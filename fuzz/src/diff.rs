//! Two documents and the difference of their contracts.

use codegen::contract::Contract;
use codegen::diff::{Level, Report};
use codegen::document::Source;

/// What stands between the two documents.
const BETWEEN: &str = "\n=====\n";

/// Compares two documents.
///
/// # Panics
///
/// - A document differs from itself.
/// - Two documents with the same facts differ.
/// - Two documents with the same operations but other facts do not differ. Where there
///   are alternatives, which are paired by likeness, that is no fault.
/// - A report is breaking without a breaking change, or not the same both times.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (base, revision) = text.split_once(BETWEEN).unwrap_or((text, text));
    let (Some(base), Some(revision)) = (contract(base), contract(revision)) else { return };
    for contract in [&base, &revision] {
        let itself = Report::of(contract, contract).unwrap();
        assert_eq!(itself.changes, []);
        assert!(!itself.breaking);
    }
    for (one, other) in [(&base, &revision), (&revision, &base)] {
        let Ok(report) = Report::of(one, other) else { return };
        assert_eq!(Report::of(one, other).as_ref(), Ok(&report));
        let is_breaking = |change: &codegen::diff::Change| change.level == Level::Breaking;
        assert_eq!(report.breaking, report.changes.iter().any(is_breaking));
        assert_agrees(&report, one, other);
    }
}

fn contract(text: &str) -> Option<Contract> {
    Contract::of(&Source::parse("a.yaml", text).ok()?).ok()
}

fn assert_agrees(report: &Report, base: &Contract, revision: &Contract) {
    let (Ok(before), Ok(after)) = (base.to_text(), revision.to_text()) else { return };
    let has_alternatives = [&before, &after].iter().any(|facts| facts.contains("(alternative "));
    if before == after {
        assert_eq!(report.changes, []);
    } else if base.operations() == revision.operations() && !has_alternatives {
        assert_ne!(report.changes, []);
    }
}
