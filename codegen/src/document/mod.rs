//! YAML or JSON documents with positions, pointers, references and diagnostics.

pub mod diagnostic;
mod input;
mod json;
mod node;
pub mod nullable;
pub mod pointer;
pub mod reference;
pub(crate) mod resolver;
pub(crate) mod rules;
mod scalar;
mod yaml;

use self::diagnostic::{Diagnostic, Position, Refusal};
use self::json::JsonError;
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
        let root = parse(text).map_err(refusal)?;
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

/// Parses JSON, and any other text as YAML.
fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    match json::parse(text) {
        Ok(root) => Ok(root),
        Err(JsonError::Rules(diagnostics)) => Err(diagnostics),
        Err(JsonError::Syntax(json)) => yaml::parse(text).map_err(|yaml| match &yaml[..] {
            // The parser that reads further is the one for the language of the document.
            [yaml] if yaml.rule == json.rule && yaml.position < json.position => vec![json],
            _ => yaml,
        }),
    }
}
