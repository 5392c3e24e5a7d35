//! Goes through a lineage from the origin down.

use std::collections::BTreeSet;
use std::iter::FusedIterator;

use super::Lineage;
use crate::types::{CreditBatch, CreditBatchId};

/// A place in a lineage, as a [`Walk`] comes to it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Place<'l> {
    /// How many generations this is below the origin.
    pub depth: usize,
    /// The batch that the walk came from. `None` at the origin.
    pub parent: Option<&'l CreditBatchId>,
    /// Whether this is the last child of its parent.
    pub is_last: bool,
    /// The identifier by which the parent names it.
    pub id: &'l CreditBatchId,
    /// What is there.
    pub node: Node<'l>,
}

/// What is at a place of a lineage.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node<'l> {
    /// A batch.
    Batch(&'l CreditBatch),
    /// A batch that the walk has come to before, which it must not: a cycle, or a batch
    /// with two parents. The walk does not go on from here.
    Repeated(&'l CreditBatch),
    /// No batch, and why.
    Absent(&'l str),
}

impl<'l> Place<'l> {
    /// The batch, where the walk comes to it for the first time.
    pub fn batch(&self) -> Option<&'l CreditBatch> {
        match self.node {
            Node::Batch(batch) => Some(batch),
            Node::Repeated(_) | Node::Absent(_) => None,
        }
    }
}

/// Every place of a lineage, each batch before its children.
#[derive(Clone, Debug)]
pub struct Walk<'l> {
    lineage: &'l Lineage,
    seen: BTreeSet<&'l CreditBatchId>,
    /// What is next, last first: depth, parent, whether it is the last child, itself.
    pending: Vec<(usize, Option<&'l CreditBatchId>, bool, &'l CreditBatchId)>,
}

impl<'l> Walk<'l> {
    pub(super) fn new(lineage: &'l Lineage) -> Self {
        let pending = vec![(0, None, true, lineage.origin())];
        Self { lineage, seen: BTreeSet::new(), pending }
    }

    fn node(&self, id: &CreditBatchId) -> Node<'l> {
        let fetched = &self.lineage.fetched;
        match fetched.batches.get(id) {
            Some(batch) if self.seen.contains(id) => Node::Repeated(batch),
            Some(batch) => Node::Batch(batch),
            None => Node::Absent(fetched.absent.get(id).map_or("it was not fetched", |why| why)),
        }
    }
}

impl<'l> Iterator for Walk<'l> {
    type Item = Place<'l>;

    fn next(&mut self) -> Option<Place<'l>> {
        let (depth, parent, is_last, id) = self.pending.pop()?;
        let node = self.node(id);
        if let Node::Batch(_) = node {
            self.seen.insert(id);
            let children = self.lineage.children(id).iter().rev().enumerate();
            let below = children.map(|(index, child)| (depth + 1, Some(id), index == 0, child));
            self.pending.extend(below);
        }
        Some(Place { depth, parent, is_last, id, node })
    }
}

impl FusedIterator for Walk<'_> {}
