//! Runs other programs in the workspace's folder.

use std::env;
use std::process::Command;

use crate::{Failure, workspace};

/// Returns a command for the same Cargo that started this program.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program and returns whether it succeeded. It inherits stdin, stdout and stderr unless
/// they were redirected.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, Failure> {
    let status = command
        .current_dir(workspace())
        .status()
        .map_err(|error| Failure(format!("{}: {error}", command.get_program().display())))?;
    Ok(status.success())
}
