//! A change of a contract.

use serde::Serialize;

use super::rules::Level;
use crate::contract::WireDirection;
use crate::styled::StyledText;

/// A change of a contract. A change of a named schema, or an equal change of several
/// operations, is one change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Change {
    /// The id of the rule, a row of [`RULES`](super::rules::RULES).
    pub rule: &'static str,
    /// The severity for clients.
    pub level: Level,
    /// The named schema that changed; `None` for a change in an operation itself.
    pub schema: Option<String>,
    /// Method and path of the operations that change; empty for a change of the whole
    /// document.
    pub operations: Vec<String>,
    /// The places in these operations: `GET /orders · 200`, `GET /orders · query limit`.
    pub places: Vec<String>,
    /// The direction in which the value travels.
    #[serde(serialize_with = "serialize_direction")]
    pub direction: WireDirection,
    /// The place in the value; empty for the whole value, or without a value.
    pub pointer: String,
    /// The contract of the base.
    pub before: Option<String>,
    /// The contract of the revision.
    pub after: Option<String>,
    /// A sentence about the change.
    pub message: StyledText,
}

fn serialize_direction<S: serde::Serializer>(
    direction: &WireDirection,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(direction)
}

impl Change {
    /// Returns the places of a change of a schema, and otherwise the operations.
    pub(super) fn audience(&self) -> &[String] {
        if self.schema.is_some() { &self.places } else { &self.operations }
    }

    /// Orders changes by schema, audience, descending severity, and place.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let level = std::cmp::Reverse(self.level);
        let message = self.message.to_string();
        let place = (self.direction, &self.pointer, self.rule, message);
        (&self.schema, self.audience(), level, place)
    }
}
