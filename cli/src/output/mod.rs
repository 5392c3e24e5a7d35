//! Output on stdout: buffering, and the formats of records.

pub(crate) mod columns;
pub(crate) mod csv;
pub(crate) mod json;
pub(crate) mod members;
pub(crate) mod records;
pub(crate) mod table;

use std::io::{self, BufWriter, StdoutLock, Write};

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
