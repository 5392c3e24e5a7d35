//! The report of an audit as text.

use std::io::{self, Write};

use isometric_registry::audit::{AuditLevel, AuditReport, AuditRule, RuleResult};

use crate::terminal::printable;

/// The number of findings of a rule, and of unchecked resources, that are printed.
const PRINTED: usize = 10;

pub(super) fn write(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    for (name, count) in report.resources() {
        writeln!(to, "{name:<26} {count:>9}")?;
    }
    writeln!(to, "\n{:<26} {:>9} {:>9}", "RULE", "CHECKED", "FINDINGS")?;
    for (rule, result) in report.rules() {
        writeln!(to, "{rule:<26} {:>9} {:>9}", result.checked, result.count)?;
    }
    for (rule, result) in report.rules().filter(|(_, result)| result.count > 0) {
        write_findings(rule, result, to)?;
    }
    write_unchecked(report, to)?;
    let [errors, notes] = [AuditLevel::Error, AuditLevel::Note].map(|level| report.count(level));
    writeln!(to, "\n{}, {}", counted(errors, "error"), counted(notes, "note"))
}

fn write_findings(rule: AuditRule, result: &RuleResult, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "\n{} {rule}: {}", rule.level(), rule.sentence())?;
    for finding in result.findings.iter().take(PRINTED) {
        writeln!(to, "  {}", printable(&finding.to_string()))?;
    }
    write_rest(result.count, to)
}

fn write_unchecked(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    let unchecked = report.not_checked();
    if unchecked.count == 0 {
        return Ok(());
    }
    writeln!(to, "\nnot checked: {}", counted(unchecked.count, "resource or list"))?;
    for entry in unchecked.first.iter().take(PRINTED) {
        writeln!(to, "  {}: {}", printable(&entry.subject), printable(&entry.reason))?;
    }
    write_rest(unchecked.count, to)
}

/// Writes the number of lines that are not printed.
fn write_rest(count: u64, to: &mut dyn Write) -> io::Result<()> {
    match count.saturating_sub(PRINTED as u64) {
        0 => Ok(()),
        rest => writeln!(to, "  and {rest} more"),
    }
}

fn counted(count: u64, noun: &str) -> String {
    match (count, noun) {
        (1, noun) => format!("1 {noun}"),
        (count, "resource or list") => format!("{count} resources or lists"),
        (count, noun) => format!("{count} {noun}s"),
    }
}
