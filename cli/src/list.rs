//! The `list` command: the items of a list, page by page.

use std::collections::HashSet;
use std::io::{self, IsTerminal};

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, FromArgMatches, value_parser};
use indicatif::{ProgressBar, ProgressStyle};
use isometric_registry::json::{Json, JsonText, OperationSpec, ParameterSpec};
use isometric_registry::{Call, Error, List};
use serde_json::Value;

use crate::args::ConnectionArgs;
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::records::{RecordFormat, RecordWriter, terminal_width};
use crate::registry::{self, ConnectedRegistry};
use crate::terminal::note;
use crate::{operations, parameters, resume, runtime};

/// The arguments of `list`: a subcommand for each list, with the parameters of its operation.
#[derive(Debug)]
pub(crate) struct ListArgs {
    operation: &'static OperationSpec,
    arguments: Vec<(&'static str, Value)>,
    limit: Option<u64>,
    format: Option<RecordFormat>,
    pub(crate) connection: ConnectionArgs,
}

const ABOUT: &str = "List resources, page by page";

const LONG_ABOUT: &str = "List resources, page by page

Each list has its own filters: see `isometric-registry list COLLECTION --help`. Items are printed \
as their pages arrive. If a page fails, what was printed stays, the exit status is 1, and the \
command that goes on from there is printed. A page that violates the spec is reported as a failure \
and still printed.";

const EXAMPLE: &str = "Example:
  isometric-registry --offline list issuances --limit 3 --format csv";

impl Args for ListArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        ConnectionArgs::augment_args(command)
            .about(ABOUT)
            .long_about(LONG_ABOUT)
            .after_help(EXAMPLE)
            .subcommand_required(true)
            .subcommand_value_name("COLLECTION")
            .subcommand_help_heading("Collections")
            .disable_help_subcommand(true)
            .subcommands(operations::lists().map(collection))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

fn collection(operation: &'static OperationSpec) -> clap::Command {
    let paging = paging(operation);
    let parameters = operation.parameters.iter().enumerate();
    let parameters = parameters.filter(|(index, _)| !paging.contains(index));
    let parameters = parameters.map(|(_, parameter)| {
        if parameter.required {
            parameters::positional(parameter)
        } else {
            parameters::option(parameter)
        }
    });
    let limit = Arg::new("limit")
        .long("limit")
        .value_name("NUMBER")
        .value_parser(value_parser!(u64).range(1..))
        .help("Maximum number of items [default: all]");
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(value_parser!(RecordFormat))
        .help("Output format [default: table on a terminal, json elsewhere]");
    let command = clap::Command::new(operations::command_name(operation));
    let command = command.args(parameters).arg(limit).args(after(operation)).arg(format);
    ConnectionArgs::augment_args(command)
        .about(operation.summary)
        .long_about(format!("{}\n\n{}", operation.summary, operation.description))
}

/// Returns the indices of the parameters that choose a page.
fn paging(operation: &OperationSpec) -> Vec<usize> {
    let Some(pages) = operation.pagination else { return Vec::new() };
    [pages.first, Some(pages.after), pages.last, pages.before].into_iter().flatten().collect()
}

/// Returns the option for the cursor.
fn after(operation: &'static OperationSpec) -> Option<Arg> {
    let parameter = &operation.parameters[operation.pagination?.after];
    let help = "Start after the items before a cursor, which a failed `list` names";
    Some(parameters::option(parameter).long("after").value_name("CURSOR").help(help))
}

impl FromArgMatches for ListArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(ErrorKind::MissingSubcommand);
        let (name, inner) = matches.subcommand().ok_or_else(missing)?;
        let operation = operations::by_name(name).ok_or_else(missing)?;
        let argument = |parameter: &'static ParameterSpec| {
            Some((parameter.name, parameters::value(parameter, inner)?))
        };
        let connection = ConnectionArgs::from_arg_matches(inner)?;
        Ok(Self {
            operation,
            arguments: operation.parameters.iter().filter_map(argument).collect(),
            limit: inner.get_one("limit").copied(),
            format: inner.get_one("format").copied(),
            connection: connection.or(ConnectionArgs::from_arg_matches(matches)?),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(arguments: &ListArgs) -> Result<CommandOutcome, CommandFailure> {
    let connected = registry::connect(&arguments.connection)?;
    let call = call(arguments, &connected).map_err(|error| connected.failure(&error))?;
    let is_terminal = io::stdout().is_terminal();
    let default = if is_terminal { RecordFormat::Table } else { RecordFormat::Json };
    let (_, schema) = arguments.operation.items().unzip();
    let schemas: Vec<_> = schema.into_iter().collect();
    let records =
        RecordWriter::new(arguments.format.unwrap_or(default), &schemas, terminal_width());
    let mut listing = Listing {
        operation: arguments.operation,
        records,
        output: Output::stdout(),
        progress: progress_bar(),
        is_terminal,
        remaining: arguments.limit.unwrap_or(u64::MAX),
        printed: 0,
    };
    let read = runtime::start()?.block_on(listing.read(&call, &connected));
    listing.progress.finish_and_clear();
    match read {
        Err(CommandFailure::BrokenPipe) => Ok(CommandOutcome::Success),
        read => read,
    }
}

/// Returns the call of the first page.
fn call(arguments: &ListArgs, connected: &ConnectedRegistry) -> Result<Call<Json>, Error> {
    let mut call = connected.registry.json_call(arguments.operation);
    for (name, value) in &arguments.arguments {
        call = call.argument(name, value)?;
    }
    if let Some(pages) = arguments.operation.pagination
        && let (Some(first), Some(size), Some(limit)) =
            (pages.first, pages.max_size, arguments.limit)
        && limit < size.unsigned_abs()
    {
        call = call.argument(arguments.operation.parameters[first].name, &limit)?;
    }
    Ok(call)
}

/// A list that is being printed.
struct Listing {
    operation: &'static OperationSpec,
    records: RecordWriter,
    output: Output,
    progress: ProgressBar,
    is_terminal: bool,
    /// The number of items up to the limit.
    remaining: u64,
    printed: u64,
}

impl Listing {
    async fn read(
        &mut self,
        call: &Call<Json>,
        connected: &ConnectedRegistry,
    ) -> Result<CommandOutcome, CommandFailure> {
        let mut pages = call.clone().pages();
        let mut first_failure = None;
        let mut continued = HashSet::new();
        while self.remaining > 0
            && let Some(result) = pages.next().await
        {
            if let Some(total) = pages.total() {
                self.progress.set_length(total.unsigned_abs());
            }
            let error = match result {
                Ok(page) => {
                    self.print(page)?;
                    continue;
                }
                Err(error) => error,
            };
            let Some(page) = invalid_page(&error) else {
                return Err(self.failure(&error, connected));
            };
            self.print(page.clone())?;
            self.progress.suspend(|| note(&format!("error: {error}")));
            first_failure.get_or_insert_with(|| connected.failure(&error));
            match self.next_call(call, page) {
                Some((cursor, next)) if continued.insert(cursor.clone()) => pages = next.pages(),
                _ => break,
            }
        }
        self.flush()?;
        match first_failure {
            None => Ok(CommandOutcome::Success),
            Some(failure) => Err(failure.summarize("pages violate the spec".to_owned())),
        }
    }

    /// Prints a page and flushes, because the next page may take long to arrive.
    fn print(&mut self, page: JsonText) -> Result<(), CommandFailure> {
        let items = Json::items(page, self.operation);
        let printed = items.len().min(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        let progress = self.progress.clone();
        let mut print = || {
            let (records, output) = (&mut self.records, &mut self.output);
            for item in &items[..printed] {
                output.write(|to| records.record(item.get(), to))?;
            }
            output.write(|to| records.flush(to))?;
            output.flush()
        };
        // The progress bar and the output may share the terminal.
        if self.is_terminal { progress.suspend(print) } else { print() }?;
        self.remaining -= printed as u64;
        self.printed += printed as u64;
        progress.set_position(self.printed);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), CommandFailure> {
        let records = &mut self.records;
        self.output.write(|to| records.flush(to))?;
        self.output.flush()
    }

    /// Returns the call of the page after an invalid one.
    fn next_call(&self, call: &Call<Json>, page: &JsonText) -> Option<(String, Call<Json>)> {
        let pages = self.operation.pagination?;
        let has_more = page.at(pages.more)? == "true";
        let cursor: String = serde_json::from_str(page.at(pages.cursor)?).ok()?;
        let after = self.operation.parameters[pages.after].name;
        let call = call.clone().argument(after, &cursor).ok()?;
        has_more.then_some((cursor, call))
    }

    /// Converts the error of a page. What was printed stays.
    fn failure(&mut self, error: &Error, connected: &ConnectedRegistry) -> CommandFailure {
        self.progress.finish_and_clear();
        if let Err(failure) = self.flush() {
            return failure;
        }
        if let Some(cursor) = error.cursor() {
            let command = resume::command(cursor, self.remaining);
            let total = self.progress.length().map(|total| format!(" of {total}"));
            let (printed, total) = (self.printed, total.unwrap_or_default());
            note(&format!("items printed: {printed}{total}; go on with: {command}"));
        }
        connected.failure(error)
    }
}

/// Returns the decoded page of a response that violates the spec.
fn invalid_page(error: &Error) -> Option<&JsonText> {
    match error {
        Error::Invalid(rejected) => rejected.value(),
        _ => None,
    }
}

/// Returns a progress bar, which is hidden if stderr is not a terminal.
fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} items, {eta} left");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
