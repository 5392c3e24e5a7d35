//! The report on the difference of two contracts.

use serde::Serialize;

use super::change::Change;
use super::compare;
use super::error::DiffError;
use super::judge;
use super::rules::{Level, Policy};
use super::verdict;
use crate::contract::{Contract, UnreadReference};
use crate::document::Source;

/// The difference of two contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// True if any change is breaking.
    pub breaking: bool,
    /// All changes, by schema, operations and descending severity.
    pub changes: Vec<Change>,
    /// The references of both documents to other documents, which are not read.
    pub unread: Vec<UnreadReference>,
}

impl Report {
    /// Compares two contracts.
    ///
    /// # Errors
    ///
    /// There are more than 20,000 changes, or a change lies more than 250 levels deep
    /// in a value.
    pub fn of(base: &Contract, revision: &Contract) -> Result<Self, DiffError> {
        let changes = judge::changes(&compare::pairs(base, revision)?)?;
        let breaking = changes.iter().any(|change| change.level == Level::Breaking);
        let unread = [base.unread(), revision.unread()].concat();
        Ok(Self { breaking, changes, unread })
    }

    /// Corrects the severities by the values that the two documents allow on the wire, and adds what only these show.
    #[must_use]
    pub fn with_verdicts(self, base: &Source, revision: &Source, policy: Policy) -> Self {
        let mut changes = self.changes;
        verdict::apply(base, revision, policy, &mut changes);
        changes.sort_by(|a, b| a.order().cmp(&b.order()));
        let breaking = changes.iter().any(|change| change.level == Level::Breaking);
        Self { breaking, changes, unread: self.unread }
    }

    /// Counts the changes of a severity.
    pub fn count(&self, level: Level) -> usize {
        self.changes.iter().filter(|change| change.level == level).count()
    }
}
