//! The `call` command: any operation, writes included.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, value_parser};
use isometric_registry::json::{Json, JsonRequest, JsonText, OperationSpec, ParameterSpec};
use isometric_registry::{Call, Error, Outcome};
use serde_json::Value;

use crate::NAME;
use crate::connection::ConnectionArgs;
use crate::files::read_text;
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::json::{one_line, write_line};
use crate::registry::{self, ConnectedRegistry};
use crate::terminal::{note, printable};
use crate::{operations, parameters, runtime};

/// The size limit of `--body`, in bytes.
const MAX_BODY_SIZE: usize = 16 * 1024 * 1024;

/// The arguments of `call`: a subcommand for each operation, with its parameters.
#[derive(Debug)]
pub(crate) struct CallArgs {
    operation: &'static OperationSpec,
    arguments: Vec<(&'static str, Value)>,
    body: Option<PathBuf>,
    dry_run: bool,
    yes: bool,
    pub(crate) connection: ConnectionArgs,
}

const ABOUT: &str = "Call any operation, writes included";

const LONG_ABOUT: &str = "Call any operation, writes included

The arguments and the body are validated before anything is sent, and the response is printed as \
JSON. A write shows its request and its environment, and asks for confirmation; without a terminal \
it needs --yes. It is sent once. If it fails, the error states its outcome: not sent, refused by \
the registry, unknown, or done with an unreadable response.";

const EXAMPLE: &str = "Example:
  isometric-registry --offline call credit-batch --id ctb_P02AR0000SIM000J";

impl Args for CallArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        ConnectionArgs::augment_args(command)
            .about(ABOUT)
            .long_about(LONG_ABOUT)
            .after_help(EXAMPLE)
            .subcommand_required(true)
            .subcommand_value_name("OPERATION")
            .subcommand_help_heading("Operations")
            .disable_help_subcommand(true)
            .subcommands(operations::all().map(subcommand))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

fn subcommand(operation: &'static OperationSpec) -> clap::Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let body = operation.body.map(|_| {
        Arg::new("body")
            .long("body")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Read the request body, a JSON text, from FILE or stdin (`-`)")
    });
    let yes = operation
        .is_write()
        .then(|| flag("yes").help("Send the request without asking for confirmation"));
    let dry_run = flag("dry-run").help("Validate and print the request, and send nothing");
    let command = clap::Command::new(operations::command_name(operation))
        .args(operation.parameters.iter().map(parameters::option))
        .args(body)
        .arg(dry_run)
        .args(yes);
    ConnectionArgs::augment_args(command)
        .about(operation.summary)
        .long_about(format!("{}\n\n{}", operation.summary, operation.description))
}

impl FromArgMatches for CallArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(ErrorKind::MissingSubcommand);
        let (name, inner) = matches.subcommand().ok_or_else(missing)?;
        let operation = operations::by_name(name).ok_or_else(missing)?;
        let argument = |parameter: &'static ParameterSpec| {
            Some((parameter.name, parameters::value(parameter, inner)?))
        };
        let is_set = |name| matches!(inner.try_get_one(name), Ok(Some(true)));
        let connection = ConnectionArgs::from_arg_matches(inner)?;
        Ok(Self {
            operation,
            arguments: operation.parameters.iter().filter_map(argument).collect(),
            body: inner.try_get_one("body").ok().flatten().cloned(),
            dry_run: is_set("dry-run"),
            yes: is_set("yes"),
            connection: connection.or(ConnectionArgs::from_arg_matches(matches)?),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(arguments: &CallArgs) -> Result<CommandOutcome, CommandFailure> {
    let operation = arguments.operation;
    let body = arguments.body.as_deref().map(read_body).transpose()?;
    let connected = registry::connect(&arguments.connection)?;
    let call = call(arguments, body.as_ref(), &connected);
    let call = call.map_err(|error| connected.failure(&error))?;
    let request = call.request().map_err(|error| connected.failure(&error))?;
    if arguments.dry_run {
        return print(&request_text(&request));
    }
    if operation.is_write() {
        confirm(arguments, &request, &connected)?;
    }
    let result = runtime::start()?.block_on(async { call.await });
    match result {
        Ok(_) if operation.response.is_none() => Ok(CommandOutcome::Success),
        Ok(response) => print_json(&response),
        Err(error) => Err(failure(operation, &error, &connected)?),
    }
}

fn call(
    arguments: &CallArgs,
    body: Option<&JsonText>,
    connected: &ConnectedRegistry,
) -> Result<Call<Json>, Error> {
    let mut call = connected.registry.json_call(arguments.operation);
    for (name, value) in &arguments.arguments {
        call = call.argument(name, value)?;
    }
    Ok(body.into_iter().fold(call, |call, body| call.body(body)))
}

fn read_body(path: &Path) -> Result<JsonText, CommandFailure> {
    let (name, text) = if path == Path::new("-") {
        ("<stdin>".to_owned(), read_text(io::stdin(), MAX_BODY_SIZE))
    } else {
        let text = File::open(path).and_then(|file| read_text(file, MAX_BODY_SIZE));
        (printable(&path.to_string_lossy()).into_owned(), text)
    };
    let hint = "pass a file with a JSON text, or `-` for stdin; nothing was sent";
    let text = text.map_err(|error| {
        CommandFailure::usage(format!("{name}: cannot read the body: {error}"), hint)
    })?;
    serde_json::from_str(&text)
        .map_err(|error| CommandFailure::usage(format!("{name}: invalid JSON: {error}"), hint))
}

/// Returns a request as lines: the method with the URL, and the body.
fn request_text(request: &JsonRequest) -> String {
    let body = request.body().map(|body| format!("{}\n", one_line(body))).unwrap_or_default();
    format!("{} {}\n{body}", request.method(), printable(request.url()))
}

/// Shows a write, and returns if it is confirmed.
fn confirm(
    arguments: &CallArgs,
    request: &JsonRequest,
    connected: &ConnectedRegistry,
) -> Result<(), CommandFailure> {
    let lines = request_text(request);
    lines.lines().for_each(note);
    note(&format!("environment: {}", connected.environment));
    if arguments.yes {
        return Ok(());
    }
    let refuse =
        |message: &str| Err(CommandFailure::usage(message, "nothing was sent; --yes confirms"));
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return refuse("a write needs confirmation, and there is no terminal to ask at");
    }
    // A failed prompt is not confirmed.
    let _ = write!(io::stderr(), "{}\nSend it? [y/N] ", arguments.operation.summary);
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    match answer.trim() {
        "y" | "Y" | "yes" if read.is_ok() => Ok(()),
        _ => refuse("the write was not confirmed"),
    }
}

/// Converts the error of a call. The failure of a write states its outcome.
fn failure(
    operation: &OperationSpec,
    error: &Error,
    connected: &ConnectedRegistry,
) -> Result<CommandFailure, CommandFailure> {
    if let Error::Invalid(rejected) = error
        && let Some(response) = rejected.value::<JsonText>()
    {
        print_json(response)?;
    }
    let failure = connected.failure(error);
    if !operation.is_write() {
        return Ok(failure);
    }
    Ok(match error.outcome() {
        Outcome::NotSent => failure.with_outcome("not sent", None),
        Outcome::Refused => failure.with_outcome("refused by the registry, without effect", None),
        Outcome::Done => failure.with_outcome("done", Some("do not send it again".to_owned())),
        _ => failure.with_outcome("unknown", Some(find_out(operation))),
    })
}

/// Returns the advice after a write with an unknown outcome.
fn find_out(operation: &OperationSpec) -> String {
    match operations::list_command_after(operation) {
        Some(command) => format!("before you send it again, look for its effect: {command}"),
        None => format!("before you send it again, look for its effect: {NAME} list --help"),
    }
}

fn print_json(json: &JsonText) -> Result<CommandOutcome, CommandFailure> {
    write(|to| write_line(json.get(), to))
}

fn print(text: &str) -> Result<CommandOutcome, CommandFailure> {
    write(|to| to.write_all(text.as_bytes()))
}

fn write(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<CommandOutcome, CommandFailure> {
    let mut output = Output::stdout();
    let written = output.write(write).and_then(|()| output.flush());
    CommandOutcome::Success.after_output(written)
}
