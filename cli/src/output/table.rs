//! Tables for people: the columns that matter most, within the width of the terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use isometric_registry::validate::{Format, Schema};
use unicode_width::UnicodeWidthStr;

use super::columns::{Column, Columns, dotted};
use super::json::one_line;
use super::members::{Cell, RawObject};
use crate::terminal::printable;

/// The width of a table that is not on a terminal.
const DEFAULT_WIDTH: usize = 120;

/// The maximum width of a column of free text.
const MAX_TEXT_WIDTH: usize = 32;

/// The maximum number of rows that are held back to measure the columns.
const MEASURED_ROWS: usize = 100;

const GAP: &str = "  ";

/// A table whose columns are measured with its first rows.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Columns,
    /// The candidates, the most important first.
    candidates: Vec<TableColumn>,
    width: Option<usize>,
    /// The rows that were not printed.
    pending: Vec<Vec<String>>,
    /// Set if the columns were chosen and the header was printed.
    has_header: bool,
}

/// A column of a table.
#[derive(Debug)]
struct TableColumn {
    /// The index in [`Columns::list`].
    index: usize,
    heading: String,
    kind: ColumnKind,
    width: usize,
    is_shown: bool,
}

/// The kinds of columns in the order of their importance to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ColumnKind {
    Id,
    Name,
    Status,
    Credits,
    Time,
    /// The name of a related resource.
    RelatedName,
    /// A time that may be null.
    LaterTime,
    /// The name of a related resource that may be null.
    LaterName,
    /// The identifier of a related resource.
    RelatedId,
}

impl ColumnKind {
    /// Returns the kind of a column, or `None` for a column that tables omit.
    fn of(column: &Column) -> Option<Self> {
        let (parent, name) = column.name.rsplit_once('.').unwrap_or(("", &column.name));
        match (parent, name, column.schema) {
            ("", "id", _) => Some(Self::Id),
            (_, "credits", Schema::Decimal(_)) => Some(Self::Credits),
            ("", name, Schema::String(_)) if name == "name" || name == "display_name" => {
                Some(Self::Name)
            }
            ("", _, Schema::String(rules)) => match rules.format {
                Some(Format::Date | Format::DateTime) if column.is_nullable => {
                    Some(Self::LaterTime)
                }
                Some(Format::Date | Format::DateTime) => Some(Self::Time),
                _ if !rules.values.is_empty() => Some(Self::Status),
                _ if !rules.prefix.is_empty() => Some(Self::RelatedId),
                _ => None,
            },
            (_, "name", Schema::String(_)) if column.is_nullable => Some(Self::LaterName),
            (_, "name", Schema::String(_)) => Some(Self::RelatedName),
            _ => None,
        }
    }
}

impl Table {
    /// Creates a table. `width` is the width of the terminal, if the output is one.
    pub(crate) fn new(columns: Columns, width: Option<usize>) -> Self {
        let candidates = candidates(&columns);
        Self { columns, candidates, width, pending: Vec::new(), has_header: false }
    }

    /// Adds a row. It may be held back until [`flush`](Self::flush).
    pub(crate) fn record(&mut self, record: &str, to: &mut dyn Write) -> io::Result<()> {
        let cells = self.columns.cells(record);
        let row = self.candidates.iter().map(|column| column.text(&cells[column.index]));
        self.pending.push(row.collect());
        if self.has_header || self.pending.len() == MEASURED_ROWS {
            return self.flush(to);
        }
        Ok(())
    }

    /// Prints the header, unless it was printed, and the rows that were held back.
    pub(crate) fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        let rows = std::mem::take(&mut self.pending);
        if !std::mem::replace(&mut self.has_header, true) {
            self.choose_columns(&rows);
            let headings: Vec<_> =
                self.candidates.iter().map(|column| column.heading.clone()).collect();
            self.print(&headings, to)?;
        }
        rows.iter().try_for_each(|row| self.print(row, to))
    }

    /// Measures the columns and shows those that fit.
    fn choose_columns(&mut self, rows: &[Vec<String>]) {
        let mut rest = self.width.unwrap_or(DEFAULT_WIDTH);
        for (index, column) in self.candidates.iter_mut().enumerate() {
            let cells = rows.iter().map(|row| row[index].width());
            let content = cells.max().unwrap_or_default();
            let maximum = if column.is_text() { MAX_TEXT_WIDTH } else { usize::MAX };
            column.width = content.min(maximum).max(column.heading.width());
            let needed = column.width + if index == 0 { 0 } else { GAP.len() };
            column.is_shown = index == 0 || needed <= rest;
            if column.is_shown {
                rest = rest.saturating_sub(needed);
            }
        }
    }

    fn print(&self, row: &[String], to: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for (column, cell) in self.candidates.iter().zip(row).filter(|(column, _)| column.is_shown)
        {
            let is_cut = self.width.is_some() || column.is_text();
            let cell = if is_cut { truncated(cell, column.width) } else { cell.into() };
            line += &padded(&cell, column.width, column.alignment());
        }
        writeln!(to, "{}", line.trim_end())
    }
}

impl TableColumn {
    fn text(&self, cell: &Cell<'_>) -> String {
        match (cell, self.kind) {
            (Cell::Empty, _) => "-".to_owned(),
            (Cell::Json(json), _) => one_line(json),
            // The day suffices for a person, and the other formats have the time.
            (Cell::Text(text), ColumnKind::Time | ColumnKind::LaterTime) => {
                let day = text.split_once('T').map_or(&**text, |(day, _)| day);
                printable(day).into_owned()
            }
            (Cell::Text(text), _) => printable(text).into_owned(),
        }
    }

    fn alignment(&self) -> Alignment {
        if self.kind == ColumnKind::Credits { Alignment::Right } else { Alignment::Left }
    }

    fn is_text(&self) -> bool {
        matches!(self.kind, ColumnKind::Name | ColumnKind::RelatedName | ColumnKind::LaterName)
    }
}

/// Returns the columns that tables show if they fit, the most important first.
fn candidates(columns: &Columns) -> Vec<TableColumn> {
    let kinds = columns.list.iter().enumerate();
    let kinds = kinds.filter_map(|(index, column)| Some((ColumnKind::of(column)?, index, column)));
    let mut kinds: Vec<_> = kinds.collect();
    kinds.sort_by_key(|(kind, index, _)| (*kind, *index));
    let credits = kinds.iter().filter(|(kind, ..)| *kind == ColumnKind::Credits);
    let shared = shared_end(credits.map(|(.., column)| column.name.as_str()));
    let column = |(kind, index, column): (ColumnKind, usize, &Column)| TableColumn {
        index,
        heading: heading(&column.name, kind, &shared),
        kind,
        width: 0,
        is_shown: false,
    };
    kinds.into_iter().map(column).collect()
}

/// Returns the heading of a column, such as `ISSUED AT` for `issued_at`, and `OWNER` for
/// `owner.name`.
fn heading(name: &str, kind: ColumnKind, shared: &str) -> String {
    let name = match kind {
        ColumnKind::Credits => name.strip_suffix(shared).unwrap_or(name),
        ColumnKind::RelatedName | ColumnKind::LaterName => {
            name.strip_suffix(".name").unwrap_or(name)
        }
        _ => name,
    };
    let name = if name.is_empty() { "credits" } else { name };
    name.replace(['_', '.'], " ").trim().to_uppercase()
}

/// Returns the headings of quantities with these dotted names, as in tables of records.
pub(crate) fn credits_headings(names: &[&str]) -> Vec<String> {
    let names: Vec<_> = names.iter().map(|name| dotted(name, "credits")).collect();
    let shared = shared_end(names.iter().map(String::as_str));
    names.iter().map(|name| heading(name, ColumnKind::Credits, &shared)).collect()
}

/// The alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alignment {
    Left,
    Right,
}

/// Writes rows of equal length with columns as wide as their longest cell.
pub(crate) fn write_grid(
    rows: &[Vec<String>],
    alignment: impl Fn(usize) -> Alignment,
    to: &mut dyn Write,
) -> io::Result<()> {
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    rows.iter().try_for_each(|row| {
        let cells = row.iter().zip(&widths).enumerate();
        let line: String =
            cells.map(|(column, (cell, width))| padded(cell, *width, alignment(column))).collect();
        writeln!(to, "{}", line.trim_end())
    })
}

/// Returns a cell with its padding and the gap after it.
fn padded(cell: &str, width: usize, alignment: Alignment) -> String {
    let padding = " ".repeat(width.saturating_sub(cell.width()));
    match alignment {
        Alignment::Left => format!("{cell}{padding}{GAP}"),
        Alignment::Right => format!("{padding}{cell}{GAP}"),
    }
}

/// Returns the words at the end of all names, such as `_total.credits`.
fn shared_end<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let words = |name: &'n str| name.split_inclusive(['_', '.']).rev().collect::<Vec<_>>();
    let shared = names.map(words).reduce(|mut shared, words| {
        let equal = shared.iter().zip(&words).take_while(|(one, other)| one == other).count();
        shared.truncate(equal);
        shared
    });
    shared.unwrap_or_default().into_iter().rev().collect()
}

/// Cuts text to a width, with an ellipsis.
fn truncated(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return text.into();
    }
    let mut cut = String::new();
    for character in text.chars() {
        let with_next = format!("{cut}{character}");
        if with_next.width() >= width {
            break;
        }
        cut = with_next;
    }
    format!("{cut}…").into()
}

/// Writes every property of a record on a line of its own, with a dash for null. Properties
/// that the spec does not know are included.
pub(crate) fn properties(record: &str, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = Vec::new();
    flatten("", record, &mut rows);
    let width = rows.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    rows.iter().try_for_each(|(name, value)| {
        let padding = " ".repeat(width - name.width());
        writeln!(to, "{name}{padding}{GAP}{value}")
    })
}

/// Adds a row for each nested property, with a dotted name such as `owner.name`.
fn flatten(name: &str, json: &str, rows: &mut Vec<(String, String)>) {
    if let Some(RawObject(members)) = RawObject::parse(json)
        && !members.is_empty()
    {
        for (member, value) in members {
            flatten(&dotted(name, &printable(&member)), value, rows);
        }
        return;
    }
    let value = match Cell::new(json) {
        Cell::Empty => "-".to_owned(),
        Cell::Text(text) => printable(&text).into_owned(),
        Cell::Json(json) => one_line(json),
    };
    rows.push((name.to_owned(), value));
}

#[cfg(test)]
mod tests {
    use isometric_registry::types::{CreditBatch, Issuance, Organisation, Project};
    use isometric_registry::validate::HasSchema;
    use serde_json::json;

    use super::super::columns::Columns;
    use super::{Table, properties, truncated};

    fn table<T: HasSchema>(records: &[serde_json::Value], width: Option<usize>) -> String {
        let mut text = Vec::new();
        let mut table = Table::new(Columns::of(&[T::SCHEMA]), width);
        records.iter().for_each(|record| table.record(&record.to_string(), &mut text).unwrap());
        table.flush(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn headings_are_those_that_a_person_wants() {
        assert_eq!(
            table::<CreditBatch>(&[], None),
            "ID  STATUS  CREDITS  ISSUED AT  SEQUESTERED ON  OWNER  DELIVERED AT  RETIRED AT  \
             BENEFICIARY  DELIVERY ID  ISSUANCE ID\n"
        );
        assert_eq!(
            table::<Issuance>(&[], None),
            "ID  BUFFER POOL  CREDITS  SUPPLIER  ISSUED AT  REPORTING PERIOD END AT  REPORTING \
             PERIOD START AT  SUPPLIER ORGANISATION\n"
        );
        assert_eq!(table::<Organisation>(&[], None), "ID  NAME\n");
        assert_eq!(table::<Project>(&[], Some(40)), "ID  NAME  PATHWAY  STATUS  ISSUED\n");
    }

    #[test]
    fn measures_the_first_rows() {
        let row = |id: &str, credits| json!({"id": id, "size": {"credits": credits}});
        let rows = [row("ctb_1", 1.5), row("ctb_22", 1000.25)];
        assert_eq!(
            table::<CreditBatch>(&rows, Some(25)),
            "ID      STATUS  CREDITS\n\
             ctb_1   -           1.5\n\
             ctb_22  -       1000.25\n"
        );
    }

    #[test]
    fn escapes_and_truncates_names() {
        let names = ["\u{1b}[2J\u{200b}", &"名".repeat(40)];
        let rows = names.map(|name| json!({"id": "org_1", "name": name}));
        assert_eq!(
            table::<Organisation>(&rows, None),
            format!("ID     NAME\norg_1  \\u{{1b}}[2J\\u{{200b}}\norg_1  {}…\n", "名".repeat(15))
        );
        assert_eq!(truncated("abcd", 4), "abcd");
        assert_eq!(truncated("abcde", 4), "abc…");
    }

    #[test]
    fn lists_all_properties_of_one_record() {
        let mut text = Vec::new();
        let record = r#"{"id": "org_1", "new": {"a": 1.50, "b": [ ]}, "name": null, "c": {}}"#;
        properties(record, &mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "id     org_1\nnew.a  1.50\nnew.b  []\nname   -\nc      {}\n"
        );
    }
}
