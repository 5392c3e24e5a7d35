//! The contract of a document: what it promises and demands, as a list of facts.
//!
//! A fact is one line, with every reference resolved:
//!
//! ```text
//! GET /credit_batches/{id} · 200 · application/json · /country_of_issue · length = 3..=3
//! GET /credit_batches/{id} · 200 · application/json · /retired_at · nullable
//! ```
//!
//! One model serves three uses: the list is the snapshot that shows drift, two of
//! them are compared by [`diff`](crate::diff), and the comparison with upstream is
//! that diff once more. OpenAPI 3.0 and 3.1 give the same facts, and so do two
//! documents that differ in style alone: in what is inlined or referred to, in
//! order, names of components, titles, descriptions and examples.

mod build;
mod constraint;
mod graph;
mod normalize;
#[cfg(test)]
mod tests;

use std::fmt;
use std::rc::Rc;
use std::sync::LazyLock;

pub use constraint::{Bound, Effect, Number, Range, Value, Wire, Words};
pub use graph::{Direction, Keyword};
pub(crate) use graph::{Edge, Part, PartId, Step};

use crate::document::Source;
use crate::document::diagnostic::{Refusal, on_one_line};

/// No list of facts is longer.
const MAX_FACTS: usize = 100_000;
/// No fact lies deeper.
pub(crate) const MAX_STEPS: usize = 250;

/// What is said of the type of a value that may be anything.
static ANY_TYPE: LazyLock<Value> = LazyLock::new(|| Value::Text("any".to_owned()));

/// What a document promises and demands.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The first is the whole document.
    parts: Vec<Rc<Part>>,
    /// The names of its schemas, which are no facts: they tell alternatives apart.
    components: Words,
}

/// One fact of a contract.
///
/// Displays as a line, as the module shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<'c> {
    /// Method and path; empty where the fact is about the whole document.
    pub operation: String,
    /// The part of the operation, outermost first: `200`, `application/json`.
    pub place: Vec<String>,
    /// Which way the value travels.
    pub direction: Direction,
    /// Where in the value, such as `/size/credits`; empty for all of it.
    pub pointer: String,
    /// What the fact is about.
    pub keyword: &'c str,
    /// What it says; `None` where standing there is all that there is to say.
    pub value: Option<&'c Value>,
}

/// A contract has so many facts that listing them would not end in useful time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the document has more than {MAX_FACTS} facts once its references are resolved; \
     list a document with fewer operations or less shared schemas"
)]
pub struct TooManyFacts;

impl Contract {
    /// Flattens a document of OpenAPI 3.
    ///
    /// Nothing in it is refused but its version: a keyword that is not known is a
    /// fact too, and so is a reference that leads nowhere.
    ///
    /// # Errors
    ///
    /// The document is not OpenAPI 3, or combines its schemas without end.
    pub fn of(source: &Source) -> Result<Self, Refusal> {
        let parts = build::read(source)?;
        let parts = parts.into_iter().map(Rc::new).collect();
        Ok(Self { parts, components: build::components(source) })
    }

    /// All facts, by operation, place, pointer and keyword.
    ///
    /// # Errors
    ///
    /// There are more than 100,000: a few lines of schemas that refer to each other
    /// can say more than anybody could list.
    pub fn facts(&self) -> Result<Vec<Fact<'_>>, TooManyFacts> {
        self.facts_of(|_| true)
    }

    /// The facts about the whole document and about some of its operations.
    ///
    /// # Errors
    ///
    /// As [`facts`](Self::facts).
    pub fn facts_of(
        &self,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Fact<'_>>, TooManyFacts> {
        let mut list =
            List { contract: self, facts: Vec::new(), steps: Vec::new(), open: Vec::new() };
        list.part(PartId::default(), &|step| is_wanted(&step.to_string()))?;
        Ok(list.facts)
    }

    /// Every operation, as method and path.
    pub fn operations(&self) -> Vec<String> {
        let steps = self.parts.iter().take(1).flat_map(|whole| whole.children.keys());
        steps.map(Step::to_string).collect()
    }

    /// All facts, one a line.
    ///
    /// # Errors
    ///
    /// As [`facts`](Self::facts).
    pub fn to_text(&self) -> Result<String, TooManyFacts> {
        Ok(self.facts()?.iter().map(|fact| format!("{fact}\n")).collect())
    }

    pub(crate) fn parts(&self) -> &[Rc<Part>] {
        &self.parts
    }

    pub(crate) fn components(&self) -> &Words {
        &self.components
    }
}

impl Fact<'_> {
    /// What the fact is about: its line without the value.
    pub fn subject(&self) -> String {
        let places = std::iter::once(&self.operation).chain(&self.place).chain([&self.pointer]);
        let places: String = places
            .filter(|place| !place.is_empty())
            .map(|place| format!("{} · ", on_one_line(place)))
            .collect();
        places + &on_one_line(self.keyword)
    }

    /// What it says; `None` where standing there is all that there is to say.
    pub fn says(&self) -> Option<String> {
        let text = self.value.map(|value| on_one_line(&value.to_string()))?;
        (!text.is_empty()).then_some(text)
    }
}

impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.subject())?;
        self.says().map_or(Ok(()), |text| write!(f, " = {text}"))
    }
}

/// Lists facts by going through the parts.
struct List<'c> {
    contract: &'c Contract,
    facts: Vec<Fact<'c>>,
    /// The way from the whole document to here.
    steps: Vec<&'c Step>,
    /// The parts on the way.
    open: Vec<PartId>,
}

impl<'c> List<'c> {
    fn part(&mut self, id: PartId, is_wanted: &dyn Fn(&Step) -> bool) -> Result<(), TooManyFacts> {
        let part = &self.contract.parts[id.0];
        for (keyword, value) in &part.facts {
            self.add(keyword, Some(value))?;
        }
        if part.is_empty() {
            self.add_empty()?;
        }
        self.open.push(id);
        for (step, edge) in part.children.iter().filter(|(step, _)| is_wanted(step)) {
            self.steps.push(step);
            if edge.required {
                self.add("required", None)?;
            }
            self.child(edge.part)?;
            self.steps.pop();
        }
        self.open.pop();
        Ok(())
    }

    fn child(&mut self, id: PartId) -> Result<(), TooManyFacts> {
        if self.open.contains(&id) {
            self.add("recursive", None)
        } else if self.steps.len() > MAX_STEPS {
            self.add("and so on", None)
        } else {
            self.part(id, &|_| true)
        }
    }

    /// What says nothing is there all the same.
    fn add_empty(&mut self) -> Result<(), TooManyFacts> {
        match self.steps.last() {
            Some(step) if step.names_a_value() || step.is_inside_value() => {
                self.add("type", Some(&ANY_TYPE))
            }
            Some(Step::Response(_) | Step::RequestBody) => self.add("no content", None),
            Some(Step::Operation { .. } | Step::Incoming { .. }) => self.add("no responses", None),
            Some(_) => self.add("no schema", None),
            None => Ok(()),
        }
    }

    fn add(&mut self, keyword: &'c str, value: Option<&'c Value>) -> Result<(), TooManyFacts> {
        if self.facts.len() == MAX_FACTS {
            return Err(TooManyFacts);
        }
        let way = Way::of(&self.steps);
        self.facts.push(Fact {
            operation: way.operation,
            place: way.place,
            direction: way.direction,
            pointer: way.pointer,
            keyword,
            value,
        });
        Ok(())
    }
}

/// The steps from the whole document to a part, as people read them.
pub(crate) struct Way {
    pub(crate) operation: String,
    pub(crate) place: Vec<String>,
    pub(crate) direction: Direction,
    pub(crate) pointer: String,
}

impl Way {
    pub(crate) fn of(steps: &[&Step]) -> Self {
        let mut way = Self {
            operation: String::new(),
            place: Vec::new(),
            direction: Direction::Request,
            pointer: String::new(),
        };
        for step in steps {
            way.direction = step.direction(way.direction);
            match step {
                Step::Value => {}
                step if step.is_inside_value() => way.pointer += &step.to_string(),
                step if way.operation.is_empty() => way.operation = step.to_string(),
                step => way.place.push(step.to_string()),
            }
        }
        way
    }
}
