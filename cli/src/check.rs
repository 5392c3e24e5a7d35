//! The `check` command: validates the records in a file without network access.

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use isometric_registry_cli::records::{self, BLOCK_SIZE, CheckError, InvalidRecord, Summary};
use serde::Serialize;

use crate::args::{CheckArgs, CheckFormat};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::json::write_json;
use crate::terminal::{note, printable};

pub(crate) fn run(arguments: &CheckArgs) -> Result<CommandOutcome, CommandFailure> {
    let (name, input) = open(&arguments.file)?;
    let mut output = Output::stdout();
    let report = |record: InvalidRecord| {
        output.write(|to| match arguments.format {
            CheckFormat::Text => write_text(&name, &record, to),
            CheckFormat::Json => write_lines(&record, to),
        })
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    match records::check(input, BLOCK_SIZE, threads, arguments.record_type, report) {
        Ok(summary) => {
            let flushed = output.flush();
            if flushed.is_ok() {
                note(&summary_line(&name, summary));
            }
            CommandOutcome::found(summary.violations > 0).after_output(flushed)
        }
        // Only violations are written to stdout, so the command has found at least one.
        Err(CheckError::Report(failure)) => {
            CommandOutcome::ProblemsFound.after_output(Err(failure))
        }
        Err(CheckError::Read(error)) => Err(CommandFailure::failed(
            format!("{name}: cannot read the input: {error}"),
            "check that the input is a file; only the records before the error were validated",
        )),
    }
}

/// Opens the file and returns its display name.
fn open(path: &Path) -> Result<(String, Box<dyn Read>), CommandFailure> {
    if path == Path::new("-") {
        return Ok(("<stdin>".to_owned(), Box::new(io::stdin().lock())));
    }
    let name = printable(&path.to_string_lossy()).into_owned();
    match File::open(path) {
        Ok(file) => Ok((name, Box::new(file))),
        Err(error) => Err(CommandFailure::usage(
            format!("{name}: cannot open the file: {error}"),
            "pass a file of records, or `-` for stdin",
        )),
    }
}

/// Writes one line of text for each violation.
fn write_text(file: &str, record: &InvalidRecord, to: &mut dyn Write) -> io::Result<()> {
    let InvalidRecord { record, line, violations } = record;
    for violation in violations {
        let prefix = match (&*violation.pointer, violation.rule) {
            // The message of a syntax error names the rule.
            ("", "json") => String::new(),
            ("", rule) => format!("{rule}: "),
            (pointer, rule) => format!("{pointer}: {rule}: "),
        };
        let description = format!("{prefix}{}", violation.message);
        writeln!(to, "{file}: record {record} (line {line}): {}", printable(&description))?;
    }
    Ok(())
}

/// A violation in JSON output.
#[derive(Serialize)]
struct ViolationLine<'v> {
    record: u64,
    pointer: &'v str,
    rule: &'static str,
    expected: &'v str,
    got: &'v str,
    message: &'v str,
}

/// Writes one line of JSON for each violation.
fn write_lines(record: &InvalidRecord, to: &mut dyn Write) -> io::Result<()> {
    record.violations.iter().try_for_each(|violation| {
        let line = ViolationLine {
            record: record.record,
            pointer: &violation.pointer,
            rule: violation.rule,
            expected: &violation.expected,
            got: &violation.got,
            message: &violation.message,
        };
        write_json(&line, to)
    })
}

fn summary_line(file: &str, summary: Summary) -> String {
    let Summary { records, invalid, violations, stopped } = summary;
    let (records, violations) = (count(records, "record"), count(violations, "violation"));
    let end = if stopped { "; stopped before the end of the input" } else { "" };
    format!("{file}: {records}, {invalid} invalid, {violations}{end}")
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
