//! The fetched batches of a lineage as a tree, and iteration from the origin down.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::FusedIterator;

use super::fetch::FetchedBatches;
use crate::audit::batch::named_children;
use crate::types::{CreditBatch, CreditBatchId};

/// The fetched batches with their relations.
#[derive(Clone, Debug)]
pub(super) struct BatchTree {
    pub(super) requested: CreditBatchId,
    /// The requested batch, its parent, and so on up to the origin.
    pub(super) ancestors: Vec<CreditBatchId>,
    pub(super) fetched: FetchedBatches,
    children: BTreeMap<CreditBatchId, Vec<CreditBatchId>>,
}

impl BatchTree {
    pub(super) fn new(requested: CreditBatchId, fetched: FetchedBatches) -> Self {
        let ancestors = ancestors(&requested, &fetched);
        let children = children(&ancestors, &fetched);
        Self { requested, ancestors, fetched, children }
    }

    pub(super) fn origin(&self) -> &CreditBatchId {
        let mut from_the_top = self.ancestors.iter().rev();
        from_the_top.find(|id| self.get(id).is_some()).unwrap_or(&self.requested)
    }

    pub(super) fn get(&self, id: &CreditBatchId) -> Option<&CreditBatch> {
        self.fetched.batches.get(id)
    }

    pub(super) fn batches(&self) -> impl ExactSizeIterator<Item = (&CreditBatchId, &CreditBatch)> {
        self.fetched.batches.iter()
    }

    pub(super) fn children(&self, id: &CreditBatchId) -> &[CreditBatchId] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn walk(&self) -> LineageWalk<'_> {
        let pending = vec![(0, None, true, self.origin())];
        LineageWalk { tree: self, seen: BTreeSet::new(), pending }
    }
}

/// Returns the requested batch and its ancestors, up to the first that has no parent, was not
/// fetched or closes a cycle.
fn ancestors(requested: &CreditBatchId, fetched: &FetchedBatches) -> Vec<CreditBatchId> {
    let mut ancestors = vec![requested.clone()];
    let mut known = BTreeSet::from([requested]);
    let mut current = requested;
    while let Some(parent) = fetched.batches.get(current).and_then(|batch| batch.parent_id.as_ref())
    {
        ancestors.push(parent.clone());
        if !known.insert(parent) {
            break;
        }
        current = parent;
    }
    ancestors
}

/// Returns the children that each batch names, left before right. Each ancestor also has the
/// child through which it was found, even if it does not name that child.
fn children(
    ancestors: &[CreditBatchId],
    fetched: &FetchedBatches,
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

/// A node of a lineage, as visited by a [`LineageWalk`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LineageNode<'l> {
    /// The number of generations below the origin.
    pub depth: usize,
    /// The batch that the walk came from. `None` at the origin.
    pub parent: Option<&'l CreditBatchId>,
    /// `true` for the last child of its parent.
    pub is_last: bool,
    /// The identifier by which the parent names the node.
    pub id: &'l CreditBatchId,
    /// The batch, or the reason why it is missing.
    pub content: NodeContent<'l>,
}

/// The content of a [`LineageNode`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum NodeContent<'l> {
    /// A batch.
    Batch(&'l CreditBatch),
    /// A batch that was visited before, because of a cycle or a second parent. The walk does
    /// not visit its children again.
    Repeated(&'l CreditBatch),
    /// The reason why there is no batch.
    Absent(&'l str),
}

impl<'l> LineageNode<'l> {
    /// Returns the batch, or `None` if it is absent or was visited before.
    pub fn batch(&self) -> Option<&'l CreditBatch> {
        match self.content {
            NodeContent::Batch(batch) => Some(batch),
            NodeContent::Repeated(_) | NodeContent::Absent(_) => None,
        }
    }
}

/// An iterator over a lineage that visits each batch before its children.
#[derive(Clone, Debug)]
pub struct LineageWalk<'l> {
    tree: &'l BatchTree,
    seen: BTreeSet<&'l CreditBatchId>,
    /// A stack of the depth, parent, `is_last` and identifier of the nodes to visit.
    pending: Vec<(usize, Option<&'l CreditBatchId>, bool, &'l CreditBatchId)>,
}

impl<'l> LineageWalk<'l> {
    fn content(&self, id: &CreditBatchId) -> NodeContent<'l> {
        let fetched = &self.tree.fetched;
        match fetched.batches.get(id) {
            Some(batch) if self.seen.contains(id) => NodeContent::Repeated(batch),
            Some(batch) => NodeContent::Batch(batch),
            None => {
                NodeContent::Absent(fetched.absent.get(id).map_or("not fetched", String::as_str))
            }
        }
    }
}

impl<'l> Iterator for LineageWalk<'l> {
    type Item = LineageNode<'l>;

    fn next(&mut self) -> Option<LineageNode<'l>> {
        let (depth, parent, is_last, id) = self.pending.pop()?;
        let content = self.content(id);
        if let NodeContent::Batch(_) = content {
            self.seen.insert(id);
            let children = self.tree.children(id).iter().rev().enumerate();
            let nodes = children.map(|(index, child)| (depth + 1, Some(id), index == 0, child));
            self.pending.extend(nodes);
        }
        Some(LineageNode { depth, parent, is_last, id, content })
    }
}

impl FusedIterator for LineageWalk<'_> {}
