//! `cargo progenitor`, the alternative to this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BenchResult, process, progress};

/// The version of the progenitor library that this workspace uses.
const VERSION: &str = "0.15.1";

/// The path of the `cargo-progenitor` program.
pub(crate) struct Generator(PathBuf);

impl Generator {
    /// Installs the program into `folder` unless it is already installed.
    pub(crate) fn install(folder: &Path) -> BenchResult<Self> {
        progress("Installing", &format!("cargo-progenitor {VERSION}"));
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--locked", "--version", VERSION, "cargo-progenitor"]);
        process::output(cargo.arg("--root").arg(folder))?;
        Ok(Self(folder.join("bin/cargo-progenitor")))
    }

    /// Returns the command that generates a crate from a document.
    pub(crate) fn command(&self, document: &Path, crate_folder: &Path) -> Command {
        let mut command = Command::new(&self.0);
        command.arg("progenitor").arg("--input").arg(document).arg("--output").arg(crate_folder);
        command.args(["--name", "stock-client", "--version", "0.1.0"]);
        command
    }
}
