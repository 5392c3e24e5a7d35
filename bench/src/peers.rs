//! Installation of the alternatives to this workspace. They are installed below `target/bench`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Bench, process, progress};

/// The version of the progenitor library that this workspace uses.
const PROGENITOR: &str = "0.15.1";

/// An alternative, or the reason for its absence.
pub(crate) type Peer<T> = Result<T, String>;

/// Returns the command of `cargo-progenitor` that generates a crate from a document.
pub(crate) fn progenitor(bench: &Bench, document: &Path, crate_folder: &Path) -> Peer<Command> {
    let mut command = Command::new(cargo_program(bench, "cargo-progenitor", PROGENITOR)?);
    command.arg("progenitor").arg("--input").arg(document).arg("--output").arg(crate_folder);
    command.args(["--name", "stock-client", "--version", "0.1.0"]);
    Ok(command)
}

/// Installs a Rust program unless it is installed.
pub(crate) fn cargo_program(bench: &Bench, name: &str, version: &str) -> Peer<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "--quiet", "--locked", "--version", version, name]);
    cargo.arg("--root").arg(&bench.folder);
    let program = bench.folder.join("bin").join(name);
    install(&program, &format!("{name} {version}"), &mut cargo)
}

/// Installs packages from PyPI unless they are installed, and returns the Python program.
pub(crate) fn python(bench: &Bench, package: &str) -> Peer<PathBuf> {
    let folder = bench.folder.join("python");
    if !folder.exists() {
        run("Python", Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let python = folder.join("bin/python");
    let mut pip = Command::new(&python);
    run(package, pip.args(["-m", "pip", "install", "--quiet", package]))?;
    Ok(python)
}

/// Installs a package from npm unless it is installed, and returns its program.
pub(crate) fn node_program(bench: &Bench, package: &str, program: &str) -> Peer<PathBuf> {
    let folder = bench.folder.join("node");
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--prefix"]).arg(&folder).arg(package);
    install(&folder.join("node_modules/.bin").join(program), package, &mut npm)
}

/// Returns a program of the system if it can be started.
pub(crate) fn system_program(name: &'static str) -> Peer<&'static str> {
    run(name, Command::new(name).arg("--version")).map(|()| name)
}

fn install(program: &Path, name: &str, installer: &mut Command) -> Peer<PathBuf> {
    if !program.exists() {
        progress("Installing", name);
        run(name, installer)?;
    }
    Ok(program.to_owned())
}

fn run(name: &str, command: &mut Command) -> Peer<()> {
    let is_installed = process::output(command.stdin(Stdio::null())).is_ok();
    if is_installed { Ok(()) } else { Err(format!("{name}: cannot be installed")) }
}
