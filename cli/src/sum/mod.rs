//! The `sum` command: exact totals of the quantities in a list.

mod report;
mod totals;

use std::io::{self, IsTerminal};

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, value_parser};

use self::totals::Totals;
use crate::collection::CollectionArgs;
use crate::collection::pages::PageReader;
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::records::RecordFormat;
use crate::registry;
use crate::terminal::note;

/// The arguments of `sum`: those of a list, without its format.
#[derive(Debug)]
pub(crate) struct SumArgs {
    pub(crate) collection: CollectionArgs,
    by: Vec<String>,
    format: Option<RecordFormat>,
}

const ABOUT: &str = "Add up the credits in a list, exactly";

const LONG_ABOUT: &str = "Add up the credits in a list, exactly

Prints the total of each quantity, and the totals by status, supplier, project and year where the \
records have these properties. Kilograms are integers and credits are decimals, so that nothing is \
rounded. If a page fails, no total is printed.";

const EXAMPLE: &str = "Example:
  isometric-registry --offline sum issuances";

impl Args for SumArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        let by = Arg::new("by")
            .long("by")
            .value_name("PROPERTY")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .help("Group by these properties, such as supplier.id; times are grouped by year");
        let format = Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(value_parser!(RecordFormat))
            .help("Output format [default: table on a terminal, json elsewhere]");
        CollectionArgs::augment(command, &[by, format])
            .about(ABOUT)
            .long_about(LONG_ABOUT)
            .after_help(EXAMPLE)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SumArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (collection, inner) = CollectionArgs::from_matches(matches)?;
        let by = inner.get_many("by").into_iter().flatten().cloned().collect();
        Ok(Self { collection, by, format: inner.get_one("format").copied() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(arguments: &SumArgs) -> Result<CommandOutcome, CommandFailure> {
    let SumArgs { collection, by, format } = arguments;
    let refuse =
        |reason| CommandFailure::usage(format!("sum: {reason}"), "choose another list or property");
    // Every collection has items.
    let Some((_, schema)) = collection.operation.items() else {
        return Err(refuse("the operation returns no list".to_owned()));
    };
    let mut totals = Totals::new(schema, by).map_err(refuse)?;
    let connected = registry::connect(&collection.connection)?;
    let outcome = PageReader::new(collection, &connected, false).read(|items| {
        items.iter().for_each(|item| totals.add(item.get()));
        Ok(())
    })?;
    let default = if io::stdout().is_terminal() { RecordFormat::Table } else { RecordFormat::Json };
    let mut output = Output::stdout();
    let written = output.write(|to| report::write(&totals, format.unwrap_or(default), to));
    let outcome = outcome.after_output(written.and_then(|()| output.flush()))?;
    if totals.split > 0 {
        note(&format!(
            "note: the credits of split batches are also those of their children; split batches in \
             the total: {}",
            totals.split
        ));
    }
    match totals.unreadable {
        0 => Ok(outcome),
        count => Err(CommandFailure::failed(
            format!("records without a readable quantity, which are not in the total: {count}"),
            "find them with `check`",
        )),
    }
}
