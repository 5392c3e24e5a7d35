//! The known differences between the spec and upstream, each with its reason.

use serde::Deserialize;
use toml::Spanned;

use super::{Difference, refusal};
use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;

/// Stands for whatever a side says.
const ANYTHING: &str = "*";

/// The list of known differences, as `spec/divergences.toml` has it.
///
/// ```
/// use codegen::upstream::Divergences;
///
/// let text = r#"
///     [[divergence]]
///     operation = "GET /credit_batches/{id}"
///     ## What differs: a fact, or everything below a place or a pointer.
///     facts = ["200 · application/json · /id · pattern", "401"]
///     ## What each side says. `*` is anything; a side left out says nothing.
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
struct File {
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

/// A difference, and which fact of which entry explains it.
pub(super) type Explained = (usize, usize);

impl Divergences {
    /// Reads the list; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// It is not TOML, has an unknown key, or an entry without a reason.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().to_owned();
            let help = "an entry has `facts`, `reason` and what both sides say".into();
            Refusal::new(name, vec![diagnostic(text, at, message, help)])
        })?;
        let unreasoned =
            file.divergence.iter().filter(|entry| entry.reason.get_ref().trim().is_empty());
        let unreasoned = unreasoned.map(|entry| {
            let message = "a difference has no reason".into();
            let help = "say why the spec departs from upstream, or mend it".into();
            diagnostic(text, entry.reason.span().start, message, help)
        });
        match refusal(name, unreasoned.collect()) {
            Some(refusal) => Err(refusal),
            None => Ok(Self { name: name.into(), text: text.into(), entries: file.divergence }),
        }
    }

    /// Which fact of which entry explains each difference, and the differences that
    /// none does.
    pub(super) fn explain(
        &self,
        differences: Vec<Difference>,
    ) -> (Vec<Explained>, Vec<Difference>) {
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

    fn explanation(&self, difference: &Difference) -> Option<Explained> {
        self.entries.iter().enumerate().find_map(|(index, entry)| {
            let fact = entry.explains(difference)?;
            Some((index, fact))
        })
    }

    /// The facts that explain nothing.
    pub(super) fn stale(&self, explained: &[Explained]) -> Option<Refusal> {
        let mut stale = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            for (number, fact) in entry.facts.iter().enumerate() {
                if !explained.contains(&(index, number)) {
                    let message = format!("`{}` is no difference of this kind", fact.get_ref());
                    let help = "take it out, or write what both sides say now".into();
                    stale.push(diagnostic(&self.text, fact.span().start, message, help));
                }
            }
        }
        refusal(&self.name, stale)
    }
}

impl Divergence {
    /// Which of the entry's facts explains the difference.
    fn explains(&self, difference: &Difference) -> Option<usize> {
        let fits = |said: &Option<String>, says: &Option<String>| {
            said.as_deref() == Some(ANYTHING) || said == says
        };
        if !fits(&self.ours, &difference.ours) || !fits(&self.theirs, &difference.theirs) {
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
