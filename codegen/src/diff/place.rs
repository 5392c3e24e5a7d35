//! A place in an operation.

/// A part of an operation: method and path, and the parameter, request or response,
/// followed by the header or media type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) operation: String,
    pub(super) parts: Vec<String>,
}

impl Place {
    /// Returns the place as text, such as `GET /orders · 200`.
    pub(super) fn display(&self) -> Option<String> {
        let part = self.parts.first()?;
        Some(format!("{} · {part}", self.operation))
    }
}
