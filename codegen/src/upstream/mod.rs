//! Whether the spec still says what upstream's published document says.
//!
//! Both are lists of facts, so that the comparison is the difference of two lists.
//! Of upstream's, only the operations that the spec has are compared. Each known
//! difference stands in a list of its own with the reason (see [`Divergences`]);
//! what is not in there is drift. A [`Lock`] keeps upstream's list, so that it can
//! be compared without the document.

mod divergences;
mod lock;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use divergences::Divergences;
pub use lock::Lock;

use crate::contract::{Contract, Fact, TooManyFacts};
use crate::diff::Level;
use crate::diff::align::template;
use crate::diff::render::Colour;
use crate::document::diagnostic::{Diagnostic, Refusal};

/// A fact that the spec and upstream do not both state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What the fact is about, as in the contract: operation, place, pointer and
    /// keyword.
    pub subject: String,
    /// What the spec says; `None` for nothing, empty where standing there is all
    /// that there is to say.
    pub ours: Option<String>,
    /// What upstream says, likewise.
    pub theirs: Option<String>,
}

/// What the comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How many of upstream's operations the spec has.
    pub covered: usize,
    /// The operations that upstream has and the spec does not.
    pub missing: Vec<String>,
    /// How many differences are explained.
    pub explained: usize,
    /// The differences that are not.
    pub unexplained: Vec<Difference>,
    /// The explanations of what is no difference any more, each with its place.
    pub stale: Option<Refusal>,
}

impl Comparison {
    /// Whether every difference is explained, and every explanation needed.
    pub fn is_fine(&self) -> bool {
        self.unexplained.is_empty() && self.stale.is_none()
    }
}

/// Compares the spec with what upstream says of the same operations.
///
/// # Errors
///
/// The spec has too many facts to list.
pub fn compare(
    spec: &Contract,
    upstream: &Lock,
    divergences: &Divergences,
) -> Result<Comparison, TooManyFacts> {
    let operations = spec.operations();
    let is_ours = |theirs: &&String| operations.iter().any(|ours| is_same(ours, theirs));
    let (covered, missing): (Vec<_>, Vec<_>) = upstream.operations.iter().partition(is_ours);
    let ours = spec.facts()?.iter().map(statement).collect();
    let differences = differences(&ours, &upstream.facts);
    let (explained, unexplained) = divergences.explain(differences);
    Ok(Comparison {
        covered: covered.len(),
        missing: missing.into_iter().cloned().collect(),
        stale: divergences.stale(&explained),
        explained: explained.len(),
        unexplained,
    })
}

/// What facts are about, and what each says.
type Statements = BTreeMap<String, String>;

fn statement(fact: &Fact) -> (String, String) {
    (fact.subject(), fact.says().unwrap_or_default())
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

/// Whether two operations are one, whatever their path parameters are called.
fn is_same(a: &str, b: &str) -> bool {
    template(a) == template(b)
}

/// The comparison as text: what is not explained, and what is covered.
pub fn text(comparison: &Comparison, colour: Colour) -> String {
    let mut text = String::new();
    for Difference { subject, ours, theirs } in &comparison.unexplained {
        text += &format!("{}\n", colour.bold(subject));
        for (side, says) in [("ours", ours), ("theirs", theirs)] {
            let says = match says.as_deref() {
                None => "nothing",
                Some("") => "yes",
                Some(says) => says,
            };
            text += &format!("{} {says}\n", colour.status(Level::Info, side));
        }
    }
    if let Some(stale) = &comparison.stale {
        text += &format!("{stale}\n");
    }
    let level = if comparison.is_fine() { Level::Info } else { Level::Breaking };
    let Comparison { covered, missing, explained, unexplained, .. } = comparison;
    let all = covered + missing.len();
    let drift = unexplained.len();
    let verdict = colour.status(level, if drift == 0 { "Same" } else { "Drift" });
    text += &format!("{verdict} {drift} unexplained differences, {explained} explained\n");
    let coverage = colour.status(Level::Info, "Coverage");
    text + &format!("{coverage} {covered} of {all} operations of upstream\n")
}

fn refusal(name: &str, diagnostics: Vec<Diagnostic>) -> Option<Refusal> {
    (!diagnostics.is_empty()).then(|| Refusal::new(name, diagnostics))
}
