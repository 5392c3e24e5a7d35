//! The workspace's own commands: a command line over `codegen`.

mod bench;
mod ci;
mod diff;
mod files;
mod regen;
mod terminal;
mod upstream;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{panic, thread};

use lexopt::prelude::*;

const USAGE: &str = "\
The commands of this workspace.

Usage: cargo xtask <COMMAND>

Commands:
  regen          Write generated-client/src/generated/ from spec/registry.yaml
  regen --check  Write nothing; show what regen would change
  diff           Show what a change of the spec does to the wire and to the crate
      --base X, --revision Y           A file or a git revision. By default the merge
                                       base with the main branch, and the working tree
      --format text|markdown|json      By default text
      --fail-on breaking|any|never     What ends with exit code 1. By default breaking
      --rules                          Show the rules instead, as docs/diff-rules.md
  upstream       Show where the spec and upstream's published document differ without
                 a reason in spec/divergences.toml
      FILE, or - for standard input    The document. By default what spec/upstream.lock
                                       keeps of it
      --lock                           Write spec/upstream.lock from the document
  ci             Run what decides whether a change may land: .ci/run
  bench          Measure everything beside the alternatives and write BENCHMARKS.md
  help           Show this text

Exit codes: 0 fine, 1 something was found, 2 the command could not do its work.
";

/// The document that everything is derived from, as messages name it.
const SPEC: &str = "spec/registry.yaml";

/// How a command ended.
enum Outcome {
    /// There is nothing to say.
    Fine,
    /// It found what it was looking for: a stale file, a breaking change.
    Found,
}

/// Why a command could not do its work, ready to be shown.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Room for the deepest document that is read. What a process begins with is less on some
/// systems, and the end of it is no error but an abort.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    match with_room(run) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(Failure(message)) => {
            terminal::error(&message);
            ExitCode::from(2)
        }
    }
}

fn with_room(run: fn() -> Result<Outcome, Failure>) -> Result<Outcome, Failure> {
    let thread = thread::Builder::new().stack_size(STACK).spawn(run)?;
    thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
}

fn run() -> Result<Outcome, Failure> {
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next()? {
        Some(Value(command)) if command == "regen" => regen::run(&mut arguments),
        Some(Value(command)) if command == "ci" => ci::run(&mut arguments),
        Some(Value(command)) if command == "bench" => bench::run(&mut arguments),
        Some(Value(command)) if command == "diff" => diff::run(&mut arguments),
        Some(Value(command)) if command == "upstream" => upstream::run(&mut arguments),
        Some(Value(command)) if command == "help" => only_help(&mut arguments),
        Some(Long("help") | Short('h')) => only_help(&mut arguments),
        Some(Value(command)) => Err(Failure(format!("there is no command {command:?}\n\n{USAGE}"))),
        Some(other) => Err(other.unexpected().into()),
        None => Err(Failure(format!("which command?\n\n{USAGE}"))),
    }
}

fn only_help(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    match arguments.next()? {
        None => Ok(help()),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn help() -> Outcome {
    terminal::print(USAGE);
    Outcome::Fine
}

/// The workspace's folder, wherever in it the command was called.
fn workspace() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}
