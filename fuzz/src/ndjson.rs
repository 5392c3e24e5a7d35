//! Validation of a file of records, as NDJSON or any other JSON.

use std::convert::Infallible;

use isometric_registry::types::CreditBatch;
use isometric_registry::validate;
use isometric_registry_cli::records::{self, InvalidRecord, Summary};

use super::decode::{assert_printable, violated_rules};

/// Validates a document as the command line does, and each line as the client does. The
/// length of the document determines the block size.
///
/// # Panics
///
/// - The results depend on the block size.
/// - The summary differs from the reported records.
/// - The violations of a line depend on its line ending.
/// - A line that cannot be decoded has no violation.
/// - A message contains control characters.
pub fn run(data: &[u8]) {
    let in_one_block = check_in_blocks(data, data.len() + 1);
    assert_eq!(check_in_blocks(data, 1 + data.len() % 61), in_one_block);
    let (invalid, summary) = in_one_block;
    assert_eq!(summary.invalid, invalid.len() as u64);
    let violations: usize = invalid.iter().map(|record| record.violations.len()).sum();
    assert_eq!(summary.violations, violations as u64);
    assert!(invalid.is_sorted_by_key(|record| (record.line, record.record)));
    data.split(|byte| *byte == b'\n').for_each(check_line);
}

fn check_in_blocks(document: &[u8], block_size: usize) -> (Vec<InvalidRecord>, Summary) {
    let mut invalid = Vec::new();
    let report = |record: InvalidRecord| {
        record.violations.iter().for_each(|violation| assert_printable(&violation.message));
        invalid.push(record);
        Ok::<_, Infallible>(())
    };
    let summary = records::check(document, block_size, 1, None, report).unwrap();
    (invalid, summary)
}

fn check_line(line: &[u8]) {
    let checked = validate::from_slice::<CreditBatch>(line);
    let windows = validate::from_slice::<CreditBatch>(&[line, b"\r"].concat());
    assert_eq!(violated_rules(&windows.violations), violated_rules(&checked.violations));
    assert_eq!(windows.value, checked.value);
    assert!(checked.value.is_some() || !checked.violations.is_empty());
    checked.violations.iter().for_each(|violation| assert_printable(&violation.to_string()));
}
