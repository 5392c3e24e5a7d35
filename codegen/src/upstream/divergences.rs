//! Divergences: known differences between the spec and upstream, with reasons.

use serde::Deserialize;
use toml::Spanned;

use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;

/// Matches any value of a side.
const ANY_VALUE: &str = "*";

/// A fact that differs between the spec and upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The subject of the fact: operation, place, pointer and keyword.
    pub subject: String,
    /// The value in the spec: `None` without the fact, empty for a keyword without a
    /// value.
    pub ours: Option<String>,
    /// The value in upstream's document, likewise.
    pub theirs: Option<String>,
}

/// The list of known differences in `spec/divergences.toml`.
///
/// ```
/// use codegen::upstream::Divergences;
///
/// let text = r#"
///     [[divergence]]
///     operation = "GET /credit_batches/{id}"
///     ## Facts, or places and pointers of which everything below is meant.
///     facts = ["200 · application/json · /id · pattern", "401"]
///     ## The value of each side. `*` is any value; an omitted side lacks the fact.
///     ours = "*"
///     reason = "Upstream does not document it."
/// "#;
/// assert!(Divergences::parse("spec/divergences.toml", text).is_ok());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Divergences {
    name: String,
    text: String,
    entries: Vec<Divergence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DivergenceFile {
    #[serde(default)]
    divergence: Vec<Divergence>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Divergence {
    operation: Option<String>,
    facts: Vec<Spanned<String>>,
    ours: Option<String>,
    theirs: Option<String>,
    reason: Spanned<String>,
}

/// The indices of the entry, and of the fact in it, that explain a difference.
pub(super) type Explanation = (usize, usize);

impl Divergences {
    /// Reads the list. Messages call the document `name`.
    ///
    /// # Errors
    ///
    /// The text is not TOML, has an unknown key, or an entry has no reason.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let file: DivergenceFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().to_owned();
            let help = "an entry has `facts`, `reason` and the value of either side".into();
            Refusal::new(name, vec![diagnostic(text, at, message, help)])
        })?;
        let has_no_reason = |entry: &&Divergence| entry.reason.get_ref().trim().is_empty();
        let diagnostics = file.divergence.iter().filter(has_no_reason).map(|entry| {
            let help = "explain why the spec differs from upstream, or correct the spec".into();
            diagnostic(text, entry.reason.span().start, "missing reason".into(), help)
        });
        match refusal(name, diagnostics.collect()) {
            Some(refusal) => Err(refusal),
            None => Ok(Self { name: name.into(), text: text.into(), entries: file.divergence }),
        }
    }

    /// Splits differences into the explanations of the explained ones, and the
    /// unexplained ones.
    pub(super) fn explain(
        &self,
        differences: Vec<Difference>,
    ) -> (Vec<Explanation>, Vec<Difference>) {
        let mut explained = Vec::new();
        let mut unexplained = Vec::new();
        for difference in differences {
            match self.explanation(&difference) {
                Some(explanation) => explained.push(explanation),
                None => unexplained.push(difference),
            }
        }
        (explained, unexplained)
    }

    fn explanation(&self, difference: &Difference) -> Option<Explanation> {
        self.entries.iter().enumerate().find_map(|(index, entry)| {
            let fact = entry.explains(difference)?;
            Some((index, fact))
        })
    }

    /// Reports the facts of the list that explain no difference.
    pub(super) fn stale(&self, explained: &[Explanation]) -> Option<Refusal> {
        let mut stale = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            for (number, fact) in entry.facts.iter().enumerate() {
                if !explained.contains(&(index, number)) {
                    let message = format!("stale entry: `{}` does not differ so", fact.get_ref());
                    let help = "remove the fact, or correct `ours` and `theirs`".into();
                    stale.push(diagnostic(&self.text, fact.span().start, message, help));
                }
            }
        }
        refusal(&self.name, stale)
    }
}

impl Divergence {
    /// Returns the index of the fact that explains a difference.
    fn explains(&self, difference: &Difference) -> Option<usize> {
        let matches = |expected: &Option<String>, found: &Option<String>| {
            expected.as_deref() == Some(ANY_VALUE) || expected == found
        };
        if !matches(&self.ours, &difference.ours) || !matches(&self.theirs, &difference.theirs) {
            return None;
        }
        let mut subject = difference.subject.as_str();
        if let Some(operation) = &self.operation {
            subject = subject.strip_prefix(operation.as_str())?.strip_prefix(" · ")?;
        }
        let covers = |fact: &Spanned<String>| {
            let rest = subject.strip_prefix(fact.get_ref().as_str());
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(" · ") || rest.starts_with('/')
            })
        };
        self.facts.iter().position(covers)
    }
}

fn diagnostic(text: &str, offset: usize, message: String, help: String) -> Diagnostic {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Diagnostic {
        rule: "invalid-divergences",
        position: Position { line, column },
        pointer: Pointer::root(),
        message,
        help,
    }
}

fn refusal(name: &str, diagnostics: Vec<Diagnostic>) -> Option<Refusal> {
    (!diagnostics.is_empty()).then(|| Refusal::new(name, diagnostics))
}
