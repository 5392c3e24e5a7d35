//! Facts from surrounding schemas that decide which properties travel.

use std::collections::{BTreeSet, HashMap};

/// An index of [`Contexts`]; 0 is the context of no surrounding schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ContextId(pub(super) usize);

/// Facts from surrounding schemas about an object's properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ObjectContext<'d> {
    /// Properties that do not travel.
    pub(super) unsent: BTreeSet<&'d str>,
    /// Fields of a form that are written as JSON.
    pub(super) typed: BTreeSet<&'d str>,
    /// Properties that are declared whichever alternative holds.
    pub(super) declared: BTreeSet<&'d str>,
}

/// All contexts, each once.
#[derive(Debug)]
pub(super) struct Contexts<'d> {
    pub(super) list: Vec<ObjectContext<'d>>,
    ids: HashMap<ObjectContext<'d>, ContextId>,
}

impl Default for Contexts<'_> {
    fn default() -> Self {
        let empty = ObjectContext::default();
        Self { list: vec![empty.clone()], ids: HashMap::from([(empty, ContextId(0))]) }
    }
}

impl<'d> Contexts<'d> {
    /// Returns the index of a context, which is added if it is new.
    pub(super) fn intern(&mut self, context: ObjectContext<'d>) -> ContextId {
        let next = ContextId(self.list.len());
        let id = *self.ids.entry(context.clone()).or_insert(next);
        if id == next {
            self.list.push(context);
        }
        id
    }
}
