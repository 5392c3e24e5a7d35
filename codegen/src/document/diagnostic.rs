//! What is wrong with a document: the place, the reason and the remedy.

use std::fmt;

use crate::document::pointer::Pointer;

/// A place in a text. Both numbers count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where in the text.
    pub position: Position,
    /// Where in the document.
    pub pointer: Pointer,
    /// What is wrong, and why.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// Why a document was refused: everything found wrong with it, in the order of
/// the text. Never empty.
///
/// Displays one `FILE:LINE:COL: error: ...` per finding, each followed by a
/// `help:` line. Control characters, which may come from the document, are escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The name of the document as messages give it, such as `spec/registry.yaml`.
    pub name: String,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
}

impl Refusal {
    pub(crate) fn new(name: &str, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|a, b| {
            (a.position, &a.pointer, &a.message).cmp(&(b.position, &b.pointer, &b.message))
        });
        diagnostics.dedup();
        Self { name: name.to_owned(), diagnostics }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let Diagnostic { position: Position { line, column }, pointer, message, help } =
                diagnostic;
            let separator = if index == 0 { "" } else { "\n" };
            let name = &self.name;
            let message = on_one_line(&format!("{message}, at {pointer}"));
            write!(f, "{separator}{name}:{line}:{column}: error: {message}")?;
            write!(f, "\n  help: {}", on_one_line(help))?;
        }
        Ok(())
    }
}

/// The text with its control characters escaped.
pub(crate) fn on_one_line(text: &str) -> String {
    let escaped =
        |c: char| if c.is_control() { c.escape_default().collect() } else { c.to_string() };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Pointer, Position, Refusal};

    #[test]
    fn no_control_character_of_a_document_is_shown() {
        let diagnostic = Diagnostic {
            position: Position::START,
            pointer: Pointer::root().child("a\u{1b}[2J"),
            message: "there is no `b\nc`".to_owned(),
            help: "write `d\u{9b}`".to_owned(),
        };
        assert_eq!(
            Refusal::new("spec.yaml", vec![diagnostic]).to_string(),
            "spec.yaml:1:1: error: there is no `b\\nc`, at #/a\\u{1b}[2J\n  help: write `d\\u{9b}`"
        );
    }
}
