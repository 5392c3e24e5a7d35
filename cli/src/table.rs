//! A credit batch, and many of them, as a person reads them.

use std::io::{self, Write};

use isometric_registry::types::CreditBatch;
use serde_json::Value;

use crate::output::printable;

/// What comes first, whatever the order of the spec.
const FIRST: [&str; 3] = ["id", "status", "size"];

/// Every property of a batch, one a line, by the names that the API gives them. What has
/// no value has a dash.
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

/// The properties of an object under the name of the object: `owner.name`.
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

/// The first line of a table of many batches.
pub(crate) fn heading(to: &mut dyn Write) -> io::Result<()> {
    row(["ID", "STATUS", "CREDITS", "OWNER", "SERIAL NUMBER"], to)
}

/// A batch as a line of that table.
pub(crate) fn line(batch: &CreditBatch, to: &mut dyn Write) -> io::Result<()> {
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

/// What is wider than its column takes the room it needs: the lines are printed as they
/// come, and what is yet to come is not known.
fn row(cells: [&str; 5], to: &mut dyn Write) -> io::Result<()> {
    let [id, status, credits, owner, serial_number] = cells.map(printable);
    writeln!(to, "{id:<22}  {status:<8}  {credits:>14}  {owner:<24}  {serial_number}")
}
