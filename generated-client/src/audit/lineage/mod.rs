//! A credit batch with all its relatives: from the batch that was issued down to those
//! that were not split any further.
//!
//! No single batch tells whether a credit is counted twice. Its lineage does:
//! [`Registry::lineage`] fetches it, and checks what must hold over all of it by the
//! rules of [`Rule`].
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

mod checks;
mod draw;
mod fetch;
mod serial;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use checks::{Finding, Rule};
pub use fetch::MOST_BATCHES;
pub use serial::SerialRange;
pub use walk::{Node, Place, Walk};

use crate::error::Error;
use crate::registry::Registry;
use crate::scalars::decimal::Decimal;
use crate::types::{CreditBatch, CreditBatchId, CreditBatchStatus};
use fetch::Fetched;

/// A credit batch with all its relatives, and what does not fit together among them.
///
/// It serializes as what a program needs to know about it: the identifier that was
/// asked for and that of the origin, the batches in the order of [`walk`](Self::walk),
/// the sums and the findings.
#[derive(Clone, Debug)]
pub struct Lineage {
    asked: CreditBatchId,
    /// From the batch that was asked for up to the origin.
    ancestors: Vec<CreditBatchId>,
    fetched: Fetched,
    children: BTreeMap<CreditBatchId, Vec<CreditBatchId>>,
    findings: Vec<Finding>,
}

impl Registry {
    /// Fetches a credit batch with all its relatives, each of them once: its
    /// ancestors up to the batch that was issued, and all their descendants.
    ///
    /// As many calls as [`Options::concurrency`](crate::Options::concurrency) allows run
    /// at the same time. A relative that the API refuses to give, as with a 404, is a
    /// [`Finding`] and not an error.
    ///
    /// # Errors
    ///
    /// Any [`Error`] for the batch itself. For its relatives, only those that say
    /// nothing about the relative, such as a lost connection or a status of 401 or 500.
    pub async fn lineage(&self, id: &CreditBatchId) -> Result<Lineage, Error> {
        Ok(Lineage::new(id.clone(), fetch::fetch(self, id).await?))
    }
}

impl Lineage {
    fn new(asked: CreditBatchId, fetched: Fetched) -> Self {
        let ancestors = ancestors(&asked, &fetched);
        let children = children(&ancestors, &fetched);
        let mut lineage = Self { asked, ancestors, fetched, children, findings: Vec::new() };
        lineage.findings = checks::check(&lineage);
        lineage
    }

    /// The identifier that was asked for.
    pub fn asked(&self) -> &CreditBatchId {
        &self.asked
    }

    /// The identifier of the batch that all others come from: the one that was issued,
    /// unless a finding says that it could not be reached.
    pub fn origin(&self) -> &CreditBatchId {
        let ancestor = |id: &&CreditBatchId| self.fetched.batches.contains_key(*id);
        self.ancestors.iter().rev().find(ancestor).unwrap_or(&self.asked)
    }

    /// A batch of the lineage.
    pub fn get(&self, id: &CreditBatchId) -> Option<&CreditBatch> {
        self.fetched.batches.get(id)
    }

    /// All batches, by identifier.
    pub fn batches(&self) -> impl ExactSizeIterator<Item = (&CreditBatchId, &CreditBatch)> {
        self.fetched.batches.iter()
    }

    /// The identifiers of the batches that one was split into: those that it names,
    /// left before right, and any that the lineage reached from below and that it does
    /// not name.
    pub fn children(&self, id: &CreditBatchId) -> &[CreditBatchId] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }

    /// Goes through the lineage from the origin down, each batch before its children.
    pub fn walk(&self) -> Walk<'_> {
        Walk::new(self)
    }

    /// Everything that does not fit together, and everything that is not there.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many batches there are of each status, and how much they hold. What a batch
    /// that is split holds is held by its children as well.
    pub fn sums(&self) -> BTreeMap<CreditBatchStatus, Sum> {
        let mut sums = BTreeMap::<_, Sum>::new();
        for batch in self.fetched.batches.values() {
            let sum = sums.entry(batch.status.clone()).or_default();
            sum.batches += 1;
            sum.credit_kgs += i128::from(batch.size.credit_kgs);
        }
        sums
    }

    /// A drawing of the tree for a terminal, one line for each batch.
    pub fn text(&self) -> impl fmt::Display + '_ {
        draw::Text(self)
    }

    /// A drawing of the tree as a [Mermaid](https://mermaid.js.org) flowchart.
    pub fn mermaid(&self) -> impl fmt::Display + '_ {
        draw::Mermaid(self)
    }

    /// A drawing of the tree in DOT, the language of [Graphviz](https://graphviz.org).
    pub fn dot(&self) -> impl fmt::Display + '_ {
        draw::Dot(self)
    }
}

impl Serialize for Lineage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let batches: Vec<_> = self.walk().filter_map(|place| place.batch()).collect();
        let mut lineage = serializer.serialize_struct("Lineage", 5)?;
        lineage.serialize_field("asked", &self.asked)?;
        lineage.serialize_field("origin", self.origin())?;
        lineage.serialize_field("batches", &batches)?;
        lineage.serialize_field("sums", &self.sums())?;
        lineage.serialize_field("findings", &self.findings)?;
        lineage.end()
    }
}

/// How many batches there are, and how much they hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Sum {
    /// The number of batches.
    pub batches: usize,
    /// What they hold together, in kilograms of CO₂e.
    pub credit_kgs: i128,
}

/// As in `125.632 credits in 3 batches`.
impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.batches == 1 { "batch" } else { "batches" };
        write!(f, "{} credits in {} {noun}", credits(self.credit_kgs), self.batches)
    }
}

/// Kilograms as credits, which are tonnes, with three decimals at the most.
fn credits(kilograms: i128) -> String {
    let credits = rust_decimal::Decimal::try_from_i128_with_scale(kilograms, 3);
    // 2^63 kilograms in each of 100,000 batches stay below the 96 bits there are.
    credits.map_or_else(
        |_| format!("{kilograms}/1000"),
        |credits| Decimal::from(credits.normalize()).to_string(),
    )
}

/// From the batch that was asked for up to the one that has no parent, or to the first
/// that is not there or was there before.
fn ancestors(asked: &CreditBatchId, fetched: &Fetched) -> Vec<CreditBatchId> {
    let mut ancestors = vec![asked.clone()];
    let mut known = std::collections::BTreeSet::from([asked]);
    let mut at = asked;
    while let Some(parent) = fetched.batches.get(at).and_then(|batch| batch.parent_id.as_ref()) {
        ancestors.push(parent.clone());
        if !known.insert(parent) {
            break;
        }
        at = parent;
    }
    ancestors
}

/// The children that each batch names, and those that name an ancestor as their parent.
fn children(
    ancestors: &[CreditBatchId],
    fetched: &Fetched,
) -> BTreeMap<CreditBatchId, Vec<CreditBatchId>> {
    let named = fetched.batches.iter().map(|(id, batch)| {
        let mut children: Vec<_> = named_children(batch).cloned().collect();
        children.dedup();
        (id.clone(), children)
    });
    let mut all: BTreeMap<_, _> = named.collect();
    for pair in ancestors.windows(2) {
        if let Some(children) = all.get_mut(&pair[1])
            && !children.contains(&pair[0])
        {
            children.push(pair[0].clone());
        }
    }
    all
}

/// The children that a batch names.
fn named_children(batch: &CreditBatch) -> impl Iterator<Item = &CreditBatchId> {
    [&batch.left_child_id, &batch.right_child_id].into_iter().flatten()
}
