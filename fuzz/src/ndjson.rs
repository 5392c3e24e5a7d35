//! Credit batches in a file, one a line.

use isometric_registry::check;
use isometric_registry::types::CreditBatch;

use super::decode::{assert_shown, broken_rules};

/// Decodes and checks every line.
///
/// # Panics
///
/// - A line is judged differently with the end that lines have on Windows.
/// - A line without a value breaks no rule.
/// - What is said of a line has a line break of its own.
pub fn run(data: &[u8]) {
    for line in data.split(|byte| *byte == b'\n') {
        let checked = check::from_slice::<CreditBatch>(line);
        let windows = check::from_slice::<CreditBatch>(&[line, b"\r"].concat());
        assert_eq!(broken_rules(&windows.violations), broken_rules(&checked.violations));
        assert_eq!(windows.value, checked.value);
        assert!(checked.value.is_some() || !checked.violations.is_empty());
        checked.violations.iter().for_each(|found| assert_shown(&found.to_string()));
    }
}
