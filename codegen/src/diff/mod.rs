//! The difference of two contracts, and what it does to callers.
//!
//! [`Report::of`] compares two documents; [`rules::RULES`] is the table that judges
//! each change, by what changed, how, and in which direction the value travels.

pub(crate) mod align;
mod compare;
pub mod inclusion;
mod pairs;
pub mod render;
pub mod rules;
mod words;

use serde::Serialize;

use crate::contract::{Contract, Direction};
use crate::semver::Semver;
use pairs::Pairs;
pub use rules::Level;

/// Nobody reads a longer report.
const MAX_CHANGES: usize = 20_000;

/// One change of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The rule that judges it: a row of [`rules::RULES`].
    pub rule: &'static str,
    /// How bad it is for callers.
    pub level: Level,
    /// Method and path; empty where it is about the whole document.
    pub operation: String,
    /// Which way the value travels.
    #[serde(serialize_with = "serialize_direction")]
    pub direction: Direction,
    /// Where in the value; empty for all of it, and for what is no value.
    pub pointer: String,
    /// What the contract said.
    pub before: Option<String>,
    /// What it says now.
    pub after: Option<String>,
    /// What happened, in one sentence.
    pub message: String,
}

fn serialize_direction<S: serde::Serializer>(
    direction: &Direction,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(direction)
}

impl Change {
    /// By operation, the worst first, then by place.
    fn order(&self) -> impl Ord + '_ {
        let level = std::cmp::Reverse(self.level);
        (&self.operation, level, self.direction, &self.pointer, self.rule, &self.message)
    }
}

/// The difference of two documents.
///
/// Serializes as the JSON that `cargo xtask diff --format json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether any change is breaking.
    pub breaking: bool,
    /// What the change does to the generated crate; `None` where a side cannot be
    /// generated.
    pub semver: Option<Semver>,
    /// Why.
    pub semver_reason: String,
    /// Every change, by operation and the worst first.
    pub changes: Vec<Change>,
}

/// Two documents have so little in common that listing every change is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the two documents differ in more than {MAX_CHANGES} places; \
     compare documents of the same API, or one version after the other"
)]
pub struct TooManyChanges;

impl Report {
    /// Compares two contracts. What it does to the generated crate is said by the
    /// caller, who can generate it.
    ///
    /// # Errors
    ///
    /// There are more than 20,000 changes.
    pub fn of(base: &Contract, revision: &Contract) -> Result<Self, TooManyChanges> {
        let changes = compare::changes(&Pairs::of(base, revision))?;
        Ok(Self {
            breaking: changes.iter().any(|change| change.level == Level::Breaking),
            semver: None,
            semver_reason: "the crate was not compared".into(),
            changes,
        })
    }

    /// The same report with what the change does to the generated crate, and why.
    #[must_use]
    pub fn with_semver(mut self, semver: Option<Semver>, reason: impl Into<String>) -> Self {
        self.semver = semver;
        self.semver_reason = reason.into();
        self
    }

    /// How many changes are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.changes.iter().filter(|change| change.level == level).count()
    }
}
