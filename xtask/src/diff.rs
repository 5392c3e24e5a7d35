//! `cargo xtask diff`: what a change of the spec does to the wire and to the crate.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use codegen::contract::Contract;
use codegen::diff::Report;
use codegen::diff::render::{self, Colour};
use codegen::diff::rules;
use codegen::document::Source;
use codegen::semver;
use lexopt::prelude::*;

use crate::{Failure, Outcome, SPEC, files, help, terminal, workspace};

/// The hand-written half of the client is the same on both sides.
const CLIENT: &str = "generated-client/src";

/// What `cargo xtask diff` was asked.
enum Asked {
    Help,
    Rules,
    Comparison(Request),
}

/// Which documents to compare, and what to do with the report.
struct Request {
    base: Option<String>,
    revision: Option<String>,
    format: Format,
    fail_on: FailOn,
}

#[derive(Clone, Copy)]
enum Format {
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy)]
enum FailOn {
    Breaking,
    Any,
    Never,
}

const FORMATS: &[(&str, Format)] =
    &[("text", Format::Text), ("markdown", Format::Markdown), ("json", Format::Json)];
const FAIL_ON: &[(&str, FailOn)] =
    &[("breaking", FailOn::Breaking), ("any", FailOn::Any), ("never", FailOn::Never)];

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    match Request::read(arguments)? {
        Asked::Help => help(),
        Asked::Rules => {
            terminal::print(&rules::markdown())?;
            Ok(Outcome::Fine)
        }
        Asked::Comparison(request) => compare(&request),
    }
}

fn compare(request: &Request) -> Result<Outcome, Failure> {
    let base = match &request.base {
        Some(name) => document(name)?,
        None => at_revision(&merge_base()?)?,
    };
    let revision = match &request.revision {
        Some(name) => document(name)?,
        None => file(&workspace().join(SPEC), SPEC)?,
    };
    let (semver, reason) = match client_sources() {
        Ok(sources) => semver::of_documents(&base, &revision, &sources),
        Err(error) => (None, format!("{CLIENT}: {error}")),
    };
    let report =
        Report::of(&Contract::of(&base)?, &Contract::of(&revision)?)?.with_semver(semver, reason);
    terminal::print(&match request.format {
        Format::Text => render::text(&report, Colour::Ansi),
        Format::Markdown => render::markdown(&report),
        Format::Json => render::json(&report),
    })?;
    let found = match request.fail_on {
        FailOn::Breaking => report.breaking,
        FailOn::Any => !report.changes.is_empty(),
        FailOn::Never => false,
    };
    Ok(if found { Outcome::Found } else { Outcome::Fine })
}

impl Request {
    fn read(arguments: &mut lexopt::Parser) -> Result<Asked, Failure> {
        let mut request =
            Self { base: None, revision: None, format: Format::Text, fail_on: FailOn::Breaking };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(Asked::Help),
                Long("rules") => return Ok(Asked::Rules),
                Long("base") => request.base = Some(arguments.value()?.string()?),
                Long("revision") => request.revision = Some(arguments.value()?.string()?),
                Long("format") => request.format = one_of("--format", FORMATS, arguments)?,
                Long("fail-on") => request.fail_on = one_of("--fail-on", FAIL_ON, arguments)?,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Asked::Comparison(request))
    }
}

/// The value of an option that takes one of several words.
fn one_of<T: Copy>(
    option: &str,
    words: &[(&str, T)],
    arguments: &mut lexopt::Parser,
) -> Result<T, Failure> {
    let given = arguments.value()?.string()?;
    words.iter().find(|(word, _)| *word == given).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Failure(format!("`{option}` takes {}, not {given:?}", words.join(", ")))
    })
}

/// The sources of the client crate, by their path relative to `src`.
fn client_sources() -> io::Result<BTreeMap<String, String>> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    let root = workspace().join(CLIENT);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.to_string_lossy().replace('\\', "/");
                sources.insert(name, fs::read_to_string(entry.path())?);
            }
        }
    }
    Ok(sources)
}

/// A document by the name of a file or, where there is none, of a git revision.
fn document(name: &str) -> Result<Source, Failure> {
    let path = Path::new(name);
    if path.is_file() { file(path, name) } else { at_revision(name) }
}

fn file(path: &Path, name: &str) -> Result<Source, Failure> {
    Ok(Source::parse(name, &files::of_path(path, name)?)?)
}

/// The spec as it was at a git revision.
fn at_revision(revision: &str) -> Result<Source, Failure> {
    // What begins with a hyphen would be an option.
    if revision.starts_with('-') {
        return Err(Failure(format!("{revision:?} is neither a file nor a git revision")));
    }
    // Relative to the workspace, which need not be the root of the repository.
    let name = format!("{revision}:./{SPEC}");
    let bytes = git(&["show", &name]).map_err(|reason| {
        Failure(format!("{revision:?} is neither a file nor a git revision with a spec: {reason}"))
    })?;
    let name = format!("{revision}:{SPEC}");
    Ok(Source::parse(&name, &files::text(&name, bytes)?)?)
}

/// Where this branch left the main one.
fn merge_base() -> Result<String, Failure> {
    ["origin/main", "main"]
        .iter()
        .find_map(|main| git(&["merge-base", main, "HEAD"]).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(|text| text.trim().to_owned())
        .ok_or_else(|| {
            Failure(
                "there is no merge base with `origin/main` or `main`: name one with `--base`, \
                 or fetch more of the history"
                    .to_owned(),
            )
        })
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(workspace())
        .output()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}
