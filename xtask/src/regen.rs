//! `cargo xtask regen`: the client's generated sources, from the spec.

use std::fs;
use std::path::Path;

use codegen::client;
use codegen::source::Source;
use codegen::tree::{State, Tree};
use lexopt::prelude::*;

use crate::{Failure, Outcome, SPEC, terminal, workspace};

const GENERATED: &str = "generated-client/src/generated";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = workspace();
    let spec = read(&workspace.join(SPEC))?;
    let files = client::generate(&Source::parse(SPEC, &spec)?)?;
    let files = files.into_iter().map(|file| (file.name.into(), file.text)).collect();
    let folder = workspace.join(GENERATED);
    let tree = Tree::compare(&folder, files).map_err(|error| about(GENERATED, &error))?;
    if check {
        return Ok(report(&tree));
    }
    tree.write().map_err(|error| about(GENERATED, &error))?;
    for entry in tree.entries() {
        let verb = match entry.state {
            State::Fresh => "Fresh",
            State::Changed | State::Missing => "Wrote",
            State::Unexpected => "Removed",
        };
        terminal::good(verb, &shown(&entry.path));
    }
    Ok(Outcome::Fine)
}

/// Says of every file whether it is what regen would write.
fn report(tree: &Tree) -> Outcome {
    for entry in tree.entries() {
        if entry.state == State::Fresh {
            terminal::good("Fresh", &shown(&entry.path));
        } else {
            terminal::bad("Stale", &shown(&entry.path));
            terminal::print(&entry.diff(Path::new(GENERATED)));
        }
    }
    if tree.is_fresh() {
        return Outcome::Fine;
    }
    terminal::bad("Run", &format!("`{}` and commit what it writes", client::COMMAND));
    Outcome::Found
}

fn shown(path: &Path) -> String {
    Path::new(GENERATED).join(path).display().to_string()
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| about(SPEC, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
        Failure(format!(
            "{SPEC}:{line}:1: error: this line is not UTF-8, at #\n  \
             help: save the file as UTF-8"
        ))
    })
}

fn about(path: &str, error: &std::io::Error) -> Failure {
    Failure(format!("{path}: {error}"))
}
