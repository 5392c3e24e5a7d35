//! Reads input files up to a limit. Errors contain the file's name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::{Failure, workspace};

/// The size limit of an input, above the size of any accepted document. Devices and pipes may
/// never end.
pub(crate) const MAX_INPUT_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a text file by its path relative to the workspace.
pub(crate) fn read_in_workspace(path: &str) -> Result<String, Failure> {
    read(&workspace().join(path), path)
}

/// Reads a text file. `name` is its name in messages.
pub(crate) fn read(path: &Path, name: &str) -> Result<String, Failure> {
    let file = File::open(path).map_err(|error| Failure(format!("{name}: {error}")))?;
    read_text(file, name)
}

/// Reads standard input as text.
pub(crate) fn read_standard_input() -> Result<String, Failure> {
    read_text(io::stdin().lock(), "standard input")
}

fn read_text(input: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = input.take(MAX_INPUT_BYTES + 1).read_to_end(&mut bytes);
    let length = read.map_err(|error| Failure(format!("{name}: {error}")))?;
    if length as u64 > MAX_INPUT_BYTES {
        let message = format!("{name}: too large; expected at most {MAX_INPUT_BYTES} bytes");
        return Err(Failure(message));
    }
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
