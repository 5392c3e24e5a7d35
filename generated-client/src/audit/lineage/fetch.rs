//! Fetches a credit batch and its relatives, each of them once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::named_children;
use crate::call::response::Response;
use crate::error::Error;
use crate::registry::Registry;
use crate::types::{CreditBatch, CreditBatchId};
use crate::validate::{Rule, Violation};

/// The most batches that are fetched for one lineage: a registry that makes up new
/// ones without end must not take all memory.
pub const MOST_BATCHES: usize = 100_000;

/// What there is of a lineage.
#[derive(Clone, Debug, Default)]
pub(super) struct Fetched {
    pub(super) batches: BTreeMap<CreditBatchId, CreditBatch>,
    /// Why a relative is not among the batches.
    pub(super) absent: BTreeMap<CreditBatchId, String>,
    /// Where a batch breaks the rules of the spec.
    pub(super) violations: BTreeMap<CreditBatchId, Vec<Violation>>,
}

/// Where to go on from a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// To its parent and its children: the batch is the one that was asked for, or one
    /// of its ancestors.
    Up,
    /// To its children alone. A parent other than the one it was found by belongs to
    /// another lineage.
    Down,
}

type Relative = (CreditBatchId, Direction);

pub(super) async fn fetch(registry: &Registry, asked: &CreditBatchId) -> Result<Fetched, Error> {
    let mut fetched = Fetched::default();
    let mut frontier = Frontier::new(asked);
    let mut calls = FuturesUnordered::new();
    loop {
        while calls.len() < registry.concurrency()
            && let Some(relative) = frontier.waiting.pop_front()
        {
            calls.push(call(registry, relative));
        }
        let Some(((id, direction), result)) = calls.next().await else { break };
        match result {
            Ok(response) => {
                frontier.follow(response.value(), direction);
                fetched.add(id, response);
            }
            Err(error) if id != *asked && is_about_the_batch(&error) => {
                fetched.absent.insert(id, error.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    fetched.absent.extend(frontier.left_out.into_iter().map(|id| {
        (id, format!("it was not fetched: a lineage has at most {MOST_BATCHES} batches"))
    }));
    Ok(fetched)
}

async fn call(
    registry: &Registry,
    relative: Relative,
) -> (Relative, Result<Response<CreditBatch>, Error>) {
    let result = registry.credit_batch(&relative.0).response().await;
    (relative, result)
}

/// Whether an error is the answer to the question for a batch, and not a failure to
/// ask or to answer.
fn is_about_the_batch(error: &Error) -> bool {
    match error {
        Error::Argument(_) | Error::Invalid(_) | Error::Oversized(_) => true,
        Error::Status(_) => {
            error.status().is_some_and(|status| matches!(status.as_u16(), 403 | 404 | 410 | 422))
        }
        Error::Configuration(_) | Error::Credentials(_) | Error::Transport(_) => false,
    }
}

impl Fetched {
    fn add(&mut self, id: CreditBatchId, response: Response<CreditBatch>) {
        let is_grave = |violation: &&Violation| violation.rule != Rule::Enum;
        let violations: Vec<_> = response.violations().iter().filter(is_grave).cloned().collect();
        if !violations.is_empty() {
            self.violations.insert(id.clone(), violations);
        }
        self.batches.insert(id, response.into_value());
    }
}

/// The relatives that are known of and not fetched yet.
struct Frontier {
    known: BTreeSet<CreditBatchId>,
    waiting: VecDeque<Relative>,
    /// Those beyond the limit.
    left_out: BTreeSet<CreditBatchId>,
}

impl Frontier {
    fn new(asked: &CreditBatchId) -> Self {
        Self {
            known: BTreeSet::from([asked.clone()]),
            waiting: VecDeque::from([(asked.clone(), Direction::Up)]),
            left_out: BTreeSet::new(),
        }
    }

    fn follow(&mut self, batch: &CreditBatch, direction: Direction) {
        for child in named_children(batch) {
            self.add(child, Direction::Down);
        }
        if direction == Direction::Up
            && let Some(parent) = &batch.parent_id
        {
            self.add(parent, Direction::Up);
        }
    }

    fn add(&mut self, id: &CreditBatchId, direction: Direction) {
        if self.known.contains(id) {
            return;
        }
        if self.known.len() == MOST_BATCHES {
            self.left_out.insert(id.clone());
            return;
        }
        self.known.insert(id.clone());
        let relative = (id.clone(), direction);
        match direction {
            // The way up is the longest: one call after the other.
            Direction::Up => self.waiting.push_front(relative),
            Direction::Down => self.waiting.push_back(relative),
        }
    }
}
