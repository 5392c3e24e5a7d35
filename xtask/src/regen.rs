//! `cargo xtask regen`: the client's generated sources, from the spec.

use std::path::Path;

use codegen::document::Source;
use codegen::generate;
use codegen::lint;
use codegen::write::{FileState, GeneratedFolder};
use lexopt::prelude::*;

use crate::{Failure, Outcome, SPEC, files, help, terminal, workspace};

const GENERATED: &str = "generated-client/src/generated";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(help()),
            Long("check") => check = true,
            Long("rules") => {
                terminal::print(&lint::markdown());
                return Ok(Outcome::Fine);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let spec = files::of_workspace(SPEC)?;
    let files = generate::generate(&Source::parse(SPEC, &spec)?)?;
    let files = files.into_iter().map(|file| (file.name.into(), file.text)).collect();
    let folder = workspace().join(GENERATED);
    let tree = GeneratedFolder::compare(&folder, files)?;
    if check {
        return Ok(report(&tree));
    }
    tree.write()?;
    for entry in tree.entries() {
        let verb = match entry.state {
            FileState::Fresh => "Fresh",
            FileState::Changed | FileState::Missing => "Wrote",
            FileState::Unexpected => "Removed",
        };
        terminal::good(verb, &shown(&entry.path));
    }
    Ok(Outcome::Fine)
}

/// Says of every file whether it is what regen would write.
fn report(tree: &GeneratedFolder) -> Outcome {
    for entry in tree.entries() {
        if entry.state == FileState::Fresh {
            terminal::good("Fresh", &shown(&entry.path));
        } else {
            terminal::bad("Stale", &shown(&entry.path));
            terminal::print(&entry.diff(Path::new(GENERATED)));
        }
    }
    if tree.is_fresh() {
        return Outcome::Fine;
    }
    terminal::bad("Run", &format!("`{}` and commit what it writes", generate::COMMAND));
    Outcome::Found
}

fn shown(path: &Path) -> String {
    Path::new(GENERATED).join(path).display().to_string()
}
