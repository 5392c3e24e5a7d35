//! Buffered output on stdout.

use std::io::{self, BufWriter, StdoutLock, Write};

use isometric_registry::is_control;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::outcome::CommandFailure;

const BUFFER_SIZE: usize = 64 * 1024;

/// The output of a command on stdout.
pub(crate) struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    pub(crate) fn stdout() -> Self {
        Self(BufWriter::with_capacity(BUFFER_SIZE, io::stdout().lock()))
    }

    /// Calls `write` with the buffer.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CommandFailure> {
        write(&mut self.0).map_err(CommandFailure::output)
    }

    /// Flushes explicitly: dropping a `BufWriter` would hide the error of a full disk.
    pub(crate) fn flush(&mut self) -> Result<(), CommandFailure> {
        self.0.flush().map_err(CommandFailure::output)
    }
}

/// Writes a value as one line of JSON. Control characters that JSON permits in strings are
/// escaped too, because the output may go to a terminal.
pub(crate) fn write_json(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *to, EscapeControls))?;
    writeln!(to)
}

struct EscapeControls;

impl Formatter for EscapeControls {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_control) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut after = rest[at..].chars();
            for unit in after.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::write_json;

    #[test]
    fn json_has_no_control_characters() {
        let text = "\u{1b}[2J\u{9b}2J\u{7f}\u{202e}é\"\n";
        let mut json = Vec::new();
        write_json(&text, &mut json).unwrap();
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        let json = String::from_utf8(json).unwrap();
        assert_eq!(json, "\"\\u001b[2J\\u009b2J\\u007f\\u202eé\\\"\\n\"\n");
    }
}
