//! `get`: credit batches, one or many.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use isometric_registry::Error;
use isometric_registry::types::{CreditBatch, CreditBatchId};

use crate::args::{self, GetFormat};
use crate::failure::Failure;
use crate::output::{Output, note};
use crate::registry::{self, Connected};
use crate::{Outcome, ids, runtime, table};

pub(crate) fn run(arguments: &args::Get, is_verbose: bool) -> Result<Outcome, Failure> {
    let ids = match &arguments.file {
        Some(path) => ids::read(path)?,
        None => arguments.ids.iter().map(|id| ids::parse(id)).collect::<Result<_, _>>()?,
    };
    let is_one = arguments.file.is_none() && ids.len() == 1;
    let default = if is_one { GetFormat::Table } else { GetFormat::Json };
    let style = Style { format: arguments.format.unwrap_or(default), is_one, is_verbose };
    let connected = registry::connect(&arguments.connection)?;
    runtime()?.block_on(fetch(&connected, ids, style))
}

/// How batches are printed.
#[derive(Clone, Copy)]
struct Style {
    format: GetFormat,
    /// Whether there is but one, with room for all that it says.
    is_one: bool,
    /// Whether each failure comes with all that led to it.
    is_verbose: bool,
}

/// Those that failed: how many, and why the first of them did.
#[derive(Default)]
struct Failures {
    count: usize,
    first: Option<Failure>,
}

async fn fetch(
    connected: &Connected,
    ids: Vec<CreditBatchId>,
    style: Style,
) -> Result<Outcome, Failure> {
    let all = ids.len();
    let (progress, is_terminal) = (progress(all), io::stdout().is_terminal());
    let mut output = Output::stdout();
    if style.format == GetFormat::Table && !style.is_one {
        output.write(table::heading)?;
    }
    let mut batches = connected.registry.credit_batches(ids);
    let mut failures = Failures::default();
    while let Some((id, result)) = batches.next().await {
        if let Err(error) = &result {
            if !style.is_one {
                progress.suspend(|| tell(&id, error, style));
            }
            failures.count += 1;
            failures.first.get_or_insert_with(|| connected.failure(error));
        }
        let printed = match result.as_ref().map_or_else(value, Some) {
            // Where both are on the same terminal, the bar makes way.
            Some(batch) if is_terminal => progress.suspend(|| print(batch, style, &mut output)),
            Some(batch) => print(batch, style, &mut output),
            None => Ok(()),
        };
        if printed.is_err() {
            return Outcome::found(failures.count > 0).after(printed);
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    output.flush()?;
    match failures {
        Failures { first: None, .. } => Ok(Outcome::Fine),
        Failures { first: Some(failure), .. } if style.is_one => Err(failure),
        Failures { first: Some(failure), count } => {
            Err(failure.of_many(format!("{count} of {all} credit batches failed")))
        }
    }
}

/// Tells of one failure among many.
fn tell(id: &CreditBatchId, error: &Error, style: Style) {
    note(&format!("error: {id}: {error}"));
    for cause in registry::causes(error).iter().filter(|_| style.is_verbose) {
        note(&format!("cause: {cause}"));
    }
}

/// The batch, where the error is that it breaks the spec: what can be read is not withheld.
fn value(error: &Error) -> Option<&CreditBatch> {
    match error {
        Error::Invalid(rejected) => rejected.value(),
        _ => None,
    }
}

/// Prints a batch at once: the next may take its time.
fn print(batch: &CreditBatch, style: Style, output: &mut Output) -> Result<(), Failure> {
    output.write(|to| match style.format {
        GetFormat::Table if style.is_one => table::properties(batch, to),
        GetFormat::Table => table::line(batch, to),
        GetFormat::Json => {
            serde_json::to_writer(&mut *to, batch)?;
            writeln!(to)
        }
    })?;
    output.flush()
}

/// A bar on stderr, where a person may look at it and it is worth a look.
fn progress(all: usize) -> ProgressBar {
    if all < 2 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} credit batches, {eta} to go");
    ProgressBar::new(all as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
