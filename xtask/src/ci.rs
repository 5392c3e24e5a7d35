//! `cargo xtask ci`: what decides whether a change may land.

use std::process::Command;

use lexopt::prelude::*;

use crate::{Failure, Outcome, help, workspace};

const SCRIPT: &str = ".ci/run";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    match arguments.next()? {
        None => {}
        Some(Long("help") | Short('h')) => return Ok(help()),
        Some(other) => return Err(other.unexpected().into()),
    }
    let status = Command::new(workspace().join(SCRIPT)).status();
    let status = status.map_err(|error| Failure(format!("{SCRIPT}: {error}")))?;
    Ok(if status.success() { Outcome::Fine } else { Outcome::Found })
}
