//! Compares the facts of the spec with those of upstream.

use super::divergences::{Difference, Divergences};
use super::lock::{Lock, Statements, is_same_operation, statements};
use crate::contract::{Contract, FactsError};
use crate::document::diagnostic::Refusal;
use crate::styled::{OutputLine, Tone};

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The number of upstream's operations that the spec has.
    pub covered: usize,
    /// Upstream's operations that the spec lacks.
    pub missing: Vec<String>,
    /// The number of differences with a reason.
    pub explained: usize,
    /// The differences without a reason.
    pub unexplained: Vec<Difference>,
    /// The entries of the list of divergences that explain no difference.
    pub stale: Option<Refusal>,
}

impl Comparison {
    /// Returns whether every difference has a reason and every reason is needed.
    pub fn is_clean(&self) -> bool {
        self.unexplained.is_empty() && self.stale.is_none()
    }
}

/// Compares the spec with the facts of upstream about the same operations.
///
/// # Errors
///
/// The facts of the spec cannot be listed.
pub fn compare(
    spec: &Contract,
    upstream: &Lock,
    divergences: &Divergences,
) -> Result<Comparison, FactsError> {
    let operations = spec.operations();
    let is_covered =
        |theirs: &&String| operations.iter().any(|ours| is_same_operation(ours, theirs));
    let (covered, missing): (Vec<_>, Vec<_>) = upstream.operations.iter().partition(is_covered);
    let differences = differences(&statements(&spec.facts()?), &upstream.facts);
    let (explained, unexplained) = divergences.explain(differences);
    Ok(Comparison {
        covered: covered.len(),
        missing: missing.into_iter().cloned().collect(),
        stale: divergences.stale(&explained),
        explained: explained.len(),
        unexplained,
    })
}

fn differences(ours: &Statements, theirs: &Statements) -> Vec<Difference> {
    let difference = |subject: &String| {
        let (ours, theirs) = (ours.get(subject), theirs.get(subject));
        let subject = subject.clone();
        (ours != theirs).then(|| Difference {
            subject,
            ours: ours.cloned(),
            theirs: theirs.cloned(),
        })
    };
    let theirs_only = theirs.keys().filter(|subject| !ours.contains_key(*subject));
    let mut differences: Vec<_> = ours.keys().chain(theirs_only).filter_map(difference).collect();
    differences.sort_by(|a, b| a.subject.cmp(&b.subject));
    differences
}

/// Renders a comparison as lines: the unexplained differences, the stale entries, the
/// verdict and the coverage.
pub fn text(comparison: &Comparison) -> Vec<OutputLine> {
    let status = |tone, word, text: String| OutputLine::Status { tone, word, text };
    let mut lines = Vec::new();
    for Difference { subject, ours, theirs } in &comparison.unexplained {
        lines.push(OutputLine::Heading(subject.clone()));
        lines.push(status(Tone::Neutral, "ours", side_text(ours.as_deref())));
        lines.push(status(Tone::Neutral, "theirs", side_text(theirs.as_deref())));
    }
    if let Some(stale) = &comparison.stale {
        lines.push(OutputLine::Text(stale.to_string()));
    }
    let Comparison { covered, missing, explained, unexplained, .. } = comparison;
    let drift = unexplained.len();
    let tone = if comparison.is_clean() { Tone::Neutral } else { Tone::Error };
    let word = if drift == 0 { "Same" } else { "Drift" };
    let differences = format!("{drift} unexplained differences, {explained} explained");
    lines.push(status(tone, word, differences));
    let all = covered + missing.len();
    let coverage = format!("{covered} of {all} operations of upstream");
    lines.push(status(Tone::Neutral, "Coverage", coverage));
    lines
}

fn side_text(value: Option<&str>) -> String {
    match value {
        None => "absent",
        Some("") => "present",
        Some(value) => value,
    }
    .to_owned()
}
