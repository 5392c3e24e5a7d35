//! The circumstances of a value on which the severity of its changes depends.

use crate::contract::{EdgeLabel, Element, WireDirection};

/// The properties of a place, as far as they affect the judgement of changes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) direction: WireDirection,
    /// True inside of a webhook or callback.
    pub(super) is_incoming: bool,
    pub(super) context: ValueContext,
    /// True for the value of a parameter that clients can omit.
    pub(super) is_optional_argument: bool,
}

impl Scope {
    pub(super) const DOCUMENT: Self = Self {
        direction: WireDirection::Request,
        is_incoming: false,
        context: ValueContext::Normal,
        is_optional_argument: false,
    };

    /// Returns the scope below an edge to an element of both sides.
    pub(super) fn below(self, label: &EdgeLabel, base: &Element, revision: &Element) -> Self {
        let direction = label.direction(self.direction);
        let unexpected = match direction {
            WireDirection::Request => "readOnly",
            WireDirection::Response => "writeOnly",
        };
        let was_unexpected = base.facts.contains_key(unexpected);
        let is_unexpected = revision.facts.contains_key(unexpected);
        let context = match label {
            EdgeLabel::Keyword("not" | "if") => ValueContext::Condition,
            EdgeLabel::Property(_) if is_unexpected && !was_unexpected => {
                ValueContext::NoLongerExpected
            }
            EdgeLabel::Property(_) if is_unexpected || was_unexpected => ValueContext::NotExpected,
            _ if self.context == ValueContext::NotExpected => ValueContext::Normal,
            _ => self.context,
        };
        Self {
            direction,
            is_incoming: self.is_incoming || matches!(label, EdgeLabel::Incoming { .. }),
            context,
            is_optional_argument: self.is_optional_argument && *label == EdgeLabel::Value,
        }
    }
}

/// The context of a value, as far as it affects the severity of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ValueContext {
    Normal,
    /// Below `not` or `if`.
    Condition,
    /// A `readOnly` property in a request, or a `writeOnly` property in a response.
    /// OpenAPI: it should not be sent, and `required` has no effect. Senders that
    /// include it nevertheless must send a valid value.
    NotExpected,
    /// A property that the revision makes `NotExpected`.
    NoLongerExpected,
}
