//! `cargo xtask diff`: the effect of a spec change on API clients and on the crate.

use std::path::Path;

use codegen::contract::{Contract, UnreadReference};
use codegen::diff::{Change, Policy, Report, render, rules};
use codegen::document::Source;
use codegen::semver::{self, Semver, SemverVerdict};
use codegen::styled::StyledText;
use lexopt::prelude::*;
use serde::Serialize;

use crate::git::Repository;
use crate::{Failure, SPEC, TaskOutcome, colour, files, help, terminal, workspace};

enum DiffCommand {
    Help,
    Rules,
    Compare(DiffRequest),
}

/// The documents to compare, and the options of the report.
struct DiffRequest {
    base: Option<String>,
    revision: Option<String>,
    format: OutputFormat,
    fail_on: FailOn,
    policy: Policy,
}

#[derive(Clone, Copy)]
enum OutputFormat {
    Text,
    Markdown,
    Json,
}

/// The changes that lead to exit status 1.
#[derive(Clone, Copy)]
enum FailOn {
    Breaking,
    Any,
    Never,
}

const FORMATS: &[(&str, OutputFormat)] = &[
    ("text", OutputFormat::Text),
    ("markdown", OutputFormat::Markdown),
    ("json", OutputFormat::Json),
];
const FAIL_ON: &[(&str, FailOn)] =
    &[("breaking", FailOn::Breaking), ("any", FailOn::Any), ("never", FailOn::Never)];

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<TaskOutcome, Failure> {
    match DiffRequest::parse(arguments)? {
        DiffCommand::Help => help(),
        DiffCommand::Rules => {
            terminal::print(&rules::markdown())?;
            Ok(TaskOutcome::Success)
        }
        DiffCommand::Compare(request) => compare(&request),
    }
}

fn compare(request: &DiffRequest) -> Result<TaskOutcome, Failure> {
    let repository = Repository::of_workspace();
    let base = match &request.base {
        Some(name) => document(name, &repository)?,
        None => at_revision(&repository.merge_base()?, &repository)?,
    };
    let revision = match &request.revision {
        Some(name) => document(name, &repository)?,
        None => file(&workspace().join(SPEC), SPEC)?,
    };
    let report = Report::of(&Contract::of(&base)?, &Contract::of(&revision)?)?;
    let report = report.with_verdicts(&base, &revision, request.policy);
    let verdict = semver::compare(&base, &revision);
    terminal::print(&match request.format {
        OutputFormat::Text => colour::coloured(&render::text(&report, &verdict.note())),
        OutputFormat::Markdown => render::markdown(&report, &verdict.note()),
        OutputFormat::Json => json(&report, &verdict)?,
    })?;
    let is_failure = match request.fail_on {
        FailOn::Breaking => report.breaking,
        FailOn::Any => !report.changes.is_empty(),
        FailOn::Never => false,
    };
    Ok(if is_failure { TaskOutcome::ProblemFound } else { TaskOutcome::Success })
}

/// The report and the semver verdict, as `--format json` prints them.
#[derive(Serialize)]
struct JsonReport<'r> {
    breaking: bool,
    semver: Option<Semver>,
    semver_reason: &'r StyledText,
    changes: &'r [Change],
    /// The references to other documents, which are not read.
    unread: &'r [UnreadReference],
}

fn json(report: &Report, verdict: &SemverVerdict) -> Result<String, Failure> {
    let report = JsonReport {
        breaking: report.breaking,
        semver: verdict.level,
        semver_reason: &verdict.reason,
        changes: &report.changes,
        unread: &report.unread,
    };
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

impl DiffRequest {
    fn parse(arguments: &mut lexopt::Parser) -> Result<DiffCommand, Failure> {
        let mut request = Self {
            base: None,
            revision: None,
            format: OutputFormat::Text,
            fail_on: FailOn::Breaking,
            policy: Policy::Written,
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(DiffCommand::Help),
                Long("rules") => return Ok(DiffCommand::Rules),
                Long("base") => request.base = Some(arguments.value()?.string()?),
                Long("revision") => request.revision = Some(arguments.value()?.string()?),
                Long("format") => request.format = keyword("--format", FORMATS, arguments)?,
                Long("fail-on") => request.fail_on = keyword("--fail-on", FAIL_ON, arguments)?,
                Long("strict") => request.policy = Policy::Strict,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(DiffCommand::Compare(request))
    }
}

/// Parses the value of an option that accepts one of several keywords.
fn keyword<T: Copy>(
    option: &str,
    keywords: &[(&str, T)],
    arguments: &mut lexopt::Parser,
) -> Result<T, Failure> {
    let given = arguments.value()?.string()?;
    match keywords.iter().find(|(keyword, _)| *keyword == given) {
        Some((_, value)) => Ok(*value),
        None => {
            let expected: Vec<_> =
                keywords.iter().map(|(keyword, _)| format!("`{keyword}`")).collect();
            let expected = expected.join(", ");
            Err(Failure(format!("{option}: invalid value {given:?}; expected one of {expected}")))
        }
    }
}

/// Reads a document from the file `name`, or else from the git revision `name`.
fn document(name: &str, repository: &Repository) -> Result<Source, Failure> {
    let path = Path::new(name);
    // Pipes and devices are files as well.
    if path.exists() && !path.is_dir() { file(path, name) } else { at_revision(name, repository) }
}

fn file(path: &Path, name: &str) -> Result<Source, Failure> {
    Ok(Source::parse(name, &files::read(path, name)?)?)
}

/// Reads the spec at a git revision.
fn at_revision(revision: &str, repository: &Repository) -> Result<Source, Failure> {
    let bytes = repository.file_at(revision, SPEC).map_err(|error| {
        Failure(format!("{revision:?}: not a file and not a git revision with {SPEC}: {error}"))
    })?;
    let name = format!("{revision}:{SPEC}");
    Ok(Source::parse(&name, &files::decode(&name, bytes)?)?)
}
