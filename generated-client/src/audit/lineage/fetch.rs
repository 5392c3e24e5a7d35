//! Fetches a credit batch and its relatives, each once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::audit::batch::named_children;
use crate::audit::finding::ViolationSummary;
use crate::call::response::Response;
use crate::error::Error;
use crate::registry::Registry;
use crate::types::{CreditBatch, CreditBatchId};

/// The maximum number of batches that are fetched for one lineage.
///
/// It bounds memory use if a server returns endless relatives.
pub const MAX_BATCHES: usize = 100_000;

/// The maximum size of the batches that are kept for one lineage, in bytes of JSON: 256 MiB.
///
/// Typical batches reach [`MAX_BATCHES`] first.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The batches of a lineage, by the identifier with which they were fetched.
#[derive(Clone, Debug, Default)]
pub(super) struct FetchedBatches {
    pub(super) batches: BTreeMap<CreditBatchId, CreditBatch>,
    /// The relatives that could not be fetched, each with the reason.
    pub(super) absent: BTreeMap<CreditBatchId, String>,
    /// The violations of the spec in each batch, except for unknown enum values.
    pub(super) violations: BTreeMap<CreditBatchId, ViolationSummary>,
    /// The size of the batches in bytes of JSON.
    bytes: usize,
}

/// The relatives to fetch after a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SearchDirection {
    /// The parent and the children, for the requested batch and its ancestors.
    Up,
    /// Only the children, for all other batches. A second parent belongs to another lineage.
    Down,
}

type Relative = (CreditBatchId, SearchDirection);

pub(super) async fn fetch(
    registry: &Registry,
    requested: &CreditBatchId,
) -> Result<FetchedBatches, Error> {
    let mut fetched = FetchedBatches::default();
    let mut frontier = Frontier::new(requested);
    let mut calls = FuturesUnordered::new();
    loop {
        while calls.len() < registry.concurrency()
            && let Some(relative) = frontier.waiting.pop_front()
        {
            calls.push(call(registry, relative));
        }
        let Some(((id, direction), result)) = calls.next().await else { break };
        match result {
            Ok(response) if !fetched.has_space_for(&response) && id != *requested => {
                frontier.close(id);
            }
            Ok(response) => {
                frontier.follow(response.value(), direction);
                fetched.add(id, response);
            }
            Err(error) if id != *requested && concerns_batch(&error) => {
                fetched.absent.insert(id, error.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    let omitted = frontier.omitted.into_iter();
    let reason =
        format!("a lineage is limited to {MAX_BATCHES} batches and {} MiB", MAX_BYTES >> 20);
    fetched.absent.extend(omitted.map(|id| (id, reason.clone())));
    Ok(fetched)
}

async fn call(
    registry: &Registry,
    relative: Relative,
) -> (Relative, Result<Response<CreditBatch>, Error>) {
    let result = registry.credit_batch(&relative.0).response().await;
    (relative, result)
}

/// Returns whether an error concerns one batch, as opposed to the connection, the credentials
/// or the service.
fn concerns_batch(error: &Error) -> bool {
    match error.status() {
        Some(status) if matches!(error, Error::Status(_)) => {
            matches!(status.as_u16(), 400 | 403 | 404 | 406 | 409 | 410 | 422 | 423 | 451)
        }
        _ => {
            !matches!(error, Error::Configuration(_) | Error::Credentials(_) | Error::Transport(_))
        }
    }
}

impl FetchedBatches {
    fn has_space_for(&self, response: &Response<CreditBatch>) -> bool {
        self.bytes + response.body().len() <= MAX_BYTES
    }

    fn add(&mut self, id: CreditBatchId, response: Response<CreditBatch>) {
        self.bytes += response.body().len();
        if let Some(summary) = ViolationSummary::of(response.violations()) {
            self.violations.insert(id.clone(), summary);
        }
        self.batches.insert(id, response.into_value());
    }
}

/// The state of the search for relatives.
struct Frontier {
    /// All relatives found so far, including the fetched ones.
    known: BTreeSet<CreditBatchId>,
    /// The relatives to fetch.
    waiting: VecDeque<Relative>,
    /// The relatives beyond [`MAX_BATCHES`] and [`MAX_BYTES`].
    omitted: BTreeSet<CreditBatchId>,
    /// True if no more relatives are fetched.
    is_closed: bool,
}

impl Frontier {
    fn new(requested: &CreditBatchId) -> Self {
        Self {
            known: BTreeSet::from([requested.clone()]),
            waiting: VecDeque::from([(requested.clone(), SearchDirection::Up)]),
            omitted: BTreeSet::new(),
            is_closed: false,
        }
    }

    fn follow(&mut self, batch: &CreditBatch, direction: SearchDirection) {
        for child in named_children(batch) {
            self.add(child, SearchDirection::Down);
        }
        if direction == SearchDirection::Up
            && let Some(parent) = &batch.parent_id
        {
            self.add(parent, SearchDirection::Up);
        }
    }

    /// Omits a relative and all that wait.
    fn close(&mut self, id: CreditBatchId) {
        self.is_closed = true;
        self.omitted.insert(id);
        self.omitted.extend(self.waiting.drain(..).map(|(id, _)| id));
    }

    fn add(&mut self, id: &CreditBatchId, direction: SearchDirection) {
        if self.known.contains(id) {
            return;
        }
        if self.is_closed || self.known.len() == MAX_BATCHES {
            self.omitted.insert(id.clone());
            return;
        }
        self.known.insert(id.clone());
        let relative = (id.clone(), direction);
        match direction {
            // Ancestors can only be fetched one after the other, so they go first.
            SearchDirection::Up => self.waiting.push_front(relative),
            SearchDirection::Down => self.waiting.push_back(relative),
        }
    }
}
