//! Divergences: known differences between the spec and upstream, with reasons.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::outline::SEPARATOR;
use crate::contract::schema_owner;
use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;

/// Matches any value of a side.
const ANY_VALUE: &str = "*";

/// A fact that differs between the spec and upstream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Method and path, or `schema` and a name of the spec; empty for the whole document.
    pub owner: String,
    /// The place in the owner and the keyword; empty if only one side has the owner.
    pub subject: String,
    /// The value in the spec: `None` without the fact, empty for a keyword without a
    /// value.
    pub ours: Option<String>,
    /// The value in upstream's document, likewise.
    pub theirs: Option<String>,
    /// The places in operations that the difference affects.
    pub places: Vec<String>,
}

impl Difference {
    /// Returns the name of the schema that differs.
    pub(super) fn schema(&self) -> Option<&str> {
        self.owner.strip_prefix(&schema_owner(""))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.owner.as_str(), &self.subject];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(SEPARATOR))
    }
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
    schema: Option<String>,
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
        let diagnostics = file.divergence.iter().filter_map(|entry| {
            let (message, help) = entry.problem()?;
            Some(diagnostic(text, entry.reason.span().start, message.into(), help.into()))
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
    fn problem(&self) -> Option<(&'static str, &'static str)> {
        if self.reason.get_ref().trim().is_empty() {
            let help = "explain why the spec differs from upstream, or correct the spec";
            return Some(("missing reason", help));
        }
        let has_both = self.operation.is_some() && self.schema.is_some();
        let help = "write one entry for the operation and one for the schema";
        has_both.then_some(("expected `operation` or `schema`, found both", help))
    }

    /// Returns the index of the fact that explains a difference.
    fn explains(&self, difference: &Difference) -> Option<usize> {
        let matches = |expected: &Option<String>, found: &Option<String>| {
            expected.as_deref() == Some(ANY_VALUE) || expected == found
        };
        if !matches(&self.ours, &difference.ours) || !matches(&self.theirs, &difference.theirs) {
            return None;
        }
        let (schema, operation) = match difference.schema() {
            Some(name) => (Some(name), None),
            None => (None, Some(difference.owner.as_str()).filter(|owner| !owner.is_empty())),
        };
        let is_owner = matches_name(self.operation.as_deref(), operation)
            && matches_name(self.schema.as_deref(), schema);
        let covers = |fact: &Spanned<String>| covers(fact.get_ref(), &difference.subject);
        self.facts.iter().position(covers).filter(|_| is_owner)
    }
}

/// Returns whether a pattern matches a name, or both are absent. `*` is any text.
fn matches_name(pattern: Option<&str>, name: Option<&str>) -> bool {
    match (pattern, name) {
        (Some(pattern), Some(name)) => matches(pattern, name, &|_| false, &str::is_empty),
        (pattern, name) => pattern == name,
    }
}

/// Returns whether a pattern matches a fact or a place around it. `*` is any text in a
/// step, and `**` is any text.
fn covers(pattern: &str, subject: &str) -> bool {
    let ends_step = |rest: &str| rest.starts_with(SEPARATOR) || rest.starts_with('/');
    matches(pattern, subject, &ends_step, &|rest| rest.is_empty() || ends_step(rest))
}

/// Returns whether `text` has a prefix that matches the pattern, and `is_end` accepts the
/// rest. `*` does not match the text from where `ends_step` is true.
fn matches(
    pattern: &str,
    text: &str,
    ends_step: &dyn Fn(&str) -> bool,
    is_end: &dyn Fn(&str) -> bool,
) -> bool {
    let Some(wildcard) = pattern.find('*') else {
        return text.strip_prefix(pattern).is_some_and(is_end);
    };
    let Some(mut text) = text.strip_prefix(&pattern[..wildcard]) else { return false };
    let rest = &pattern[wildcard..];
    let any_step = rest.starts_with("**");
    let rest = rest.trim_start_matches('*');
    loop {
        if matches(rest, text, ends_step, is_end) {
            return true;
        }
        let mut characters = text.chars();
        if !any_step && ends_step(text) || characters.next().is_none() {
            return false;
        }
        text = characters.as_str();
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
