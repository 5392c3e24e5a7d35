//! The ledger as it is served, with the corruptions that tests ask for.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_json::Value;

use crate::identifier::IdentifierKind;
use crate::ledger::Ledger;

/// A change of the responses of an operation.
type ResponseEdit = Box<dyn Fn(&mut Value) + Send>;

/// A ledger and its corruptions.
#[derive(Default)]
pub(crate) struct ServedWorld {
    pub(crate) ledger: Ledger,
    /// The resources that are served in place of the ledger's, by identifier. `None` stands for a
    /// removed resource.
    corrupted: HashMap<String, Option<Value>>,
    /// The corrupt resources that the ledger does not have, in the order of addition.
    added: Vec<String>,
    edits: Vec<(&'static str, Option<String>, ResponseEdit)>,
}

impl ServedWorld {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger, ..Self::default() }
    }

    /// Returns a resource as it is served, or `None` if it was removed.
    pub(crate) fn resource(&self, kind: IdentifierKind, key: u32) -> Option<Value> {
        match self.corrupted(kind, key) {
            Some(corrupted) => corrupted.clone(),
            None => Some(self.ledger.view(kind, key)),
        }
    }

    /// Returns the identifiers of all resources of a kind: those of the ledger, and then the
    /// corrupt ones that the ledger does not have.
    pub(crate) fn ids(&self, prefix: &str) -> Vec<String> {
        let Some(kind) = IdentifierKind::of(prefix) else { return Vec::new() };
        let is_present = |key: &u32| {
            let is_vacant = kind == IdentifierKind::Batch && self.ledger.batch(*key).is_vacant;
            !is_vacant && !self.is_removed(kind, *key)
        };
        let keys = (0..self.ledger.len(kind) as u32).filter(is_present);
        let is_served = |id: &&String| {
            IdentifierKind::of(id) == Some(kind) && matches!(self.corrupted.get(*id), Some(Some(_)))
        };
        let added = self.added.iter().filter(is_served).cloned();
        keys.map(|key| self.ledger.id(kind, key)).chain(added).collect()
    }

    /// Returns the resource with an identifier as it is served, and its kind.
    pub(crate) fn by_id(&self, id: &str) -> Option<(IdentifierKind, Value)> {
        let kind = IdentifierKind::of(id)?;
        let json = match self.corrupted.get(id) {
            Some(corrupted) => corrupted.clone(),
            None => Some(self.ledger.view(kind, self.ledger.find(kind, id)?)),
        };
        Some((kind, json?))
    }

    /// Returns the removed resources of a kind that the ledger has.
    pub(crate) fn removed(&self, kind: IdentifierKind) -> HashSet<u32> {
        let removed = self.corrupted.iter().filter(|(_, corrupted)| corrupted.is_none());
        removed.filter_map(|(id, _)| self.ledger.find(kind, id)).collect()
    }

    pub(crate) fn is_removed(&self, kind: IdentifierKind, key: u32) -> bool {
        matches!(self.corrupted(kind, key), Some(None))
    }

    fn corrupted(&self, kind: IdentifierKind, key: u32) -> Option<&Option<Value>> {
        if self.corrupted.is_empty() {
            return None;
        }
        self.corrupted.get(&self.ledger.id(kind, key))
    }

    /// Returns the corruption of a resource, if there is one. `Some(None)` stands for a removed
    /// resource.
    pub(crate) fn corruption(&self, id: &str) -> Option<&Option<Value>> {
        self.corrupted.get(id)
    }

    /// Serves arbitrary JSON as a resource.
    pub(crate) fn corrupt(&mut self, kind: IdentifierKind, id: &str, json: Value) {
        if self.ledger.find(kind, id).is_none() && !self.corrupted.contains_key(id) {
            self.added.push(id.to_owned());
        }
        self.corrupted.insert(id.to_owned(), Some(json));
    }

    /// Removes a resource from the responses.
    pub(crate) fn remove(&mut self, id: &str) {
        self.corrupted.insert(id.to_owned(), None);
    }

    /// Edits the successful responses of an operation, for one identifier in the path or for all.
    pub(crate) fn edit_responses(
        &mut self,
        operation: &'static str,
        id: Option<String>,
        edit: ResponseEdit,
    ) {
        self.edits.push((operation, id, edit));
    }

    /// Applies the edits to a response.
    pub(crate) fn apply_edits(&self, operation: &str, id: Option<&str>, response: &mut Value) {
        for (name, only, edit) in &self.edits {
            if *name == operation && only.as_deref().is_none_or(|only| Some(only) == id) {
                edit(response);
            }
        }
    }
}

impl fmt::Debug for ServedWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServedWorld")
            .field("seed", &self.ledger.seed)
            .field("corrupted", &self.corrupted.len())
            .field("edits", &self.edits.len())
            .finish_non_exhaustive()
    }
}
