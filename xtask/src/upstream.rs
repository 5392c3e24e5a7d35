//! `cargo xtask upstream`: whether the spec still says what upstream says.

use std::io::{self, Read};
use std::path::Path;

use codegen::contract::Contract;
use codegen::diff::render::Colour;
use codegen::document::Source;
use codegen::upstream::{self, Divergences, Lock};
use codegen::write;
use lexopt::prelude::*;

use crate::{Failure, Outcome, SPEC, files, help, terminal, workspace};

const DIVERGENCES: &str = "spec/divergences.toml";
const LOCK: &str = "spec/upstream.lock";

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    let mut document = None;
    let mut lock = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return help(),
            Long("lock") => lock = true,
            Value(name) if document.is_none() => document = Some(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let spec = Contract::of(&Source::parse(SPEC, &files::of_workspace(SPEC)?)?)?;
    let theirs = match &document {
        Some(name) => published(name, &spec)?,
        None if lock => {
            let message =
                "`--lock` needs upstream's document: name its file, or `-` for standard input";
            return Err(Failure(message.to_owned()));
        }
        None => Lock::parse(LOCK, &files::of_workspace(LOCK)?)?,
    };
    let divergences = Divergences::parse(DIVERGENCES, &files::of_workspace(DIVERGENCES)?)?;
    let comparison = upstream::compare(&spec, &theirs, &divergences)?;
    terminal::print(&upstream::text(&comparison, Colour::Ansi))?;
    if lock {
        write::replace(&workspace().join(LOCK), &theirs.to_string())?;
        terminal::good("Wrote", LOCK);
    }
    Ok(if comparison.is_fine() { Outcome::Fine } else { Outcome::Found })
}

/// What the published document says of the operations that the spec has.
fn published(name: &str, spec: &Contract) -> Result<Lock, Failure> {
    let (name, text) = match name {
        "-" => ("standard input", standard_input()?),
        name => (name, files::of_path(Path::new(name), name)?),
    };
    let contract = Contract::of(&Source::parse(name, &text)?)?;
    Ok(Lock::of(&text, &contract, spec)?)
}

fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(files::MOST_BYTES).read_to_end(&mut bytes)?;
    files::text("standard input", bytes)
}
