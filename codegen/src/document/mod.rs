//! YAML or JSON documents with positions, pointers, references and diagnostics.

pub mod diagnostic;
mod json;
mod node;
pub mod nullable;
pub mod pointer;
pub mod reference;
pub(crate) mod rules;
mod yaml;

use self::diagnostic::{Position, Refusal};
pub use self::node::{Member, Node, Value};
use self::pointer::Pointer;

/// The maximum size of a document. Larger texts are not parsed.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A parsed document.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    root: Node,
}

impl Source {
    /// Parses a YAML 1.2 or JSON document.
    ///
    /// `name` identifies the document in messages. A byte order mark is ignored, and
    /// both kinds of line ending are accepted.
    ///
    /// # Errors
    ///
    /// Returns all duplicate keys, or the first syntax error.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let refusal = |diagnostics| Refusal::new(name, diagnostics);
        if text.len() > MAX_BYTES {
            let message =
                format!("document too large: {} bytes; the limit is {MAX_BYTES}", text.len());
            let rule = rules::DOCUMENT_TOO_LARGE;
            let diagnostic = rule.diagnostic(Position::START, Pointer::root(), message);
            return Err(refusal(vec![diagnostic]));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = match json::parse(text) {
            Some(root) => root,
            None => yaml::parse(text).map_err(refusal)?,
        };
        Ok(Self { name: name.to_owned(), root })
    }

    /// Returns the name of the document in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole document.
    pub fn root(&self) -> &Node {
        &self.root
    }
}
