//! The contract of a document: its promises and demands, as a graph.
//!
//! Elements are operations, parameters, bodies, responses and schemas, with every
//! reference resolved. The graph can be listed as facts, one per line:
//!
//! ```text
//! GET /credit_batches/{id} · 200 · application/json · /country_of_issue · length = 3..=3
//! GET /credit_batches/{id} · 200 · application/json · /retired_at · nullable
//! ```
//!
//! The list is the snapshot that shows drift, and [`upstream`](crate::upstream)
//! compares two such lists. [`diff`](crate::diff) compares two graphs.
//!
//! Equivalent documents have the same contract. It does not depend on the dialect
//! (OpenAPI 3.0 or 3.1), on inlined or referenced schemas, on the order of
//! properties, or on component names, titles, descriptions and examples.

mod build;
mod constraint;
mod facts;
mod graph;
mod keywords;
mod normalize;
mod references;
mod schema;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use constraint::{Bound, Constraint, JsonNumber, Range, SetRelation, StringSet, ValueEncoding};
pub use facts::{Fact, FactsError};
pub(crate) use facts::{MAX_DEPTH, deep_place};
pub(crate) use graph::{ChildEdge, EdgeLabel, Element, ElementId, ElementLocation, path_template};
pub use graph::{Keyword, WireDirection};

use crate::document::Source;
use crate::document::diagnostic::Refusal;

/// The promises and demands of a document.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The first element is the whole document.
    elements: Vec<Rc<Element>>,
    /// The names of the document's schemas, which help to match alternatives.
    components: StringSet,
}

impl Contract {
    /// Reads the contract of an OpenAPI 3 document.
    ///
    /// The reader is lenient: an unknown keyword becomes a fact, and so does a
    /// reference without a target.
    ///
    /// # Errors
    ///
    /// The document is not OpenAPI 3, or its references are nested too deeply to be
    /// resolved. Such a document is refused as a whole: a contract that leaves out
    /// a schema could hide a change.
    pub fn of(source: &Source) -> Result<Self, Refusal> {
        let elements = build::elements(source)?.into_iter().map(Rc::new).collect();
        Ok(Self { elements, components: build::components(source) })
    }

    /// Returns all facts, ordered by operation, place, pointer and keyword.
    ///
    /// # Errors
    ///
    /// There are more than 100,000 facts, or a schema is nested more than 250 levels
    /// deep. A few lines of schemas that refer to each other suffice for either.
    pub fn facts(&self) -> Result<Vec<Fact<'_>>, FactsError> {
        self.facts_of(|_| true)
    }

    /// Returns the facts about the whole document and about some operations.
    ///
    /// # Errors
    ///
    /// As [`facts`](Self::facts).
    pub fn facts_of(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Fact<'_>>, FactsError> {
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
