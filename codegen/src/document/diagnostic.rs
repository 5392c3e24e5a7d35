//! Diagnostics: the problems of a document, each with its position, rule and help.

use std::fmt;

use super::pointer::Pointer;

/// A position in a text. Lines and columns count from 1, columns in characters.
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

/// A rule for documents.
#[derive(Debug, PartialEq, Eq)]
pub struct DocumentRule {
    /// The identifier, such as `duplicate-key`.
    pub id: &'static str,
    /// The problem that the rule reports, in one line.
    pub summary: &'static str,
    /// The usual fix.
    pub remedy: &'static str,
}

impl DocumentRule {
    pub(crate) fn diagnostic(
        &self,
        position: Position,
        pointer: Pointer,
        message: impl Into<String>,
    ) -> Diagnostic {
        let (message, help) = (message.into(), self.remedy.to_owned());
        Diagnostic { rule: self.id, position, pointer, message, help }
    }
}

/// Defines rules and `RULES`, the list of all of them, so that no rule can be missing
/// from the list.
macro_rules! document_rules {
    ($($name:ident = $id:literal: $summary:literal => $remedy:expr;)*) => {
        $(
            pub(crate) const $name: $crate::document::diagnostic::DocumentRule =
                $crate::document::diagnostic::DocumentRule {
                    id: $id,
                    summary: $summary,
                    remedy: $remedy,
                };
        )*
        pub(crate) const RULES: &[$crate::document::diagnostic::DocumentRule] = &[$($name),*];
    };
}
pub(crate) use document_rules;

/// A problem of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The id of the violated rule.
    pub rule: &'static str,
    /// The position in the text.
    pub position: Position,
    /// The position in the document's tree.
    pub pointer: Pointer,
    /// The problem and its reason.
    pub message: String,
    /// A possible fix.
    pub help: String,
}

/// The diagnostics of a rejected document in text order. Never empty.
///
/// Displays `FILE:LINE:COL: error: MESSAGE, at POINTER [RULE]` and a `help:` line for each
/// diagnostic. Control characters, which may come from the document, are escaped, and long
/// pointers are truncated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The display name of the document, such as `spec/registry.yaml`.
    pub name: String,
    /// The diagnostics.
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
        let name = &self.name;
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let Diagnostic { rule, position, pointer, message, help } = diagnostic;
            let Position { line, column } = position;
            let separator = if index == 0 { "" } else { "\n" };
            let pointer = truncated(&pointer.to_string());
            let message = on_one_line(&format!("{message}, at {pointer} [{rule}]"));
            write!(f, "{separator}{name}:{line}:{column}: error: {message}")?;
            write!(f, "\n  help: {}", on_one_line(help))?;
        }
        Ok(())
    }
}

/// Truncates a pointer. Many diagnostics may be about parts of one long name.
fn truncated(pointer: &str) -> String {
    /// The length at which a pointer is truncated.
    const MAX_POINTER: usize = 500;
    match pointer.char_indices().nth(MAX_POINTER) {
        Some((end, _)) => format!("{}…", &pointer[..end]),
        None => pointer.to_owned(),
    }
}

/// Escapes control characters, including line breaks.
pub(crate) fn on_one_line(text: &str) -> String {
    let escape =
        |c: char| if c.is_control() { c.escape_default().collect() } else { c.to_string() };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Pointer, Position, Refusal};

    #[test]
    fn escapes_control_characters() {
        let diagnostic = Diagnostic {
            rule: "some-rule",
            position: Position::START,
            pointer: Pointer::root().child("a\u{1b}[2J"),
            message: "unknown name `b\nc`".to_owned(),
            help: "write `d\u{9b}`".to_owned(),
        };
        assert_eq!(
            Refusal::new("spec.yaml", vec![diagnostic]).to_string(),
            "spec.yaml:1:1: error: unknown name `b\\nc`, at #/a\\u{1b}[2J [some-rule]\n  \
             help: write `d\\u{9b}`"
        );
    }
}
