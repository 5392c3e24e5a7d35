//! Changes, each listed once, and the places in operations that they affect.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::change::Change;
use super::error::{DiffError, MAX_CHANGES};
use super::place::Place;

/// The number of places, of all changes together, above which a report is refused.
const MAX_PLACES: usize = 1_000_000;
/// The number of steps from places to schemas after which a comparison is refused.
const MAX_STEPS: usize = 50_000_000;

/// An index into the list of schema visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct VisitId(usize);

/// The context in which a change or a schema is found.
#[derive(Clone, Debug)]
pub(super) enum FoundIn {
    Place(Place),
    Schema(VisitId),
}

/// A visit to a named schema: the changes in it and the visits that it leads to.
#[derive(Debug, Default)]
struct VisitedSchema {
    changes: Vec<usize>,
    next: Vec<VisitId>,
}

/// A list of changes in which equal changes are one.
#[derive(Debug, Default)]
pub(super) struct ChangeList {
    changes: Vec<Change>,
    known: HashMap<Change, usize>,
    places: Vec<BTreeSet<Place>>,
    visits: Vec<VisitedSchema>,
    /// The visits that a place leads to directly.
    entries: BTreeMap<Place, BTreeSet<VisitId>>,
}

impl ChangeList {
    pub(super) fn add_visit(&mut self) -> VisitId {
        self.visits.push(VisitedSchema::default());
        VisitId(self.visits.len() - 1)
    }

    /// Adds a visit that a place or another visit leads to.
    pub(super) fn lead(&mut self, from: FoundIn, to: VisitId) {
        match from {
            FoundIn::Place(place) => {
                self.entries.entry(place).or_default().insert(to);
            }
            FoundIn::Schema(visit) => self.visits[visit.0].next.push(to),
        }
    }

    /// Adds a change without operations.
    pub(super) fn add(&mut self, found_in: FoundIn, change: Change) -> Result<(), DiffError> {
        let index = match self.known.get(&change) {
            Some(index) => *index,
            None if self.changes.len() == MAX_CHANGES => return Err(DiffError::TooManyChanges),
            None => {
                self.known.insert(change.clone(), self.changes.len());
                self.changes.push(change);
                self.places.push(BTreeSet::new());
                self.changes.len() - 1
            }
        };
        match found_in {
            FoundIn::Place(place) => {
                self.places[index].insert(place);
            }
            FoundIn::Schema(visit) => self.visits[visit.0].changes.push(index),
        }
        Ok(())
    }

    /// Returns the changes with their operations.
    pub(super) fn finish(mut self) -> Result<Vec<Change>, DiffError> {
        let (mut steps, mut count) = (0, 0);
        for (place, entries) in std::mem::take(&mut self.entries) {
            let mut pending: Vec<VisitId> = entries.into_iter().collect();
            let mut visited: HashSet<VisitId> = pending.iter().copied().collect();
            while let Some(VisitId(visit)) = pending.pop() {
                let VisitedSchema { changes, next } = &self.visits[visit];
                steps += 1 + next.len();
                count += changes.len();
                if steps > MAX_STEPS || count > MAX_PLACES {
                    return Err(DiffError::TooManyChanges);
                }
                for change in changes {
                    self.places[*change].insert(place.clone());
                }
                pending.extend(next.iter().filter(|next| visited.insert(**next)));
            }
        }
        let with_places = |(mut change, places): (Change, BTreeSet<Place>)| {
            change.places = places.iter().filter_map(Place::display).collect();
            change.places.dedup();
            change.origins = places.iter().cloned().collect();
            let operations = places.into_iter().map(|place| place.operation);
            change.operations = operations.filter(|operation| !operation.is_empty()).collect();
            change.operations.dedup();
            change
        };
        Ok(self.changes.into_iter().zip(self.places).map(with_places).collect())
    }
}
