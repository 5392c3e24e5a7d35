//! `cargo xtask bench`: runs the package `bench`.

use lexopt::prelude::*;

use crate::{Failure, TaskOutcome, help, process};

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<TaskOutcome, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["run", "--quiet", "--release", "--locked", "--package", "bench", "--"]);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return help(),
            Long("only") => cargo.arg("--only").arg(arguments.value()?),
            Long("short") => cargo.arg("--short"),
            other => return Err(other.unexpected().into()),
        };
    }
    if process::succeeds(&mut cargo)? {
        Ok(TaskOutcome::Success)
    } else {
        Err(Failure("the measurement failed; BENCHMARKS.md is unchanged".to_owned()))
    }
}
