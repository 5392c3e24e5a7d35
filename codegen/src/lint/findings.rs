//! The findings of the lint.

use crate::document::diagnostic::{Diagnostic, DocumentRule, Position};
use crate::document::pointer::Pointer;

/// A location in the text and in the document's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The position of the key, or of the array element.
    pub position: Position,
    /// The pointer to the value.
    pub pointer: Pointer,
}

impl Location {
    /// The start of the document.
    pub(crate) fn start() -> Self {
        Self { position: Position::START, pointer: Pointer::root() }
    }
}

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Adds a finding with the remedy of the rule as help.
    pub(crate) fn add(&mut self, rule: &DocumentRule, at: Location, message: impl Into<String>) {
        self.0.push(rule.diagnostic(at.position, at.pointer, message));
    }

    /// Adds a finding with help that is more specific than the remedy of the rule.
    pub(crate) fn add_with_help(
        &mut self,
        rule: &DocumentRule,
        at: Location,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = rule.diagnostic(at.position, at.pointer, message);
        self.0.push(Diagnostic { help: help.into(), ..diagnostic });
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.0
    }
}
