//! The Isometric registry on the command line.

mod args;
mod check;
mod credentials;
mod failure;
mod files;
mod get;
mod ids;
mod lineage;
mod manual;
mod output;
mod redact;
mod registry;
mod simulate;
mod table;
mod terminal;

use std::io;
use std::process::ExitCode;

use args::{Arguments, Command};
use failure::CommandFailure;

/// The result of a command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CommandOutcome {
    Success,
    /// The command found violations or findings.
    ProblemsFound,
}

impl CommandOutcome {
    fn found(problems: bool) -> Self {
        if problems { Self::ProblemsFound } else { Self::Success }
    }

    /// Returns the outcome, unless output failed. A closed pipe is not a failure.
    fn after_output(self, written: Result<(), CommandFailure>) -> Result<Self, CommandFailure> {
        match written {
            Ok(()) | Err(CommandFailure::BrokenPipe) => Ok(self),
            Err(failure) => Err(failure),
        }
    }
}

fn main() -> ExitCode {
    let (verbose, outcome) = match args::parse(std::env::args_os()) {
        Ok(arguments) => (arguments.verbose, run(&arguments)),
        Err(failure) => (false, Err(failure)),
    };
    match outcome {
        Ok(CommandOutcome::Success) => ExitCode::SUCCESS,
        Ok(CommandOutcome::ProblemsFound) => ExitCode::from(1),
        Err(failure) => failure.report(verbose, &mut io::stdout().lock()).into(),
    }
}

fn run(arguments: &Arguments) -> Result<CommandOutcome, CommandFailure> {
    match &arguments.command {
        Command::Get(get) => get::run(get, arguments.verbose),
        Command::Lineage(lineage) => lineage::run(lineage),
        Command::Check(check) => check::run(check),
        Command::Simulate(simulate) => simulate::run(simulate),
        Command::Completions(completions) => manual::completions(completions),
        Command::Man(man) => manual::man(man),
    }
}

/// Creates the async runtime for the client.
fn runtime() -> Result<tokio::runtime::Runtime, CommandFailure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        CommandFailure::failed(
            format!("cannot start the async runtime: {error}"),
            "check the limits of this process, such as `ulimit -n`",
        )
    })
}
