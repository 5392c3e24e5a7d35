//! Credit batches as text.

use std::io::{self, Write};

use isometric_registry::types::CreditBatch;
use serde_json::Value;

use crate::terminal::printable;

/// The properties that are printed first.
const FIRST: [&str; 3] = ["id", "status", "size"];

/// Writes every property on a line of its own, with a dash for null.
pub(crate) fn properties(batch: &CreditBatch, to: &mut dyn Write) -> io::Result<()> {
    let Value::Object(mut batch) = serde_json::to_value(batch)? else { return Ok(()) };
    let mut rows = Vec::new();
    let first = FIRST.iter().filter_map(|&name| Some((name.to_owned(), batch.remove(name)?)));
    let first: Vec<_> = first.collect();
    for (name, value) in first.into_iter().chain(batch) {
        flatten(name, value, &mut rows);
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    rows.iter().try_for_each(|(name, value)| writeln!(to, "{name:width$}  {}", printable(value)))
}

/// Adds a row for each nested property, with a dotted name such as `owner.name`.
fn flatten(name: String, value: Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (inner, value) in object {
                flatten(format!("{name}.{inner}"), value, rows);
            }
        }
        Value::Null => rows.push((name, "-".to_owned())),
        Value::String(text) => rows.push((name, text)),
        other => rows.push((name, other.to_string())),
    }
}

/// Writes the header of a table of batches.
pub(crate) fn header(to: &mut dyn Write) -> io::Result<()> {
    row(["ID", "STATUS", "CREDITS", "OWNER", "SERIAL NUMBER"], to)
}

/// Writes a batch as a row of a table.
pub(crate) fn batch_row(batch: &CreditBatch, to: &mut dyn Write) -> io::Result<()> {
    let credits = batch.size.credits.to_string();
    let cells = [
        batch.id.as_str(),
        batch.status.as_str(),
        &credits,
        &batch.owner.name,
        &batch.serial_number,
    ];
    row(cells, to)
}

/// Writes a row with fixed column widths: rows are printed before later batches are known.
fn row(cells: [&str; 5], to: &mut dyn Write) -> io::Result<()> {
    let [id, status, credits, owner, serial_number] = cells.map(printable);
    writeln!(to, "{id:<22}  {status:<8}  {credits:>14}  {owner:<24}  {serial_number}")
}
