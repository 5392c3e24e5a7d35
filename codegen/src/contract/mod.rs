//! The contract of a document: its promises and demands, as a graph.
//!
//! Elements are operations, parameters, bodies, responses and schemas, with every
//! reference resolved. The graph can be listed as facts, one per line. A named schema
//! is listed once, and the places that refer to it have its name:
//!
//! ```text
//! GET /credit_batches/{id} · 200 · application/json · schema = CreditBatch
//! schema CreditBatch · /retired_at · nullable
//! ```
//!
//! The list is the snapshot that shows drift, and [`upstream`](crate::upstream)
//! compares two such lists. [`diff`](crate::diff) compares two graphs.
//!
//! Equivalent documents have the same graph. It does not depend on the dialect
//! (OpenAPI 3.0 or 3.1), on inlined or referenced schemas, on the order of
//! properties, or on titles, descriptions and examples. The names of schemas tell
//! where a reader finds a difference, and match alternatives.

mod build;
mod constraint;
mod facts;
mod graph;
mod keywords;
mod media_type;
mod normalize;
mod references;
mod schema;
mod security;
#[cfg(test)]
mod tests;
mod unread;

use std::rc::Rc;

use build::Built;
pub(crate) use build::{IGNORED_HEADERS, METHODS};
pub use constraint::{Bound, Constraint, JsonNumber, Range, SetRelation, StringSet, ValueEncoding};
pub use facts::{Fact, FactsError};
pub(crate) use facts::{MAX_DEPTH, SCHEMA, deep_place, schema_owner};
pub(crate) use graph::{ChildEdge, EdgeLabel, Element, ElementId, ElementLocation, path_template};
pub use graph::{Keyword, WireDirection};
pub(crate) use media_type::media_type_name;
pub use unread::UnreadReference;

use crate::document::Source;
use crate::document::diagnostic::Refusal;

/// The promises and demands of a document.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The first element is the whole document.
    elements: Vec<Rc<Element>>,
    /// The names of the document's schemas, which help to match alternatives.
    components: StringSet,
    unread: Vec<UnreadReference>,
}

impl Contract {
    /// Reads the contract of an OpenAPI 3 document.
    ///
    /// The reader is lenient: an unknown keyword becomes a fact, and so does a reference
    /// to another document, which is not read.
    ///
    /// # Errors
    ///
    /// The document is not OpenAPI 3, a reference of an operation leads nowhere, or
    /// references are nested too deeply to be resolved. Such a document is refused as a
    /// whole: a contract that leaves out a schema could hide a change.
    pub fn of(source: &Source) -> Result<Self, Refusal> {
        let Built { elements, unread } = build::read(source)?;
        let elements = elements.into_iter().map(Rc::new).collect();
        Ok(Self { elements, components: build::components(source), unread })
    }

    /// Returns the references to other documents, whose contents are not part of the
    /// contract.
    pub fn unread(&self) -> &[UnreadReference] {
        &self.unread
    }

    /// Returns all facts, ordered by operation and place; those of named schemas follow.
    ///
    /// # Errors
    ///
    /// There are more than 100,000 facts, or a schema is nested more than 250 levels
    /// deep. A few lines of schemas that refer to each other suffice for either.
    pub fn facts(&self) -> Result<Vec<Fact>, FactsError> {
        self.facts_of(|_| true)
    }

    /// Returns the facts about the whole document, about some operations, and about the
    /// named schemas that these reach.
    ///
    /// # Errors
    ///
    /// As [`facts`](Self::facts).
    pub fn facts_of(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Fact>, FactsError> {
        facts::list(&self.elements, &|label| is_wanted(&label.to_string()))
    }

    /// Returns the method and path of every operation.
    pub fn operations(&self) -> Vec<String> {
        let labels = self.elements.iter().take(1).flat_map(|whole| whole.children.keys());
        labels.map(EdgeLabel::to_string).collect()
    }

    /// Returns all facts as text, one per line.
    ///
    /// # Errors
    ///
    /// As [`facts`](Self::facts).
    pub fn to_text(&self) -> Result<String, FactsError> {
        Ok(self.facts()?.iter().map(|fact| format!("{fact}\n")).collect())
    }

    pub(crate) fn elements(&self) -> &[Rc<Element>] {
        &self.elements
    }

    pub(crate) fn components(&self) -> &StringSet {
        &self.components
    }
}
