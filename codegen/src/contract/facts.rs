//! The facts of a contract: a listing of its graph, in which each named schema is
//! described once.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::graph::{EdgeLabel, Element, ElementId, ElementLocation};
use crate::document::diagnostic::on_one_line;

/// Longer lists are refused.
const MAX_FACTS: usize = 100_000;
/// Deeper elements are neither listed nor reported.
pub(crate) const MAX_DEPTH: usize = 250;
/// The value that is listed for a schema without constraints.
const ANY_TYPE: &str = "any";
/// The keyword of the fact that a schema includes named ones.
pub(crate) const SCHEMA: &str = "schema";

/// A fact of a contract, which displays as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Method and path, or `schema` and a name; empty for the whole document.
    pub owner: String,
    /// The place in the owner and the keyword, such as `200 · application/json · type`
    /// or `/size/credits · required`.
    pub subject: String,
    /// The constraint; empty for a keyword without a value, such as `required`.
    pub value: String,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, subject, value } = self;
        if !owner.is_empty() {
            write!(f, "{owner} · ")?;
        }
        f.write_str(subject)?;
        if value.is_empty() { Ok(()) } else { write!(f, " = {value}") }
    }
}

/// Returns the owner of the facts of a named schema.
pub(crate) fn schema_owner(name: &str) -> String {
    format!("{SCHEMA} {}", on_one_line(name))
}

/// An error of a contract whose facts cannot be listed completely.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// References multiply the facts, so that listing them would take too long.
    #[error(
        "the document has more than {MAX_FACTS} facts; \
         list a document with fewer operations or schemas"
    )]
    TooMany,
    /// A schema is nested too deeply.
    #[error(
        "{owner}: schemas are nested more than {MAX_DEPTH} levels deep, at {place}; \
         list a document with a shorter chain of references"
    )]
    TooDeep {
        /// Method and path, or `schema` and a name.
        owner: String,
        /// The place in the value.
        place: String,
    },
}

/// Lists the facts about the whole document, about the operations for which
/// `is_wanted` returns true, and about the named schemas that these reach.
pub(super) fn list(
    elements: &[Rc<Element>],
    is_wanted: &dyn Fn(&EdgeLabel) -> bool,
) -> Result<Vec<Fact>, FactsError> {
    let mut lister = FactLister {
        elements,
        owner: String::new(),
        facts: Vec::new(),
        count: 0,
        path: Vec::new(),
        open: Vec::new(),
        reached: BTreeMap::new(),
    };
    lister.element(ElementId::default(), is_wanted)?;
    let mut facts = std::mem::take(&mut lister.facts);
    let mut schemas = BTreeMap::new();
    while let Some((name, id)) = lister.reached.pop_first() {
        if !schemas.contains_key(name) {
            lister.owner = schema_owner(name);
            lister.element(id, &|_| true)?;
            schemas.insert(name, std::mem::take(&mut lister.facts));
        }
    }
    facts.extend(schemas.into_values().flatten());
    Ok(facts)
}

struct FactLister<'c> {
    elements: &'c [Rc<Element>],
    /// The named schema that is listed; empty for the document and its operations.
    owner: String,
    /// The facts of the owner.
    facts: Vec<Fact>,
    count: usize,
    /// The labels from the owner to the current element.
    path: Vec<&'c EdgeLabel>,
    /// The elements on the path.
    open: Vec<ElementId>,
    /// The named schemas that were reached.
    reached: BTreeMap<&'c str, ElementId>,
}

impl<'c> FactLister<'c> {
    fn element(
        &mut self,
        id: ElementId,
        is_wanted: &dyn Fn(&EdgeLabel) -> bool,
    ) -> Result<(), FactsError> {
        let elements = self.elements;
        let element = &elements[id.0];
        self.schemas(&element.bases)?;
        let bases = || element.bases.iter().map(|base| &elements[base.0]);
        // Operations without credentials have no `security` in most documents.
        let listed = element.facts.iter().filter(|(_, value)| !value.is_no_credentials());
        for (keyword, value) in listed.clone() {
            if !bases().any(|base| base.facts.get(keyword) == Some(value)) {
                self.add(keyword, &value.to_string())?;
            }
        }
        let is_bare = element.children.is_empty() && element.bases.is_empty();
        if is_bare && listed.count() == 0 {
            self.add_empty()?;
        }
        self.open.push(id);
        for (label, edge) in element.children.iter().filter(|(label, _)| is_wanted(label)) {
            if bases().any(|base| base.children.get(label) == Some(edge)) {
                continue;
            }
            self.path.push(label);
            if edge.required {
                self.add("required", "")?;
            }
            self.child(edge.element)?;
            self.path.pop();
        }
        self.open.pop();
        Ok(())
    }

    fn child(&mut self, id: ElementId) -> Result<(), FactsError> {
        if self.elements[id.0].name.is_some() {
            self.schemas(&[id])
        } else if self.open.contains(&id) {
            self.add("recursive", "")
        } else if self.path.len() > MAX_DEPTH {
            let ElementLocation { operation, pointer, .. } = ElementLocation::of(&self.path);
            let owner =
                if self.owner.is_empty() { on_one_line(&operation) } else { self.owner.clone() };
            Err(FactsError::TooDeep { owner, place: deep_place(&pointer) })
        } else {
            self.element(id, &|_| true)
        }
    }

    /// Adds the fact that the current element includes named schemas.
    fn schemas(&mut self, ids: &[ElementId]) -> Result<(), FactsError> {
        let elements = self.elements;
        let named = ids.iter().filter_map(|id| Some((elements[id.0].name.as_deref()?, *id)));
        let named: BTreeMap<&str, ElementId> = named.collect();
        if named.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = named.keys().copied().collect();
        self.reached.extend(&named);
        self.add(SCHEMA, &names.join(" & "))
    }

    /// Adds a fact for an element without facts, so that its presence is listed.
    fn add_empty(&mut self) -> Result<(), FactsError> {
        match self.path.last() {
            Some(EdgeLabel::Response(_) | EdgeLabel::RequestBody) => self.add("no content", ""),
            Some(EdgeLabel::Operation { .. } | EdgeLabel::Incoming { .. }) => {
                self.add("no responses", "")
            }
            None if self.owner.is_empty() => Ok(()),
            _ => self.add("type", ANY_TYPE),
        }
    }

    fn add(&mut self, keyword: &str, value: &str) -> Result<(), FactsError> {
        if self.count == MAX_FACTS {
            return Err(FactsError::TooMany);
        }
        self.count += 1;
        let ElementLocation { operation, place, pointer, .. } = ElementLocation::of(&self.path);
        let place = place.iter().chain([&pointer]).filter(|place| !place.is_empty());
        let place: String = place.map(|place| format!("{} · ", on_one_line(place))).collect();
        let owner =
            if self.owner.is_empty() { on_one_line(&operation) } else { self.owner.clone() };
        let subject = place + &on_one_line(keyword);
        self.facts.push(Fact { owner, subject, value: on_one_line(value) });
        Ok(())
    }
}

/// Truncates the pointer to a schema that is nested too deeply, since the whole would
/// fill the screen.
pub(crate) fn deep_place(pointer: &str) -> String {
    /// The length at which a pointer is truncated.
    const MAX_POINTER: usize = 60;
    on_one_line(&pointer.chars().take(MAX_POINTER).collect::<String>()) + "…"
}
