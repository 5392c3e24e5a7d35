//! A change of a contract.

use serde::Serialize;

use super::place::Place;
use super::rules::{DiffRule, Level};
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
    /// The places with their headers and media types.
    #[serde(skip)]
    pub(super) origins: Vec<Place>,
    /// True if the severity depends only on the values that a schema allows.
    #[serde(skip)]
    pub(super) is_about_values: bool,
    /// True if the message shows a value that is not accepted.
    #[serde(skip)]
    pub(super) shows_witness: bool,
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

    /// Adds a value to the message that is not accepted, unless it already shows one.
    pub(super) fn show_witness(&mut self, witness: String) {
        if !self.is_about_values || self.shows_witness {
            return;
        }
        self.shows_witness = true;
        let introduction = match self.direction {
            WireDirection::Request => " No longer accepted: ",
            WireDirection::Response => " New: ",
        };
        let message = std::mem::take(&mut self.message);
        self.message = message.plain(introduction).code(witness).plain(".");
    }

    /// Returns a change of values that travel, in some places.
    pub(super) fn of_places(
        rule: &DiffRule,
        direction: WireDirection,
        origins: &[Place],
        message: StyledText,
    ) -> Self {
        let mut operations: Vec<_> = origins.iter().map(|place| place.operation.clone()).collect();
        let mut places: Vec<_> = origins.iter().filter_map(Place::display).collect();
        operations.sort();
        operations.dedup();
        places.sort();
        places.dedup();
        Self {
            rule: rule.id,
            level: rule.level(direction),
            schema: None,
            operations,
            places,
            direction,
            pointer: String::new(),
            before: None,
            after: None,
            message,
            origins: origins.to_vec(),
            is_about_values: true,
            shows_witness: true,
        }
    }

    /// Makes a breaking change a warning, since the effect on values is not known.
    pub(super) fn doubt(&mut self, reason: &str) {
        if self.level == Level::Breaking {
            self.lower();
            self.level = Level::Warning;
            let message = std::mem::take(&mut self.message);
            self.message = message.plain(" The effect is not known: ").code(reason).plain(".");
        }
    }

    /// Makes the change harmless: its message no longer names a consequence.
    pub(super) fn lower(&mut self) {
        if self.level == Level::Breaking {
            let consequence = self.message.spans().len().saturating_sub(2);
            self.message = self.message.without(consequence);
        }
        self.level = Level::Info;
    }

    /// Orders changes by schema, audience, descending severity, and place.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let level = std::cmp::Reverse(self.level);
        let message = self.message.to_string();
        let place = (self.direction, &self.pointer, self.rule, message);
        (&self.schema, self.audience(), level, place)
    }
}
