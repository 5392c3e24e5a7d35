//! `cargo xtask regen`: writes the client's generated sources from the spec.

use std::path::Path;

use codegen::document::Source;
use codegen::generate;
use codegen::lint;
use codegen::write::{FileState, GeneratedFolder};
use lexopt::prelude::*;

use crate::{Failure, SPEC, TaskOutcome, files, help, terminal, workspace};

const GENERATED: &str = "generated-client/src/generated";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<TaskOutcome, Failure> {
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return help(),
            Long("check") => check = true,
            Long("rules") => {
                terminal::print(&lint::markdown())?;
                return Ok(TaskOutcome::Success);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let spec = files::read_in_workspace(SPEC)?;
    let files = generate::generate_client(&Source::parse(SPEC, &spec)?)?;
    let files = files.into_iter().map(|file| (file.name.into(), file.text)).collect();
    let folder = workspace().join(GENERATED);
    let tree = GeneratedFolder::compare(&folder, files)?;
    if check {
        return report(&tree);
    }
    tree.write()?;
    for entry in tree.entries() {
        let verb = match entry.state {
            FileState::Fresh => "Fresh",
            FileState::Changed | FileState::Missing => "Wrote",
            FileState::Unexpected => "Removed",
        };
        terminal::success(verb, &display(&entry.path));
    }
    Ok(TaskOutcome::Success)
}

/// Lists fresh and stale files, and prints a diff of every stale file.
fn report(tree: &GeneratedFolder) -> Result<TaskOutcome, Failure> {
    for entry in tree.entries() {
        if entry.state == FileState::Fresh {
            terminal::success("Fresh", &display(&entry.path));
        } else {
            terminal::problem("Stale", &display(&entry.path));
            terminal::print(&entry.diff(Path::new(GENERATED)))?;
        }
    }
    if tree.is_fresh() {
        return Ok(TaskOutcome::Success);
    }
    terminal::problem("Run", &format!("`{}` and commit the result", generate::COMMAND));
    Ok(TaskOutcome::ProblemFound)
}

fn display(path: &Path) -> String {
    Path::new(GENERATED).join(path).display().to_string()
}
