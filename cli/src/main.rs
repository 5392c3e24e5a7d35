//! The Isometric registry on the command line.

mod args;
mod check;
mod failure;
mod get;
mod ids;
mod lineage;
mod manual;
mod output;
mod registry;
mod secrets;
mod simulate;
mod table;

use std::io;
use std::process::ExitCode;

use args::{Arguments, Command};
use failure::Failure;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Fine,
    /// It was carried out, and found what is not as it should be.
    Found,
}

impl Outcome {
    fn found(has_found: bool) -> Self {
        if has_found { Self::Found } else { Self::Fine }
    }

    /// The same, also where nobody wanted to read all that was printed about it.
    fn after(self, printed: Result<(), Failure>) -> Result<Self, Failure> {
        match printed {
            Ok(()) | Err(Failure::BrokenPipe) => Ok(self),
            Err(failure) => Err(failure),
        }
    }
}

fn main() -> ExitCode {
    let (is_verbose, outcome) = match args::parse(std::env::args_os()) {
        Ok(arguments) => (arguments.verbose, run(&arguments)),
        Err(failure) => (false, Err(failure)),
    };
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(failure) => failure.tell(is_verbose, &mut io::stdout().lock()).into(),
    }
}

fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Get(get) => get::run(get, arguments.verbose),
        Command::Lineage(lineage) => lineage::run(lineage),
        Command::Check(check) => check::run(check),
        Command::Simulate(simulate) => simulate::run(simulate),
        Command::Completions(completions) => manual::completions(completions),
        Command::Man(man) => manual::man(man),
    }
}

/// What the client's futures run on.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("cannot start: {error}"), "is this machine out of resources?")
    })
}
