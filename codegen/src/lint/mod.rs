//! Finds everything that is wrong with an OpenAPI document before it is used.
//!
//! Three kinds of thing are wrong: what the specification forbids, what progenitor
//! cannot take, and what breaks the rules of this project. All are reported in one
//! run, each with its place, the reason and a remedy.

mod access;
mod bodies;
mod bounds;
mod document;
mod examples;
mod findings;
mod formats;
mod grammar;
mod house;
mod names;
mod nulls;
mod parameters;
mod paths;
mod references;
mod schemas;
mod unsupported;
mod version;
mod walk;
mod words;

use document::Document;
use findings::Findings;

use crate::diagnostic::Refusal;
use crate::source::Source;

/// What the rules have in common: each looks through the whole document.
type Rule = fn(&Document<'_>, &mut Findings);

const RULES: &[Rule] = &[
    references::check,
    unsupported::check,
    paths::check,
    parameters::check,
    bodies::check,
    schemas::check,
    bounds::check,
    nulls::check,
    examples::check,
    names::check,
    access::check,
    house::check,
];

/// Checks a document.
///
/// # Errors
///
/// Everything that is wrong with it; where it is no OpenAPI 3.0 document, that
/// alone.
pub fn lint(source: &Source) -> Result<(), Refusal> {
    let mut findings = Findings::default();
    if version::is_accepted(source.root(), &mut findings) {
        let document = Document::read(source.root(), &mut findings);
        for rule in RULES {
            rule(&document, &mut findings);
        }
    }
    match findings.into_diagnostics() {
        none if none.is_empty() => Ok(()),
        diagnostics => Err(Refusal::new(source.name(), diagnostics)),
    }
}
