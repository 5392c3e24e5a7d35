//! Credit batches in a file, one a line.

use isometric_registry::check;
use isometric_registry::types::CreditBatch;

/// Checks every line.
///
/// # Panics
///
/// A line is judged differently with the end that its line has on Windows.
pub fn run(data: &[u8]) {
    for line in data.split(|byte| *byte == b'\n') {
        let found = check::json::<CreditBatch>(line);
        let windows = [line, b"\r"].concat();
        assert_eq!(check::json::<CreditBatch>(&windows).is_empty(), found.is_empty());
    }
}
