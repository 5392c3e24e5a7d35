//! The workspace's own commands: a command line over `codegen`.

mod bench;
mod ci;
mod colour;
mod diff;
mod files;
mod git;
mod process;
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
  regen --check  Write nothing; show the changes that regen would make
  regen --rules  Print docs/lint-rules.md, the rules for the spec
  diff           Show the effect of a spec change on API clients and on the crate
      --base X, --revision Y           The two documents, each a file or a git revision
                                       [default: the merge base with the main branch,
                                       and the working tree]
      --format text|markdown|json      [default: text]
      --fail-on breaking|any|never     Changes that lead to exit status 1 [default: breaking]
      --strict                         Let accepted values alone decide, without the policies
      --rules                          Print docs/diff-rules.md, the rules for changes
  upstream       Show differences between the spec and Isometric's published document
                 that spec/divergences.toml does not explain
      FILE, or - for standard input    The published document [default: spec/upstream.lock,
                                       which records it]
      --lock                           Write spec/upstream.lock from the document
  ci             Run the checks that a change must pass before it is merged
  bench          Measure the workspace against its alternatives and write BENCHMARKS.md
      --only NAME                      Run one benchmark and print its section
      --short                          Print the results of a short run, which shows that the
                                       benchmarks work
  help           Show this help

Exit status: 0 success, 1 problem found, 2 the command failed.
";

/// The path of the spec, relative to the workspace.
const SPEC: &str = "spec/registry.yaml";

/// The result of a command that completed.
enum TaskOutcome {
    /// Exit status 0.
    Success,
    /// Exit status 1: there is a problem, such as a stale file or a breaking change.
    ProblemFound,
}

/// The message of a command that failed. Exit status 2.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Stack size. Deeply nested specs overflow the default main-thread stack on some platforms,
/// which aborts the process.
const STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    match with_large_stack(run) {
        Ok(TaskOutcome::Success) => ExitCode::SUCCESS,
        Ok(TaskOutcome::ProblemFound) => ExitCode::from(1),
        Err(Failure(message)) => {
            terminal::error(&message);
            ExitCode::from(2)
        }
    }
}

fn with_large_stack(run: fn() -> Result<TaskOutcome, Failure>) -> Result<TaskOutcome, Failure> {
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?;
    thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
}

fn run() -> Result<TaskOutcome, Failure> {
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next()? {
        Some(Value(command)) if command == "regen" => regen::run(&mut arguments),
        Some(Value(command)) if command == "ci" => ci::run(&mut arguments),
        Some(Value(command)) if command == "bench" => bench::run(&mut arguments),
        Some(Value(command)) if command == "diff" => diff::run(&mut arguments),
        Some(Value(command)) if command == "upstream" => upstream::run(&mut arguments),
        Some(Value(command)) if command == "help" => no_arguments(&mut arguments, help),
        Some(Long("help") | Short('h')) => no_arguments(&mut arguments, help),
        Some(Value(command)) => Err(Failure(format!("unknown command {command:?}\n\n{USAGE}"))),
        Some(other) => Err(other.unexpected().into()),
        None => Err(Failure(format!("missing command\n\n{USAGE}"))),
    }
}

/// Runs a command whose only option is `--help`.
fn no_arguments(
    arguments: &mut lexopt::Parser,
    command: impl FnOnce() -> Result<TaskOutcome, Failure>,
) -> Result<TaskOutcome, Failure> {
    match arguments.next()? {
        None => command(),
        Some(Long("help") | Short('h')) => help(),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn help() -> Result<TaskOutcome, Failure> {
    terminal::print(USAGE)?;
    Ok(TaskOutcome::Success)
}

/// Returns the root folder of the workspace, independent of the current folder.
fn workspace() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}
