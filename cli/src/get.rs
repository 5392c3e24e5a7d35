//! The `get` command.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use isometric_registry::Error;
use isometric_registry::types::{CreditBatch, CreditBatchId};

use crate::args::{GetArgs, GetFormat};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::json::write_json;
use crate::registry::{self, ConnectedRegistry};
use crate::terminal::note;
use crate::{ids, runtime, table};

pub(crate) fn run(arguments: &GetArgs, verbose: bool) -> Result<CommandOutcome, CommandFailure> {
    let ids = match &arguments.file {
        Some(path) => ids::read(path)?,
        None => arguments.ids.iter().map(|id| ids::parse(id)).collect::<Result<_, _>>()?,
    };
    let is_single = arguments.file.is_none() && ids.len() == 1;
    let default = if is_single { GetFormat::Table } else { GetFormat::Json };
    let style = OutputStyle { format: arguments.format.unwrap_or(default), is_single, verbose };
    let connected = registry::connect(&arguments.connection)?;
    runtime::start()?.block_on(fetch(&connected, ids, style))
}

#[derive(Clone, Copy)]
struct OutputStyle {
    format: GetFormat,
    /// A single batch is printed with all properties, and its failure is that of the command.
    is_single: bool,
    verbose: bool,
}

async fn fetch(
    connected: &ConnectedRegistry,
    ids: Vec<CreditBatchId>,
    style: OutputStyle,
) -> Result<CommandOutcome, CommandFailure> {
    let total = ids.len();
    let (progress, is_terminal) = (progress_bar(total), io::stdout().is_terminal());
    let mut output = Output::stdout();
    if style.format == GetFormat::Table && !style.is_single {
        output.write(table::header)?;
    }
    let mut batches = connected.registry.credit_batches_by_id(ids);
    let mut failed = 0_usize;
    let mut first_failure = None;
    while let Some((id, result)) = batches.next().await {
        if let Err(error) = &result {
            if !style.is_single {
                progress.suspend(|| report(&id, error, style.verbose));
            }
            failed += 1;
            first_failure.get_or_insert_with(|| connected.failure(error));
        }
        let written = match result.as_ref().map_or_else(invalid_batch, Some) {
            // The progress bar and the output share the terminal.
            Some(batch) if is_terminal => progress.suspend(|| print(batch, style, &mut output)),
            Some(batch) => print(batch, style, &mut output),
            None => Ok(()),
        };
        if written.is_err() {
            return CommandOutcome::found(failed > 0).after_output(written);
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    output.flush()?;
    match first_failure {
        None => Ok(CommandOutcome::Success),
        Some(failure) if style.is_single => Err(failure),
        Some(failure) => {
            Err(failure.summarize(format!("{failed} of {total} credit batches failed")))
        }
    }
}

/// Reports the failure of one of several batches.
fn report(id: &CreditBatchId, error: &Error, verbose: bool) {
    note(&format!("error: {id}: {error}"));
    for cause in registry::causes(error).iter().filter(|_| verbose) {
        note(&format!("cause: {cause}"));
    }
}

/// Returns the decoded batch of a response that violates the spec.
fn invalid_batch(error: &Error) -> Option<&CreditBatch> {
    match error {
        Error::Invalid(rejected) => rejected.value(),
        _ => None,
    }
}

/// Prints a batch and flushes, because the next batch may take long to arrive.
fn print(
    batch: &CreditBatch,
    style: OutputStyle,
    output: &mut Output,
) -> Result<(), CommandFailure> {
    output.write(|to| match style.format {
        GetFormat::Table if style.is_single => table::properties(batch, to),
        GetFormat::Table => table::batch_row(batch, to),
        GetFormat::Json => write_json(batch, to),
    })?;
    output.flush()
}

/// Returns a progress bar, which is hidden for a single batch and if stderr is not a terminal.
fn progress_bar(total: usize) -> ProgressBar {
    if total < 2 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} credit batches, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total as u64).with_style(style)
}
