//! `cargo xtask bench`: runs the package `bench`.

use crate::{Failure, TaskOutcome, no_arguments, process};

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<TaskOutcome, Failure> {
    no_arguments(arguments, || {
        let mut cargo = process::cargo();
        cargo.args(["run", "--quiet", "--release", "--locked", "--package", "bench"]);
        if process::succeeds(&mut cargo)? {
            Ok(TaskOutcome::Success)
        } else {
            Err(Failure("the measurement failed; BENCHMARKS.md is unchanged".to_owned()))
        }
    })
}
