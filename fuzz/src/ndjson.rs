//! Credit batches in a file: NDJSON, or JSON of any other form.

use std::convert::Infallible;

use isometric_registry::types::CreditBatch;
use isometric_registry::validate;
use isometric_registry_cli::records::{self, Judged, Tally};

use super::decode::{assert_shown, broken_rules};

/// Checks a document as the command line does, and every line of it as the client does.
/// The size of the blocks is derived from the length of the document.
///
/// # Panics
///
/// - What is found in the document depends on the blocks that it is read in, or on threads.
/// - The figures are not those of the records that were reported.
/// - A line is judged differently with the end that lines have on Windows.
/// - A line without a value breaks no rule.
/// - What is said of a line has a line break of its own.
pub fn run(data: &[u8]) {
    let whole = check_in_blocks(data, data.len() + 1);
    assert_eq!(check_in_blocks(data, 1 + data.len() % 61), whole);
    let (found, tally) = whole;
    assert_eq!(tally.invalid, found.len() as u64);
    let violations: usize = found.iter().map(|judged| judged.violations.len()).sum();
    assert_eq!(tally.violations, violations as u64);
    assert!(found.is_sorted_by_key(|judged| (judged.line, judged.record)));
    data.split(|byte| *byte == b'\n').for_each(check_line);
}

/// Everything that is found in a document that comes in blocks of a size.
fn check_in_blocks(document: &[u8], block: usize) -> (Vec<Judged>, Tally) {
    let mut found = Vec::new();
    let report = |judged: Judged| {
        judged.violations.iter().for_each(|violation| assert_shown(&violation.message));
        found.push(judged);
        Ok::<_, Infallible>(())
    };
    let tally = records::check(document, block, 1, report).unwrap();
    (found, tally)
}

fn check_line(line: &[u8]) {
    let checked = validate::from_slice::<CreditBatch>(line);
    let windows = validate::from_slice::<CreditBatch>(&[line, b"\r"].concat());
    assert_eq!(broken_rules(&windows.violations), broken_rules(&checked.violations));
    assert_eq!(windows.value, checked.value);
    assert!(checked.value.is_some() || !checked.violations.is_empty());
    checked.violations.iter().for_each(|found| assert_shown(&found.to_string()));
}
