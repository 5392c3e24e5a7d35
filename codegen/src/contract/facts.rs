//! The facts of a contract: a listing of its graph.

use std::fmt;
use std::rc::Rc;
use std::sync::LazyLock;

use super::constraint::Constraint;
use super::graph::{EdgeLabel, Element, ElementId, ElementLocation, WireDirection};
use crate::document::diagnostic::on_one_line;

/// Longer lists are refused.
const MAX_FACTS: usize = 100_000;
/// Deeper elements are neither listed nor reported.
pub(crate) const MAX_DEPTH: usize = 250;

/// The constraint that is listed for a schema without constraints.
static ANY_TYPE: LazyLock<Constraint> = LazyLock::new(|| Constraint::Opaque("any".to_owned()));

/// A fact of a contract, which displays as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<'c> {
    /// Method and path; empty for a fact about the whole document.
    pub operation: String,
    /// The place in the operation, outermost first: `200`, `application/json`.
    pub place: Vec<String>,
    /// The direction in which the value travels.
    pub direction: WireDirection,
    /// The place in the value, such as `/size/credits`; empty for the whole value.
    pub pointer: String,
    /// The property of the element that the fact describes.
    pub keyword: &'c str,
    /// The constraint; `None` for a keyword without a value, such as `required`.
    pub value: Option<&'c Constraint>,
}

impl Fact<'_> {
    /// Returns the line without the value.
    pub fn subject(&self) -> String {
        let places = std::iter::once(&self.operation).chain(&self.place).chain([&self.pointer]);
        let places: String = places
            .filter(|place| !place.is_empty())
            .map(|place| format!("{} · ", on_one_line(place)))
            .collect();
        places + &on_one_line(self.keyword)
    }

    /// Returns the value as text; `None` for a keyword without a value.
    pub fn value_text(&self) -> Option<String> {
        let text = self.value.map(|value| on_one_line(&value.to_string()))?;
        (!text.is_empty()).then_some(text)
    }
}

impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.subject())?;
        self.value_text().map_or(Ok(()), |text| write!(f, " = {text}"))
    }
}

/// An error of a contract whose facts cannot be listed completely.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// References multiply the facts, so that listing them would take too long.
    #[error(
        "the document has more than {MAX_FACTS} facts once its references are resolved; \
         list a document with fewer operations or fewer shared schemas"
    )]
    TooMany,
    /// A schema is nested too deeply.
    #[error(
        "{operation}: schemas are nested more than {MAX_DEPTH} levels deep, at {place}; \
         list a document with a shorter chain of references"
    )]
    TooDeep {
        /// Method and path.
        operation: String,
        /// The component in which the limit is exceeded, or the place in the value.
        place: String,
    },
}

/// Lists the facts of all elements, and of the operations for which `is_wanted`
/// returns true.
pub(super) fn list<'c>(
    elements: &'c [Rc<Element>],
    is_wanted: &dyn Fn(&EdgeLabel) -> bool,
) -> Result<Vec<Fact<'c>>, FactsError> {
    let mut lister = FactLister { elements, facts: Vec::new(), path: Vec::new(), open: Vec::new() };
    lister.element(ElementId::default(), is_wanted)?;
    Ok(lister.facts)
}

struct FactLister<'c> {
    elements: &'c [Rc<Element>],
    facts: Vec<Fact<'c>>,
    /// The labels from the whole document to the current element.
    path: Vec<&'c EdgeLabel>,
    /// The elements on the path.
    open: Vec<ElementId>,
}

impl<'c> FactLister<'c> {
    fn element(
        &mut self,
        id: ElementId,
        is_wanted: &dyn Fn(&EdgeLabel) -> bool,
    ) -> Result<(), FactsError> {
        let element = &self.elements[id.0];
        for (keyword, value) in &element.facts {
            self.add(keyword, Some(value))?;
        }
        if element.is_empty() {
            self.add_empty()?;
        }
        self.open.push(id);
        for (label, edge) in element.children.iter().filter(|(label, _)| is_wanted(label)) {
            self.path.push(label);
            if edge.required {
                self.add("required", None)?;
            }
            self.child(edge.element)?;
            self.path.pop();
        }
        self.open.pop();
        Ok(())
    }

    fn child(&mut self, id: ElementId) -> Result<(), FactsError> {
        if self.open.contains(&id) {
            self.add("recursive", None)
        } else if self.path.len() > MAX_DEPTH {
            let components = self.open.iter().chain([&id]).rev();
            let component =
                components.into_iter().find_map(|id| self.elements[id.0].component.as_deref());
            let ElementLocation { operation, pointer, .. } = ElementLocation::of(&self.path);
            let operation = on_one_line(&operation);
            Err(FactsError::TooDeep { operation, place: deep_place(component, &pointer) })
        } else {
            self.element(id, &|_| true)
        }
    }

    /// Adds a fact for an element without facts, so that its presence is listed.
    fn add_empty(&mut self) -> Result<(), FactsError> {
        match self.path.last() {
            Some(label) if label.is_in_pointer() || **label == EdgeLabel::Value => {
                self.add("type", Some(&ANY_TYPE))
            }
            Some(EdgeLabel::Response(_) | EdgeLabel::RequestBody) => self.add("no content", None),
            Some(EdgeLabel::Operation { .. } | EdgeLabel::Incoming { .. }) => {
                self.add("no responses", None)
            }
            Some(_) => self.add("no schema", None),
            None => Ok(()),
        }
    }

    fn add(&mut self, keyword: &'c str, value: Option<&'c Constraint>) -> Result<(), FactsError> {
        if self.facts.len() == MAX_FACTS {
            return Err(FactsError::TooMany);
        }
        let ElementLocation { operation, place, direction, pointer } =
            ElementLocation::of(&self.path);
        self.facts.push(Fact { operation, place, direction, pointer, keyword, value });
        Ok(())
    }
}

/// Names the place of a schema that is nested too deeply: its component, since the
/// whole pointer would fill the screen.
pub(crate) fn deep_place(component: Option<&str>, pointer: &str) -> String {
    /// The length at which a pointer is truncated.
    const MAX_POINTER: usize = 60;
    match component {
        Some(name) => format!("#/components/schemas/{}", on_one_line(name)),
        None => on_one_line(&pointer.chars().take(MAX_POINTER).collect::<String>()) + "…",
    }
}
