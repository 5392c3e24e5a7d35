//! Lists as subcommands: their arguments, and their items page by page.

pub(crate) mod pages;
mod resume;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, FromArgMatches, value_parser};
use isometric_registry::json::{Json, OperationSpec, ParameterSpec};
use isometric_registry::{Call, Error, Registry};
use serde_json::Value;

use crate::connection::ConnectionArgs;
use crate::{operations, parameters};

/// A list with its arguments.
#[derive(Debug)]
pub(crate) struct CollectionArgs {
    pub(crate) operation: &'static OperationSpec,
    arguments: Vec<(&'static str, Value)>,
    limit: Option<u64>,
    pub(crate) connection: ConnectionArgs,
}

impl CollectionArgs {
    /// Adds a subcommand for each list to a command, with the options `extra` and those of its
    /// operation.
    pub(crate) fn augment(command: clap::Command, extra: &[Arg]) -> clap::Command {
        ConnectionArgs::augment_args(command)
            .subcommand_required(true)
            .subcommand_value_name("COLLECTION")
            .subcommand_help_heading("Collections")
            .disable_help_subcommand(true)
            .subcommands(operations::lists().map(|operation| subcommand(operation, extra)))
    }

    /// Reads the arguments. Returns those of the subcommand, too.
    pub(crate) fn from_matches(matches: &ArgMatches) -> Result<(Self, &ArgMatches), clap::Error> {
        let missing = || clap::Error::new(ErrorKind::MissingSubcommand);
        let (name, inner) = matches.subcommand().ok_or_else(missing)?;
        let operation = operations::by_name(name).ok_or_else(missing)?;
        let argument = |parameter: &'static ParameterSpec| {
            Some((parameter.name, parameters::value(parameter, inner)?))
        };
        let connection = ConnectionArgs::from_arg_matches(inner)?;
        let arguments = Self {
            operation,
            arguments: operation.parameters.iter().filter_map(argument).collect(),
            limit: inner.get_one("limit").copied(),
            connection: connection.or(ConnectionArgs::from_arg_matches(matches)?),
        };
        Ok((arguments, inner))
    }

    /// Returns the call of the first page.
    fn call(&self, registry: &Registry) -> Result<Call<Json>, Error> {
        let mut call = registry.json_call(self.operation);
        for (name, value) in &self.arguments {
            call = call.argument(name, value)?;
        }
        if let Some(pages) = self.operation.pagination
            && let (Some(first), Some(size), Some(limit)) =
                (pages.first, pages.max_size, self.limit)
            && limit < size.unsigned_abs()
        {
            call = call.argument(self.operation.parameters[first].name, &limit)?;
        }
        Ok(call)
    }
}

fn subcommand(operation: &'static OperationSpec, extra: &[Arg]) -> clap::Command {
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
    let command = clap::Command::new(operations::command_name(operation));
    let command = command.args(parameters).arg(limit).args(after(operation)).args(extra);
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
