//! The `audit` command.

mod folder;
mod text;

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use isometric_registry::audit::{Audit, AuditLevel, AuditReport, id_prefixes};

use crate::args::{AuditArgs, AuditFormat};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::json::write_json;
use crate::terminal::printable;
use crate::{registry, runtime};

pub(crate) fn run(arguments: &AuditArgs) -> Result<CommandOutcome, CommandFailure> {
    let report = match &arguments.from {
        Some(folder) => folder::audit(folder)?,
        None => fetch(arguments)?,
    };
    let mut output = Output::stdout();
    let written = output
        .write(|to| match arguments.format {
            AuditFormat::Text => text::write(&report, to),
            AuditFormat::Json => write_json(&report, to),
        })
        .and_then(|()| output.flush());
    let is_missing = |id: &String| report.not_checked().first.iter().any(|it| it.subject == *id);
    let has_problems = report.count(AuditLevel::Error) > 0 || arguments.ids.iter().any(is_missing);
    CommandOutcome::found(has_problems).after_output(written)
}

/// Audits resources of the registry.
fn fetch(arguments: &AuditArgs) -> Result<AuditReport, CommandFailure> {
    for id in &arguments.ids {
        if !id_prefixes().any(|prefix| id.starts_with(prefix)) {
            return Err(unknown_kind(id));
        }
    }
    let connected = registry::connect(&arguments.connection)?;
    let progress = progress_bar();
    let audit = Audit::of(&connected.registry).on_progress(|calls| {
        progress.set_length(calls.planned as u64);
        progress.set_position(calls.done as u64);
    });
    let runtime = runtime::start()?;
    let result = if arguments.ids.is_empty() {
        runtime.block_on(audit.all())
    } else {
        runtime.block_on(audit.ids(&arguments.ids))
    };
    progress.finish_and_clear();
    result.map_err(|error| connected.failure(&error))
}

fn unknown_kind(id: &str) -> CommandFailure {
    let prefixes: Vec<_> = id_prefixes().collect();
    CommandFailure::usage(
        format!("{}: unknown kind of identifier", printable(id)),
        format!("pass identifiers that start with one of {}", prefixes.join(", ")),
    )
}

/// Returns a progress bar of calls, which is hidden if stderr is not a terminal.
fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} calls, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
