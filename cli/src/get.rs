//! The `get` command.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use isometric_registry::Error;
use isometric_registry::json::JsonText;
use isometric_registry::validate::Schema;

use crate::args::GetArgs;
use crate::ids::Identifier;
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::records::{RecordFormat, RecordWriter, terminal_width};
use crate::output::table::properties;
use crate::registry::{self, ConnectedRegistry};
use crate::terminal::note;
use crate::{ids, runtime};

pub(crate) fn run(arguments: &GetArgs, verbose: bool) -> Result<CommandOutcome, CommandFailure> {
    let ids = match &arguments.file {
        Some(path) => ids::read(path)?,
        None => arguments.ids.iter().map(|id| ids::parse(id)).collect::<Result<_, _>>()?,
    };
    let is_single = arguments.file.is_none() && ids.len() == 1;
    let default = if is_single { RecordFormat::Table } else { RecordFormat::Json };
    let format = arguments.format.unwrap_or(default);
    let connected = registry::connect(&arguments.connection)?;
    let mut printer = Printer {
        records: RecordWriter::new(format, &schemas(&ids), terminal_width()),
        has_properties: is_single && format == RecordFormat::Table,
        output: Output::stdout(),
        is_terminal: io::stdout().is_terminal(),
        progress: progress_bar(ids.len()),
    };
    let fetched = printer.fetch(&connected, ids, FailureReport { is_single, verbose });
    runtime::start()?.block_on(fetched)
}

/// Returns the schemas of the resources, each once.
fn schemas(ids: &[Identifier]) -> Vec<&'static Schema> {
    let mut schemas: Vec<&'static Schema> = Vec::new();
    for schema in ids.iter().filter_map(|id| id.fetch.operation.response) {
        if !schemas.iter().any(|known| std::ptr::eq(*known, schema)) {
            schemas.push(schema);
        }
    }
    schemas
}

#[derive(Clone, Copy)]
struct FailureReport {
    /// The failure of a single resource is that of the command.
    is_single: bool,
    verbose: bool,
}

struct Printer {
    records: RecordWriter,
    /// Set if every property is printed on a line of its own.
    has_properties: bool,
    output: Output,
    is_terminal: bool,
    progress: ProgressBar,
}

impl Printer {
    async fn fetch(
        &mut self,
        connected: &ConnectedRegistry,
        ids: Vec<Identifier>,
        report: FailureReport,
    ) -> Result<CommandOutcome, CommandFailure> {
        let total = ids.len();
        let registry = connected.registry.clone();
        let calls = ids.into_iter().filter_map(move |id| {
            // The table of the operation has the parameter.
            let call = registry.json_call(id.fetch.operation);
            let call = call.argument(id.fetch.parameter.name, &id.text).ok()?;
            Some((id, call))
        });
        let mut results = connected.registry.json_calls(calls);
        let mut failed = 0_usize;
        let mut first_failure = None;
        while let Some((id, result)) = results.next().await {
            if let Some((message, causes, failure)) = problem(&id, &result, connected) {
                if !report.is_single {
                    let causes = causes.iter().filter(|_| report.verbose);
                    self.progress.suspend(|| {
                        note(&format!("error: {message}"));
                        causes.for_each(|cause| note(&format!("cause: {cause}")));
                    });
                }
                failed += 1;
                first_failure.get_or_insert(failure);
            }
            let written = record(&result).map_or(Ok(()), |json| self.print(json));
            if written.is_err() {
                return CommandOutcome::found(failed > 0).after_output(written);
            }
            self.progress.inc(1);
        }
        self.progress.finish_and_clear();
        let written = self.finish();
        match first_failure {
            None => CommandOutcome::Success.after_output(written),
            Some(failure) if report.is_single => Err(failure),
            Some(failure) => Err(failure.summarize(format!("{failed} of {total} records failed"))),
        }
    }

    /// Prints a record and flushes, because the next record may take long to arrive.
    fn print(&mut self, json: &JsonText) -> Result<(), CommandFailure> {
        let progress = self.progress.clone();
        let mut print = || {
            let (records, has_properties) = (&mut self.records, self.has_properties);
            self.output.write(|to| {
                if has_properties {
                    properties(json.get(), to)
                } else {
                    records.record(json.get(), to)
                }
            })?;
            self.output.flush()
        };
        // The progress bar and the output may share the terminal.
        if self.is_terminal { progress.suspend(print) } else { print() }
    }

    fn finish(&mut self) -> Result<(), CommandFailure> {
        let records = &mut self.records;
        if !self.has_properties {
            self.output.write(|to| records.flush(to))?;
        }
        self.output.flush()
    }
}

/// Returns the message, the causes and the failure of a resource that was not fetched, or that
/// violates the spec.
fn problem(
    id: &Identifier,
    result: &Result<JsonText, Error>,
    connected: &ConnectedRegistry,
) -> Option<(String, Vec<String>, CommandFailure)> {
    let text = &id.text;
    match result {
        Ok(json) if json.get() == "null" => {
            let message = format!("{text}: the registry has no such {}", id.fetch.kind());
            let failure = CommandFailure::failed(message.clone(), connected.not_found_hint());
            Some((message, Vec::new(), failure))
        }
        Ok(_) => None,
        Err(error) => {
            let failure = connected.failure(error);
            Some((format!("{text}: {error}"), registry::causes(error), failure))
        }
    }
}

/// Returns the record of a result. Records that violate the spec are printed, too.
fn record(result: &Result<JsonText, Error>) -> Option<&JsonText> {
    match result {
        Ok(json) if json.get() == "null" => None,
        Ok(json) => Some(json),
        Err(Error::Invalid(rejected)) => rejected.value(),
        Err(_) => None,
    }
}

/// Returns a progress bar, which is hidden for a single record and if stderr is not a terminal.
fn progress_bar(total: usize) -> ProgressBar {
    if total < 2 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} records, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total as u64).with_style(style)
}
