//! Records in the format that the user chose.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use isometric_registry::validate::Schema;

use super::columns::Columns;
use super::csv::CsvRows;
use super::json::write_line;
use super::table::Table;

/// A format of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// Columns for a person
    Table,
    /// Comma-separated values (RFC 4180) with all properties of the spec
    Csv,
    /// One JSON object per line, as received
    Json,
}

/// A writer of records, each given as JSON.
#[derive(Debug)]
pub(crate) enum RecordWriter {
    Table(Table),
    Csv(CsvRows),
    Json,
}

impl RecordWriter {
    /// Creates a writer of records of the given types. `width` is the width of the terminal, if
    /// the output is one.
    pub(crate) fn new(
        format: RecordFormat,
        schemas: &[&'static Schema],
        width: Option<usize>,
    ) -> Self {
        match format {
            RecordFormat::Table => Self::Table(Table::new(Columns::of(schemas), width)),
            RecordFormat::Csv => Self::Csv(CsvRows::new(Columns::of(schemas))),
            RecordFormat::Json => Self::Json,
        }
    }

    /// Writes a record. The first rows of a table are held back until [`flush`](Self::flush).
    pub(crate) fn record(&mut self, json: &str, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table(table) => table.record(json, to),
            Self::Csv(rows) => rows.record(json, to),
            Self::Json => write_line(json, to),
        }
    }

    /// Writes the header, unless it was written, and the rows that were held back. Call it at
    /// the end of each page, and at the end of the records.
    pub(crate) fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table(table) => table.flush(to),
            Self::Csv(rows) => rows.header(to),
            Self::Json => Ok(()),
        }
    }
}

/// Returns the width of the terminal on stdout, or `None` if stdout is not a terminal.
pub(crate) fn terminal_width() -> Option<usize> {
    let is_terminal = io::stdout().is_terminal();
    let size = is_terminal.then(terminal_size::terminal_size).flatten();
    size.map(|(terminal_size::Width(width), _)| width.into())
}
