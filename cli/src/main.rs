//! The Isometric registry on the command line.

mod args;
mod audit;
mod call;
mod check;
mod collection;
mod connection;
mod credentials;
mod files;
mod get;
mod ids;
mod lineage;
mod list;
mod manual;
mod operations;
mod outcome;
mod output;
mod parameters;
mod redact;
mod registry;
mod runtime;
mod simulate;
mod sum;
mod terminal;
mod whoami;

use std::io;
use std::process::ExitCode;

use args::{Arguments, Command};
use outcome::{CommandFailure, CommandOutcome};

/// The name of the program.
const NAME: &str = "isometric-registry";

fn main() -> ExitCode {
    let (verbose, outcome) = match args::parse(std::env::args_os()) {
        Ok(arguments) => (arguments.verbose, run(&arguments)),
        Err(failure) => (false, Err(failure)),
    };
    match outcome {
        Ok(CommandOutcome::Success) => ExitCode::SUCCESS,
        Ok(CommandOutcome::ProblemsFound) => ExitCode::from(1),
        Err(failure) => {
            credentials::register_file_secrets(std::env::args_os());
            failure.report(verbose, &mut io::stdout().lock()).into()
        }
    }
}

fn run(arguments: &Arguments) -> Result<CommandOutcome, CommandFailure> {
    match &arguments.command {
        Command::Get(get) => get::run(get, arguments.verbose),
        Command::List(list) => list::run(list),
        Command::Sum(sum) => sum::run(sum),
        Command::Call(call) => call::run(call),
        Command::Lineage(lineage) => lineage::run(lineage),
        Command::Audit(audit) => audit::run(audit),
        Command::Whoami(whoami) => whoami::run(whoami),
        Command::Check(check) => check::run(check),
        Command::Simulate(simulate) => simulate::run(simulate),
        Command::Completions(completions) => manual::completions(completions),
        Command::Man(man) => manual::man(man),
    }
}
