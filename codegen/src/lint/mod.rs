//! Finds everything that is wrong with an OpenAPI document before it is used.
//!
//! Three kinds of thing are wrong: what the specification forbids, what progenitor
//! cannot take, and what breaks the rules of this project. All are reported in one
//! run, each with its place, the reason and a remedy.

mod document;
mod findings;
mod openapi30;
mod rules;
mod walk;
mod words;

use document::Document;
use findings::Findings;

use crate::document::Source;
use crate::document::diagnostic::Refusal;

/// Checks a document.
///
/// # Errors
///
/// Everything that is wrong with it; where it is no OpenAPI 3.0 document, that
/// alone.
pub fn lint(source: &Source) -> Result<(), Refusal> {
    let mut findings = Findings::default();
    if rules::version::is_accepted(source.root(), &mut findings) {
        let document = Document::read(source.root(), &mut findings);
        for rule in rules::ALL {
            rule(&document, &mut findings);
        }
    }
    match findings.into_diagnostics() {
        none if none.is_empty() => Ok(()),
        diagnostics => Err(Refusal::new(source.name(), diagnostics)),
    }
}
