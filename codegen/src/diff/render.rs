//! Renders a report for terminals and for pull requests.

use std::fmt::Write;

use super::change::Change;
use super::report::Report;
use super::rules::Level;
use crate::contract::UnreadReference;
use crate::document::diagnostic::on_one_line;
use crate::styled::{OutputLine, StyledText, TextSpan, Tone};

/// The number of operations or places that a heading lists, and of references to other
/// documents that a report lists.
const MAX_LISTED: usize = 10;

/// Renders a report as lines: each operation, group of operations or named schema with
/// its changes, the worst first, and the verdict as the last line.
///
/// `note` is a second verdict, such as the effect on a generated crate.
pub fn text(report: &Report, note: &StyledText) -> Vec<OutputLine> {
    let mut lines = Vec::new();
    for changes in groups(report) {
        lines.push(OutputLine::Heading(on_one_line(&heading(&changes[0]))));
        lines.extend(changes.iter().map(|change| {
            let (tone, word) = status(change.level);
            let text = on_one_line(&format!("{} [{}]", change.message, change.rule));
            OutputLine::Status { tone, word, text }
        }));
    }
    lines.extend(report.unread.iter().take(MAX_LISTED).map(|reference| {
        let text = on_one_line(&format!("{reference}, which is not read"));
        OutputLine::Status { tone: Tone::Warning, word: "Note", text }
    }));
    if report.unread.len() > MAX_LISTED {
        let text = format!("and {} more references to other documents", omitted(report));
        lines.push(OutputLine::Status { tone: Tone::Warning, word: "Note", text });
    }
    let worst = report.changes.iter().map(|change| change.level).max().unwrap_or(Level::Info);
    let mut verdict = format!("{}; {note}", verdict(report));
    for count in counts(report) {
        verdict += &format!("; {count}");
    }
    lines.push(OutputLine::Status { tone: status(worst).0, word: "Verdict", text: verdict });
    lines
}

/// Counts the references to other documents that a report does not list.
fn omitted(report: &Report) -> usize {
    report.unread.len().saturating_sub(MAX_LISTED)
}

fn status(level: Level) -> (Tone, &'static str) {
    match level {
        Level::Breaking => (Tone::Error, "Breaking"),
        Level::Warning => (Tone::Warning, "Warning"),
        Level::Info => (Tone::Neutral, "Info"),
    }
}

/// Returns the changes of each operation, group of operations or named schema.
fn groups(report: &Report) -> impl Iterator<Item = &[Change]> {
    report.changes.chunk_by(|a, b| a.schema == b.schema && a.audience() == b.audience())
}

/// Names the schema and the places that a change affects.
fn heading(change: &Change) -> String {
    let all = change.audience();
    let mut listed = all.iter().take(MAX_LISTED).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > MAX_LISTED {
        listed += &format!(" and {} more", all.len() - MAX_LISTED);
    }
    match (&change.schema, all) {
        (None, []) => "The whole API".to_owned(),
        (None, [operation]) => operation.clone(),
        (None, _) => format!("{} operations: {listed}", all.len()),
        (Some(name), [_]) => format!("Schema {name} in {listed}"),
        (Some(name), _) => format!("Schema {name} in {} places: {listed}", all.len()),
    }
}

/// Names the schema or the first operation that a change affects, and the number of
/// operations.
fn subject(change: &Change) -> StyledText {
    let text = StyledText::default();
    let count = |noun| format!(" ({} {noun})", change.operations.len());
    match (&change.schema, &change.operations[..]) {
        (None, []) => text.code("The whole API"),
        (None, [operation]) => text.code(operation),
        (None, [first, others @ ..]) => {
            text.code(first).plain(format!(" and {} more", others.len()))
        }
        (Some(name), [_]) => text.code(name).plain(count("operation")),
        (Some(name), _) => text.code(name).plain(count("operations")),
    }
}

fn verdict(report: &Report) -> &'static str {
    if report.breaking {
        "breaking"
    } else if report.changes.is_empty() {
        "no change on the wire"
    } else {
        "not breaking"
    }
}

fn counts(report: &Report) -> impl Iterator<Item = String> {
    let counts = [
        (report.count(Level::Breaking), "breaking change"),
        (report.count(Level::Warning), "warning"),
        (report.count(Level::Info), "harmless change"),
    ];
    let present = counts.into_iter().filter(|(count, _)| *count > 0);
    present.map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
}

/// GitHub rejects comments of more than 65,536 characters; a workflow may use the rest.
const MAX_MARKDOWN: usize = 60_000;
/// The number of rows of the table of breaking changes and warnings.
const MAX_ROWS: usize = 40;
/// The length at which a name or value from a document is truncated.
const MAX_CODE: usize = 300;

/// Renders a report as Markdown for a comment on a pull request: the verdict, a table
/// of breaking changes and warnings, and all changes folded by operation or schema.
///
/// The result stays below GitHub's limit for comments; omitted changes are counted.
/// `note` is a second verdict, such as the effect on a generated crate.
pub fn markdown(report: &Report, note: &StyledText) -> String {
    let title = StyledText::default().plain(verdict(report)).capitalized();
    let mut text = format!("**{title}** · {}", markdown_text(note));
    for count in counts(report) {
        text += &format!(" · {count}");
    }
    text.push('\n');
    append_table(report, &mut text);
    append_unread(report, &mut text);
    append_details(report, &mut text);
    text
}

fn append_table(report: &Report, text: &mut String) {
    let mut worst_first: Vec<&Change> =
        report.changes.iter().filter(|change| change.level > Level::Info).collect();
    if worst_first.is_empty() {
        return;
    }
    *text += "\n| | Place | Change | Rule |\n| --- | --- | --- | --- |\n";
    worst_first.sort_by_key(|change| std::cmp::Reverse(change.level));
    for change in worst_first.iter().take(MAX_ROWS) {
        let cells = [
            change.level.to_string(),
            markdown_text(&subject(change)),
            markdown_text(&change.message),
            code(change.rule),
        ];
        // A table cell ends at `|` even inside of code.
        *text += &format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    if worst_first.len() > MAX_ROWS {
        *text += &format!("\nand {} more, below.\n", worst_first.len() - MAX_ROWS);
    }
}

/// Lists the references to other documents.
fn append_unread(report: &Report, text: &mut String) {
    if report.unread.is_empty() {
        return;
    }
    *text += "\nReferences to other documents, which are not read:\n\n";
    for UnreadReference { document, position, reference } in report.unread.iter().take(MAX_LISTED) {
        let place = format!("{document}:{}:{}", position.line, position.column);
        *text += &format!("- {} in {}\n", code(reference), code(&place));
    }
    if omitted(report) > 0 {
        *text += &format!("- and {} more\n", omitted(report));
    }
}

fn append_details(report: &Report, text: &mut String) {
    let mut shown = 0;
    for changes in groups(report) {
        let plural = if changes.len() == 1 { "" } else { "s" };
        let heading = html(&truncated(&heading(&changes[0])));
        let count = changes.len();
        let mut block = format!(
            "\n<details><summary><code>{heading}</code>: {count} change{plural}</summary>\n\n"
        );
        let mut listed = 0;
        for change in changes {
            let item = list_item(change);
            if text.len() + block.len() + item.len() > MAX_MARKDOWN {
                break;
            }
            block += &item;
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

fn list_item(change: &Change) -> String {
    let Change { level, rule, message, before, after, .. } = change;
    // The message of a changed value names both values already.
    let summary = match (before, after) {
        (Some(summary), None) | (None, Some(summary)) => format!(" ({})", code(summary)),
        _ => String::new(),
    };
    format!("- {level} `{rule}`: {}{summary}\n", markdown_text(message))
}

fn markdown_text(text: &StyledText) -> String {
    let spans = text.spans().iter().map(|span| match span {
        TextSpan::Plain(text) => text.to_string(),
        TextSpan::Code(text) => code(text),
    });
    spans.collect()
}

/// Renders text from a document as a code span, in which nothing is markup.
fn code(text: &str) -> String {
    let text = truncated(text);
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn truncated(text: &str) -> String {
    let mut truncated: String = text.chars().take(MAX_CODE).collect();
    if truncated.len() < text.len() {
        truncated.push('…');
    }
    truncated.replace(['\n', '\r'], " ")
}
