//! The `list` command: the items of a list, page by page.

use std::io::{self, IsTerminal};

use clap::{Arg, ArgMatches, Args, FromArgMatches, value_parser};
use isometric_registry::json::JsonText;

use crate::collection::CollectionArgs;
use crate::collection::pages::PageReader;
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::records::{RecordFormat, RecordWriter, terminal_width};
use crate::registry;

/// The arguments of `list`: a subcommand for each list, with the parameters of its operation.
#[derive(Debug)]
pub(crate) struct ListArgs {
    pub(crate) collection: CollectionArgs,
    format: Option<RecordFormat>,
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
        let format = Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(value_parser!(RecordFormat))
            .help("Output format [default: table on a terminal, json elsewhere]");
        CollectionArgs::augment(command, &[format])
            .about(ABOUT)
            .long_about(LONG_ABOUT)
            .after_help(EXAMPLE)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ListArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (collection, inner) = CollectionArgs::from_matches(matches)?;
        Ok(Self { collection, format: inner.get_one("format").copied() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(arguments: &ListArgs) -> Result<CommandOutcome, CommandFailure> {
    let ListArgs { collection, format } = arguments;
    let connected = registry::connect(&collection.connection)?;
    let is_terminal = io::stdout().is_terminal();
    let default = if is_terminal { RecordFormat::Table } else { RecordFormat::Json };
    let schemas: Vec<_> =
        collection.operation.items().map(|(_, schema)| schema).into_iter().collect();
    let mut records = RecordWriter::new(format.unwrap_or(default), &schemas, terminal_width());
    let mut output = Output::stdout();
    // Each page is flushed, because the next page may take long to arrive.
    let mut print = |items: &[JsonText]| {
        items.iter().try_for_each(|item| output.write(|to| records.record(item.get(), to)))?;
        output.write(|to| records.flush(to))?;
        output.flush()
    };
    let read = PageReader::new(collection, &connected, true).read(&mut print);
    // An empty list has a header.
    let written = print(&[]);
    match read {
        Ok(outcome) => outcome.after_output(written),
        Err(CommandFailure::BrokenPipe) => Ok(CommandOutcome::Success),
        Err(failure) => Err(failure),
    }
}
