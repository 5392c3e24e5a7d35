//! The identifiers of the command line, which are validated before anything is sent.

use std::fs::File;
use std::io;
use std::path::Path;

use isometric_registry::types::CreditBatchId;
use isometric_registry::validate::lookup;

use crate::files::read_text;
use crate::operations::FetchOperation;
use crate::outcome::CommandFailure;
use crate::terminal::printable;

/// The size limit of `--ids`, in bytes. It is more than a million identifiers, and bounds memory.
const MAX_FILE_SIZE: usize = 64 * 1024 * 1024;

/// A valid identifier.
#[derive(Debug)]
pub(crate) struct Identifier {
    pub(crate) text: Box<str>,
    pub(crate) fetch: &'static FetchOperation,
}

/// Parses an identifier of any kind that can be fetched.
pub(crate) fn parse(text: &str) -> Result<Identifier, CommandFailure> {
    check(text).map_err(|error| CommandFailure::usage(error, hint()))
}

/// Parses the identifier of a credit batch.
pub(crate) fn parse_batch(text: &str) -> Result<CreditBatchId, CommandFailure> {
    let hint = "a credit batch identifier looks like ctb_1DRBTYA8Q1S07CBY; nothing was sent";
    text.parse().map_err(|error| CommandFailure::usage(format!("{error}"), hint))
}

/// Returns the identifier, or the reason why it is invalid.
fn check(text: &str) -> Result<Identifier, String> {
    let Some(fetch) = FetchOperation::of(text) else {
        let start: String = text.chars().take(MAX_EXCERPT).collect();
        return Err(format!(
            "identifier: unknown prefix; expected {}, found {start:?}",
            prefixes()
        ));
    };
    // A string serializes without errors.
    let json = serde_json::to_vec(text).unwrap_or_default();
    match lookup::violations(&json, fetch.parameter.schema).first() {
        None => Ok(Identifier { text: text.into(), fetch }),
        Some(violation) => Err(format!("identifier of {}: {}", fetch.kind(), violation.message())),
    }
}

fn hint() -> String {
    format!("identifiers start with {}; nothing was sent", prefixes())
}

fn prefixes() -> String {
    let prefixes: Vec<_> = FetchOperation::all().iter().map(|fetch| fetch.prefix).collect();
    match prefixes.split_last() {
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The maximum length of an invalid identifier in a message, in characters.
const MAX_EXCERPT: usize = 40;

/// Reads a file with one identifier per line.
pub(crate) fn read(path: &Path) -> Result<Vec<Identifier>, CommandFailure> {
    let (name, text) = if path == Path::new("-") {
        ("<stdin>".to_owned(), read_text(io::stdin(), MAX_FILE_SIZE))
    } else {
        let text = File::open(path).and_then(|file| read_text(file, MAX_FILE_SIZE));
        (printable(&path.to_string_lossy()).into_owned(), text)
    };
    let text = text.map_err(|error| {
        CommandFailure::usage(
            format!("{name}: cannot read the identifiers: {error}"),
            "pass a file with one identifier per line, or `-` for stdin",
        )
    })?;
    parse_lines(&name, &text)
}

/// Parses all lines except blank lines and comments. The error describes the first invalid
/// line and counts the others.
fn parse_lines(name: &str, text: &str) -> Result<Vec<Identifier>, CommandFailure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).zip(1_usize..);
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let mut ids = Vec::new();
    let mut first_error = None;
    let mut other_errors = 0;
    for (line, number) in lines {
        match check(line) {
            Ok(id) => ids.push(id),
            Err(_) if first_error.is_some() => other_errors += 1,
            Err(error) => first_error = Some(format!("{name}:{number}: {error}")),
        }
    }
    match first_error {
        None => Ok(ids),
        Some(error) if other_errors == 0 => Err(CommandFailure::usage(error, hint())),
        Some(error) => {
            Err(CommandFailure::usage(format!("{error}; and {other_errors} more"), hint()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_lines;
    use crate::outcome::CommandFailure;

    #[test]
    fn skips_blank_lines_and_comments() {
        let text = "\u{feff}# ours\r\n\n ctb_1DRBTYA8Q1S07CBY \r\n\t\nctb_1CA2D3S73SBXYN70";
        let ids: Vec<_> =
            parse_lines("a", text).unwrap().iter().map(|id| id.text.to_string()).collect();
        assert_eq!(ids, ["ctb_1DRBTYA8Q1S07CBY", "ctb_1CA2D3S73SBXYN70"]);
        assert!(parse_lines("a", "#\n").unwrap().is_empty());
    }

    #[test]
    fn names_the_first_invalid_line() {
        let text = "ctb_1DRBTYA8Q1S07CBY\n\nctb_1\nctb_1CA2D3S73SBXYN70 # why\n";
        let Err(CommandFailure::Reported { code, message, .. }) = parse_lines("ids.txt", text)
        else {
            panic!("the identifiers are invalid");
        };
        assert_eq!(code, 2);
        assert!(message.starts_with("ids.txt:3: "), "{message}");
        assert!(message.ends_with("; and 1 more"), "{message}");
    }
}
