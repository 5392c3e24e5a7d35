//! `cargo xtask upstream`: the differences between the spec and Isometric's document.

use std::path::Path;

use codegen::contract::Contract;
use codegen::document::Source;
use codegen::upstream::{self, Divergences, Lock};
use codegen::write;
use lexopt::prelude::*;

use crate::{Failure, SPEC, TaskOutcome, colour, files, help, terminal, workspace};

const DIVERGENCES: &str = "spec/divergences.toml";
const LOCK: &str = "spec/upstream.lock";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<TaskOutcome, Failure> {
    let mut document = None;
    let mut writes_lock = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return help(),
            Long("lock") => writes_lock = true,
            Value(name) if document.is_none() => document = Some(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let spec = Contract::of(&Source::parse(SPEC, &files::read_in_workspace(SPEC)?)?)?;
    let lock = match &document {
        Some(name) => lock_of(name, &spec)?,
        None if writes_lock => {
            let message = "--lock: missing FILE; \
                           name the file of upstream's document, or `-` for standard input";
            return Err(Failure(message.to_owned()));
        }
        None => Lock::parse(LOCK, &files::read_in_workspace(LOCK)?)?,
    };
    let divergences = Divergences::parse(DIVERGENCES, &files::read_in_workspace(DIVERGENCES)?)?;
    let comparison = upstream::compare(&spec, &lock, &divergences)?;
    terminal::print(&colour::coloured(&upstream::text(&comparison)))?;
    if writes_lock {
        write::replace(&workspace().join(LOCK), &lock.to_string())?;
        terminal::success("Wrote", LOCK);
    }
    Ok(if comparison.is_clean() { TaskOutcome::Success } else { TaskOutcome::ProblemFound })
}

/// Reads upstream's document from a file, or from standard input for `-`.
fn lock_of(name: &str, spec: &Contract) -> Result<Lock, Failure> {
    let (name, text) = match name {
        "-" => ("standard input", files::read_standard_input()?),
        name => (name, files::read(Path::new(name), name)?),
    };
    let contract = Contract::of(&Source::parse(name, &text)?)?;
    Ok(Lock::of(&text, &contract, spec)?)
}
