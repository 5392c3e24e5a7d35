//! CSV (RFC 4180) with a column for every property of the spec.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};
use isometric_registry::{is_control, push_escape};

use super::columns::Columns;
use super::json::one_line;
use super::members::Cell;

/// The first characters of text that a spreadsheet takes for a formula, with their full-width
/// forms.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A writer of records as rows.
#[derive(Debug)]
pub(crate) struct CsvRows {
    columns: Columns,
    has_header: bool,
}

impl CsvRows {
    pub(crate) fn new(columns: Columns) -> Self {
        Self { columns, has_header: false }
    }

    /// Writes the header, unless it was written.
    pub(crate) fn header(&mut self, to: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        write_row(self.columns.list.iter().map(|column| &column.name), to)
    }

    pub(crate) fn record(&mut self, record: &str, to: &mut dyn Write) -> io::Result<()> {
        self.header(to)?;
        write_row(self.columns.cells(record).iter().map(field), to)
    }
}

/// Writes a row with quotes where a field needs them.
pub(crate) fn write_row<F: AsRef<[u8]>>(
    fields: impl IntoIterator<Item = F>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut row = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(to);
    row.write_record(fields)?;
    row.flush()
}

/// Returns the text of a field. Only text is quoted for spreadsheets: a negative number is no
/// formula.
pub(crate) fn field(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Json(json) => one_line(json),
        Cell::Text(text) => {
            let quote = if text.starts_with(FORMULA_STARTS) { "'" } else { "" };
            format!("{quote}{}", printable_text(text))
        }
    }
}

/// Escapes control characters other than tabs and line feeds, which quoted fields may contain.
fn printable_text(text: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| is_control(c) && c != '\n' && c != '\t';
    if !text.contains(is_escaped) {
        return text.into();
    }
    let mut escaped = String::new();
    for character in text.chars() {
        if is_escaped(character) {
            push_escape(character, &mut escaped);
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use isometric_registry::types::Organisation;
    use isometric_registry::validate::HasSchema;
    use serde_json::json;

    use super::super::columns::Columns;
    use super::CsvRows;

    fn rows(records: &[&str]) -> String {
        let mut csv = Vec::new();
        let mut rows = CsvRows::new(Columns::of(&[Organisation::SCHEMA]));
        records.iter().for_each(|record| rows.record(record, &mut csv).unwrap());
        rows.header(&mut csv).unwrap();
        String::from_utf8(csv).unwrap()
    }

    /// Returns the field of a name.
    fn name(name: &str) -> String {
        let csv = rows(&[&json!({ "name": name }).to_string()]);
        csv.strip_prefix("id,domain,name\r\n,,").unwrap().strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn writes_the_header_once() {
        assert_eq!(rows(&[]), "id,domain,name\r\n");
        assert_eq!(
            rows(&[r#"{"name": "a, \"b\"", "domain": null}"#, r#"{"id": 1.50, "new": 2}"#]),
            "id,domain,name\r\n,,\"a, \"\"b\"\"\"\r\n1.50,,\r\n"
        );
    }

    #[test]
    fn quotes_text_that_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1"] {
            assert_eq!(name(text), format!("'{text}"));
        }
        assert_eq!(name("a=1"), "a=1");
        assert_eq!(rows(&[r#"{"id": -1.5}"#]), "id,domain,name\r\n-1.5,,\r\n");
    }

    #[test]
    fn escapes_control_characters() {
        assert_eq!(name("\u{1b}[2J\u{9b}\u{202e}\u{200b}"), r"\u001b[2J\u009b\u202e\u200b");
        assert_eq!(name("\ra"), r"'\u000da");
        assert_eq!(name("a\nb\tc"), "\"a\nb\tc\"");
    }
}
