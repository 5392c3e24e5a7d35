//! Collects what is wrong, each finding with its place.

use crate::document::diagnostic::{Diagnostic, Position};
use crate::document::pointer::Pointer;

/// Where something stands, in the text and in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where in the text: the key, or the element of an array.
    pub position: Position,
    /// Where in the document.
    pub pointer: Pointer,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Adds what is wrong and why, and how to mend it.
    pub(crate) fn add(
        &mut self,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let Place { position, pointer } = place;
        self.0.push(Diagnostic { position, pointer, message: message.into(), help: help.into() });
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.0
    }
}
