//! Prints violations.

use std::io::{self, Write};

use isometric_registry_cli::records::{Judged, Tally};
use serde::Serialize;

use crate::output::printable;

/// One line for each violation, for a person.
pub(super) fn text(file: &str, judged: &Judged, to: &mut dyn Write) -> io::Result<()> {
    let Judged { record, line, violations } = judged;
    for violation in violations {
        let place = match &*violation.pointer {
            "" => "the record",
            pointer => pointer,
        };
        let found = format!("{place}: {}: {}", violation.rule, violation.message);
        let line = line + 1;
        writeln!(to, "{file}:record {record} (line {line}): {}", printable(&found))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Line<'v> {
    record: u64,
    pointer: &'v str,
    rule: &'static str,
    expected: &'v str,
    got: &'v str,
    message: &'v str,
}

/// One line for each violation, for a program.
pub(super) fn json(judged: &Judged, to: &mut dyn Write) -> io::Result<()> {
    for violation in &judged.violations {
        let line = Line {
            record: judged.record,
            pointer: &violation.pointer,
            rule: violation.rule,
            expected: &violation.expected,
            got: &violation.got,
            message: &violation.message,
        };
        serde_json::to_writer(&mut *to, &line)?;
        to.write_all(b"\n")?;
    }
    Ok(())
}

/// All of it in one line.
pub(super) fn summary(file: &str, tally: Tally) -> String {
    let Tally { records, invalid, violations } = tally;
    let (records, violations) = (count(records, "record"), count(violations, "violation"));
    format!("{file}: {records}, {invalid} invalid, {violations}")
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
