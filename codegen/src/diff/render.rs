//! Writes a report for people: for the terminal, and for a pull request.

use std::fmt::Write;

use super::{Change, Level, Report};

/// How the terminal's text is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Not at all.
    Never,
    /// With the ANSI codes that Cargo uses for errors, warnings and notes.
    Ansi,
}

impl Colour {
    /// A status word in front of a line, as Cargo writes them.
    pub(crate) fn status(self, level: Level, word: &str) -> String {
        let code = match level {
            Level::Breaking => "1;31",
            Level::Warning => "1;33",
            Level::Info => "1;36",
        };
        self.with(code, &format!("{word:>12}"))
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        match self {
            Self::Never => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}

/// The report as text: each operation with its changes, the worst first, and the
/// verdict as the last line.
pub fn text(report: &Report, colour: Colour) -> String {
    let mut text = String::new();
    for changes in by_operation(report) {
        text += &format!("{}\n", colour.bold(operation(&changes[0])));
        for change in changes {
            let status = colour.status(change.level, capital(change.level));
            text += &format!("{status} {} [{}]\n", change.message, change.rule);
        }
    }
    let worst = report.changes.iter().map(|change| change.level).max().unwrap_or(Level::Info);
    let status = colour.status(worst, "Verdict");
    text + &format!("{status} {}\n", verdict(report))
}

fn capital(level: Level) -> &'static str {
    match level {
        Level::Breaking => "Breaking",
        Level::Warning => "Warning",
        Level::Info => "Info",
    }
}

fn by_operation(report: &Report) -> impl Iterator<Item = &[Change]> {
    report.changes.chunk_by(|a, b| a.operation == b.operation)
}

fn operation(change: &Change) -> &str {
    if change.operation.is_empty() { "The whole API" } else { &change.operation }
}

/// Whether it breaks, what the crate needs, and how many changes there are.
fn verdict(report: &Report) -> String {
    let verdict = match (report.breaking, report.changes.is_empty()) {
        (true, _) => "breaking",
        (false, false) => "not breaking",
        (false, true) => "no change on the wire",
    };
    let mut text = format!("{verdict}; crate: {}", semver(report));
    let counts = [
        (report.count(Level::Breaking), "breaking change", "breaking changes"),
        (report.count(Level::Warning), "warning", "warnings"),
        (report.count(Level::Info), "harmless change", "harmless changes"),
    ];
    for (count, one, many) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        text += &format!("; {count} {}", if count == 1 { one } else { many });
    }
    text
}

fn semver(report: &Report) -> String {
    let level = report.semver.map_or("unknown".to_owned(), |semver| semver.to_string());
    match report.semver_reason.lines().next().unwrap_or_default() {
        "" => level,
        reason => format!("{level} ({reason})"),
    }
}

/// GitHub refuses comments of more than 65,536 characters; the rest is for what a
/// workflow may add.
const MAX_MARKDOWN: usize = 60_000;
/// The table shows so many changes that break or may break.
const MAX_ROWS: usize = 40;
/// Pieces of what a document says are cut here.
const MAX_PIECE: usize = 300;

/// The report as Markdown for a comment on a pull request: the verdict, a table of
/// what breaks or may break, and every change, folded by operation. It stays below
/// GitHub's limit for comments; what had to be left out is counted.
pub fn markdown(report: &Report) -> String {
    let title = if report.breaking { "Breaking" } else { "Not breaking" };
    let title = if report.changes.is_empty() { "No change on the wire" } else { title };
    let rest = verdict(report);
    let rest = rest.split_once("; ").map_or("", |(_, rest)| rest);
    let mut text = format!("**{title}** · {}\n", escaped(&rest.replace("; ", " · ")));
    table(report, &mut text);
    details(report, &mut text);
    text
}

fn table(report: &Report, text: &mut String) {
    let bad = report.changes.iter().filter(|change| change.level > Level::Info);
    let mut worst_first: Vec<&Change> = bad.collect();
    if worst_first.is_empty() {
        return;
    }
    *text += "\n| | Operation | Change | Rule |\n| --- | --- | --- | --- |\n";
    worst_first.sort_by_key(|change| std::cmp::Reverse(change.level));
    for change in worst_first.iter().take(MAX_ROWS) {
        let Change { level, rule, message, .. } = change;
        let cells = [level.to_string(), code(operation(change)), escaped(message), code(rule)];
        // Even code must not have a `|` of its own in a table.
        *text += &format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    if worst_first.len() > MAX_ROWS {
        *text += &format!("\nand {} more, below.\n", worst_first.len() - MAX_ROWS);
    }
}

fn details(report: &Report, text: &mut String) {
    let mut shown = 0;
    for changes in by_operation(report) {
        let many = if changes.len() == 1 { "change" } else { "changes" };
        let summary = format!("{}: {} {many}", operation(&changes[0]), changes.len());
        let mut block = format!("\n<details><summary>{}</summary>\n\n", html(&summary));
        let mut listed = 0;
        for change in changes {
            let line = line(change);
            if text.len() + block.len() + line.len() > MAX_MARKDOWN {
                break;
            }
            block += &line;
            listed += 1;
        }
        if listed == 0 {
            break;
        }
        *text += &block;
        *text += "\n</details>\n";
        shown += listed;
    }
    if shown < report.changes.len() {
        let left = report.changes.len() - shown;
        let _ = write!(text, "\nand {left} more; `cargo xtask diff` lists them all.\n");
    }
}

fn line(change: &Change) -> String {
    let Change { level, rule, message, before, after, .. } = change;
    // Where something changed from one to the other, the message says so.
    let there = match (before, after) {
        (Some(there), None) | (None, Some(there)) => format!(" ({})", code(there)),
        _ => String::new(),
    };
    format!("- {level} `{rule}`: {}{there}\n", escaped(message))
}

/// Keeps what a document says from becoming markup or a mention. What stands between
/// backticks stays code.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let part = |(index, part): (usize, &str)| match index % 2 {
        0 => html(&cut(part)).replace('*', "\\*").replace('_', "\\_").replace('@', "&#64;"),
        _ => code(part),
    };
    parts.map(part).collect()
}

fn code(text: &str) -> String {
    let text = cut(text).replace('`', "'");
    if text.is_empty() { text } else { format!("`{text}`") }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(MAX_PIECE).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut.replace(['\n', '\r'], " ")
}

/// The report as JSON, with a line end.
pub fn json(report: &Report) -> String {
    // It is made of texts and truth values alone, which cannot fail to be written.
    serde_json::to_string_pretty(report).unwrap_or_default() + "\n"
}
