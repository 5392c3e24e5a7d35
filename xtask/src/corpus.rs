//! `cargo xtask corpus`: how well the rules of the diff agree with recorded pairs of
//! documents.

use std::path::PathBuf;

use codegen::diff::corpus;
use lexopt::prelude::*;

use crate::{Failure, Outcome, files, help, terminal, workspace};

/// Where the pairs lie for those who have them; they are not part of the project.
const CORPUS: &str = "../shared/spec-diff-corpus/dev.jsonl";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    let mut named = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(help()),
            Value(path) if named.is_none() => named = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let path = match named {
        Some(path) => path,
        None => workspace().join(CORPUS),
    };
    let name = path.display().to_string();
    if !path.exists() {
        terminal::good("Skipped", &format!("{name}: there is no corpus here"));
        return Ok(Outcome::Fine);
    }
    let measure = corpus::measure(&files::of_path(&path, &name)?);
    terminal::print(&format!("{measure}\n"));
    Ok(Outcome::Fine)
}
