//! What is wrong with a document: the place, the reason and the remedy.

use std::fmt;

use crate::pointer::Pointer;

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
/// `help:` line.
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
            write!(f, "{separator}{name}:{line}:{column}: error: {message}, at {pointer}")?;
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}
