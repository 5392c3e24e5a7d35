//! Totals as a table, CSV or NDJSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::totals::{ExactQuantity, GroupTotal, Totals};
use crate::output::csv;
use crate::output::json::write_json;
use crate::output::members::Cell;
use crate::output::records::RecordFormat;
use crate::output::table::{Alignment, credits_headings, write_grid};
use crate::terminal::printable;

/// The name of the row of all records.
const ALL: &str = "total";

/// The columns before those of the quantities.
const COLUMNS: [&str; 4] = ["by", "key", "name", "records"];

/// A row of the report.
#[derive(Serialize)]
struct TotalRow<'t> {
    /// The property that the records are grouped by, or `total`.
    by: &'t str,
    /// The value of the property. Null stands for records without one.
    key: Option<&'t str>,
    name: Option<&'t str>,
    records: u64,
    /// The sums by the dotted name of the quantity.
    #[serde(flatten)]
    sums: BTreeMap<&'t str, SumJson>,
    #[serde(skip)]
    total: &'t GroupTotal,
}

/// A sum in JSON, as the API writes quantities. The numbers are raw, because parsers of JSON
/// round numbers of more than 15 digits.
#[derive(Serialize)]
struct SumJson {
    credit_kgs: Box<RawValue>,
    credits: Box<RawValue>,
}

pub(super) fn write(totals: &Totals, format: RecordFormat, to: &mut dyn Write) -> io::Result<()> {
    let rows = rows(totals)?;
    match format {
        RecordFormat::Table => write_table(totals, &rows, to),
        RecordFormat::Csv => write_csv(totals, &rows, to),
        RecordFormat::Json => rows.iter().try_for_each(|row| write_json(row, to)),
    }
}

fn rows(totals: &Totals) -> io::Result<Vec<TotalRow<'_>>> {
    let groups = totals.groupings.iter().flat_map(|grouped| {
        let key = |key| Some(key).filter(|key: &&str| !key.is_empty());
        grouped.groups.iter().map(move |(text, total)| (grouped.name(), key(text), total))
    });
    let all = [(ALL, None, &totals.total)].into_iter().chain(groups);
    all.map(|(by, key, total)| {
        let names = totals.quantities.iter().map(|quantity| quantity.name.as_str());
        let sums = names.zip(&total.sums).map(|(name, sum)| Ok((name, SumJson::new(sum)?)));
        Ok(TotalRow {
            by,
            key,
            name: total.label.as_deref(),
            records: total.records,
            sums: sums.collect::<io::Result<_>>()?,
            total,
        })
    })
    .collect()
}

impl SumJson {
    fn new(sum: &ExactQuantity) -> io::Result<Self> {
        Ok(Self {
            credit_kgs: to_raw_value(&sum.kilograms)?,
            credits: RawValue::from_string(sum.credits.normalize().to_string())?,
        })
    }
}

fn write_table(totals: &Totals, rows: &[TotalRow<'_>], to: &mut dyn Write) -> io::Result<()> {
    let names: Vec<_> = totals.quantities.iter().map(|quantity| quantity.name.as_str()).collect();
    let headings = COLUMNS.map(str::to_uppercase).into_iter().chain(credits_headings(&names));
    let mut grid = vec![headings.collect::<Vec<_>>()];
    grid.extend(rows.iter().map(|row| {
        let text = |text: Option<&str>| printable(text.unwrap_or("-")).into_owned();
        let credits = row.total.sums.iter().map(|sum| sum.credits.normalize().to_string());
        [text(Some(row.by)), text(row.key), text(row.name), row.records.to_string()]
            .into_iter()
            .chain(credits)
            .collect()
    }));
    let alignment = |column| if column < 3 { Alignment::Left } else { Alignment::Right };
    write_grid(&grid, alignment, to)
}

fn write_csv(totals: &Totals, rows: &[TotalRow<'_>], to: &mut dyn Write) -> io::Result<()> {
    let names = totals.quantities.iter().map(|quantity| &quantity.name);
    let quantities =
        names.flat_map(|name| [format!("{name}.credit_kgs"), format!("{name}.credits")]);
    csv::write_row(COLUMNS.map(str::to_owned).into_iter().chain(quantities), to)?;
    rows.iter().try_for_each(|row| {
        let text = |text: Option<&str>| {
            csv::field(&text.map_or(Cell::Empty, |text| Cell::Text(text.into())))
        };
        let sums = row.total.sums.iter();
        let sums =
            sums.flat_map(|sum| [sum.kilograms.to_string(), sum.credits.normalize().to_string()]);
        let fields = [text(Some(row.by)), text(row.key), text(row.name), row.records.to_string()];
        csv::write_row(fields.into_iter().chain(sums), to)
    })
}
