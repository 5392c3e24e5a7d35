//! `cargo progenitor`, which is what one would use instead of this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::process;
use crate::{Failure, terminal};

/// The version whose library this workspace uses.
const VERSION: &str = "0.15.1";

/// The program.
pub(super) struct Generator(PathBuf);

impl Generator {
    /// Builds the program, unless it is there.
    pub(super) fn install(folder: &Path) -> Result<Self, Failure> {
        terminal::good("Installing", &format!("cargo-progenitor {VERSION}"));
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--locked", "--version", VERSION, "cargo-progenitor"]);
        process::output(cargo.arg("--root").arg(folder))?;
        Ok(Self(folder.join("bin/cargo-progenitor")))
    }

    /// The command that writes a crate for a document.
    pub(super) fn command(&self, document: &Path, crate_folder: &Path) -> Command {
        let mut command = Command::new(&self.0);
        command.arg("progenitor").arg("--input").arg(document).arg("--output").arg(crate_folder);
        command.args(["--name", "stock-client", "--version", "0.1.0"]);
        command
    }
}
