//! A credit batch with all its relatives, from the issued batch down to the batches that were
//! never split.
//!
//! Double counting of credits is visible only in a lineage, not in a single batch.
//! [`Registry::lineage`] fetches the lineage and checks it by the rules of [`AuditRule`].
//!
//! ```no_run
//! # async fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
//! let lineage = registry.lineage(&"ctb_1DRBTYA8Q1S07CBY".parse()?).await?;
//! print!("{}", lineage.text());
//! for (status, sum) in lineage.sums() {
//!     println!("{status}: {sum}");
//! }
//! for finding in lineage.findings() {
//!     println!("{finding}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`AuditRule`]: crate::audit::AuditRule

mod checks;
mod draw;
mod fetch;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use fetch::{MAX_BATCHES, MAX_BYTES};
pub use tree::{LineageNode, LineageWalk, NodeContent};

use super::finding::Finding;
use crate::error::Error;
use crate::registry::Registry;
use crate::scalars::decimal::Decimal;
use crate::types::{CreditBatch, CreditBatchId, CreditBatchStatus};
use fetch::FetchedBatches;
use tree::BatchTree;

/// A credit batch with all its relatives, and the findings about them.
///
/// A lineage serializes as an object with the identifiers `requested` and `origin`, the
/// `batches` in the order of [`walk`](Self::walk), the `sums` and the `findings`.
#[derive(Clone, Debug)]
pub struct Lineage {
    tree: BatchTree,
    findings: Vec<Finding>,
}

impl Registry {
    /// Fetches a credit batch with all its relatives, each once: its ancestors up to the issued
    /// batch, and all their descendants.
    ///
    /// Up to [`Options::concurrency`](crate::Options::concurrency) calls run at the same time.
    /// A relative that the API refuses, for example with a 404, is a [`Finding`], not an error. So
    /// is a relative beyond [`MAX_BATCHES`] or [`MAX_BYTES`].
    ///
    /// # Errors
    ///
    /// Any [`Error`] for the requested batch. For a relative, only errors that do not concern
    /// the relative itself, such as a lost connection or a status of 401 or 500.
    pub async fn lineage(&self, id: &CreditBatchId) -> Result<Lineage, Error> {
        Ok(Lineage::new(id.clone(), fetch::fetch(self, id).await?))
    }
}

impl Lineage {
    fn new(requested: CreditBatchId, fetched: FetchedBatches) -> Self {
        let tree = BatchTree::new(requested, fetched);
        let findings = checks::findings(&tree);
        Self { tree, findings }
    }

    /// Returns the requested identifier.
    pub fn requested(&self) -> &CreditBatchId {
        &self.tree.requested
    }

    /// Returns the identifier of the issued batch that all others descend from, or of the highest
    /// ancestor that could be fetched.
    pub fn origin(&self) -> &CreditBatchId {
        self.tree.origin()
    }

    /// Returns a batch of the lineage.
    pub fn get(&self, id: &CreditBatchId) -> Option<&CreditBatch> {
        self.tree.get(id)
    }

    /// Returns all batches, ordered by identifier.
    pub fn batches(&self) -> impl ExactSizeIterator<Item = (&CreditBatchId, &CreditBatch)> {
        self.tree.batches()
    }

    /// Returns the children that a batch names, left before right. An ancestor of the requested
    /// batch also has the child through which it was found, even if it does not name that child.
    pub fn children(&self, id: &CreditBatchId) -> &[CreditBatchId] {
        self.tree.children(id)
    }

    /// Iterates over the lineage from the origin down, each batch before its children.
    pub fn walk(&self) -> LineageWalk<'_> {
        self.tree.walk()
    }

    /// Returns the findings by rule: those about each batch, and those about batches that
    /// contradict each other or could not be fetched. They are the first
    /// [`MAX_KEPT`](crate::audit::MAX_KEPT) of each rule.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the number and the total size of the batches of each status.
    ///
    /// A batch with children counts as `split` regardless of its status. Its children hold its
    /// credits, which would otherwise be counted twice.
    pub fn sums(&self) -> BTreeMap<CreditBatchStatus, CreditSum> {
        let mut sums = BTreeMap::<_, CreditSum>::new();
        for (id, batch) in self.batches() {
            let is_leaf = self.children(id).is_empty();
            let status = if is_leaf { batch.status.clone() } else { CreditBatchStatus::Split };
            let sum = sums.entry(status).or_default();
            sum.batches += 1;
            sum.credit_kgs += i128::from(batch.size.credit_kgs);
        }
        sums
    }

    /// Draws the tree for a terminal, one line for each batch.
    pub fn text(&self) -> impl fmt::Display + '_ {
        draw::TextDrawing(&self.tree)
    }

    /// Draws the tree as a [Mermaid](https://mermaid.js.org) flowchart.
    pub fn mermaid(&self) -> impl fmt::Display + '_ {
        draw::MermaidDrawing(&self.tree)
    }

    /// Draws the tree in DOT, the language of [Graphviz](https://graphviz.org).
    pub fn dot(&self) -> impl fmt::Display + '_ {
        draw::DotDrawing(&self.tree)
    }
}

impl Serialize for Lineage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let batches: Vec<_> = self.walk().filter_map(|node| node.batch()).collect();
        let mut lineage = serializer.serialize_struct("Lineage", 5)?;
        lineage.serialize_field("requested", self.requested())?;
        lineage.serialize_field("origin", self.origin())?;
        lineage.serialize_field("batches", &batches)?;
        lineage.serialize_field("sums", &self.sums())?;
        lineage.serialize_field("findings", &self.findings)?;
        lineage.end()
    }
}

/// The number and the total size of some batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CreditSum {
    /// The number of batches.
    pub batches: usize,
    /// The total size in kilograms of CO₂e.
    pub credit_kgs: i128,
}

/// Formats the sum as in `125.632 credits in 3 batches`.
impl fmt::Display for CreditSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.batches == 1 { "batch" } else { "batches" };
        write!(f, "{} credits in {} {noun}", credits(self.credit_kgs), self.batches)
    }
}

/// Converts kilograms to credits, which are tonnes, with up to three decimals.
fn credits(kilograms: i128) -> String {
    let credits = rust_decimal::Decimal::try_from_i128_with_scale(kilograms, 3);
    // `MAX_BATCHES` batches of up to 2^63 kilograms fit the 96 bits of a decimal.
    credits.map_or_else(
        |_| format!("{kilograms}/1000"),
        |credits| Decimal::from(credits.normalize()).to_string(),
    )
}
