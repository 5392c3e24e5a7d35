//! Reads the files that the commands work on, with errors that name them.

use std::fs;
use std::path::Path;

use crate::{Failure, workspace};

/// More than any document that is read; reading standard input ends there.
pub(crate) const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A text file, by its path relative to the workspace.
pub(crate) fn of_workspace(path: &str) -> Result<String, Failure> {
    of_path(&workspace().join(path), path)
}

/// A text file; `name` is what messages call it.
pub(crate) fn of_path(path: &Path, name: &str) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure(format!("{name}: {error}")))?;
    text(name, bytes)
}

/// Bytes that should be text, from what messages call `name`.
pub(crate) fn text(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
        Failure(format!(
            "{name}:{line}:1: error: this line is not UTF-8, at #\n  help: save the file as UTF-8"
        ))
    })
}
