//! The parts of a document that its contract lacks.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::document::diagnostic::{Position, on_one_line};
use crate::document::{Node, Source};

/// The length at which a reference is truncated.
const MAX_EXCERPT: usize = 200;

/// A reference to another document, which is not read. Two such references are compared by
/// their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadReference {
    /// The display name of the document that contains the reference.
    pub document: String,
    /// The position of the reference.
    pub position: Position,
    /// The reference, truncated to 200 characters.
    pub reference: String,
}

impl UnreadReference {
    pub(super) fn new(source: &Source, node: &Node) -> Self {
        let reference = excerpt(node.as_str().unwrap_or_default());
        Self { document: source.name().to_owned(), position: node.position, reference }
    }
}

impl fmt::Display for UnreadReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, position: Position { line, column }, reference } = self;
        write!(f, "{document}:{line}:{column}: `{reference}` is in another document")
    }
}

/// Serializes as it displays.
impl Serialize for UnreadReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Truncates a reference, and escapes control characters.
pub(super) fn excerpt(reference: &str) -> String {
    let mut text = reference.to_owned();
    if let Some((end, _)) = text.char_indices().nth(MAX_EXCERPT) {
        text.truncate(end);
        text.push('…');
    }
    on_one_line(&text)
}
