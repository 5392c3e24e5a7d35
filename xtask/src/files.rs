//! Reads input files. Errors contain the file's name.

use std::fs;
use std::path::Path;

use crate::{Failure, workspace};

/// The size limit of standard input, above the size of any accepted document.
pub(crate) const MAX_INPUT_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a text file by its path relative to the workspace.
pub(crate) fn read_in_workspace(path: &str) -> Result<String, Failure> {
    read(&workspace().join(path), path)
}

/// Reads a text file. `name` is its name in messages.
pub(crate) fn read(path: &Path, name: &str) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure(format!("{name}: {error}")))?;
    decode(name, bytes)
}

/// Converts the contents of `name` to a string. The error contains the line that is not UTF-8.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
        Failure(format!(
            "{name}:{line}:1: error: this line is not UTF-8, at #\n  help: save the file as UTF-8"
        ))
    })
}
