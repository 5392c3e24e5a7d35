//! Inclusion of schemas: every value of one is a value of another, or not.
//!
//! A value of `sent` that is no value of `accepted` satisfies `sent` and the negation
//! of `accepted`. Both are read into one normal form (`normalize`), and such a value
//! is searched for, type by type (`search`). The search either finds one, which is
//! the witness, or exhausts all possibilities, which proves the inclusion, or comes
//! upon something that it cannot decide.
//!
//! Keywords are read alike in both versions of OpenAPI, apart from `nullable`, Boolean
//! exclusive bounds and siblings of `$ref`. `format` and `contentEncoding` are
//! assertions. `discriminator` limits the values that lead to an alternative. Unknown
//! keywords are annotations, as in JSON Schema.

mod accepts;
mod alternatives;
mod arrays;
mod automaton;
mod constants;
mod context;
mod discriminator;
mod form;
mod formats;
mod normalize;
mod numbers;
mod objects;
mod search;
mod strings;
mod texts;
mod travel;
mod unevaluated;
mod wire_form;

use std::rc::Rc;

use crate::contract::WireDirection;
use crate::document::Node;
use form::{Forms, Literal};
use normalize::Normalizer;
use search::{Memory, OUT_OF_STEPS};
pub use wire_form::WireForm;

/// Steps that decide most pairs of schemas; hostile ones use them up in about a second.
const DEFAULT_STEPS: u64 = 1_000_000;

/// The version of OpenAPI by which a schema is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// 3.0: `nullable`, Boolean exclusive bounds, nothing beside `$ref`.
    OpenApi30,
    /// 3.1 and later: JSON Schema 2020-12.
    OpenApi31,
}

/// A document from which one side of an inclusion is read.
#[derive(Clone, Copy, Debug)]
pub struct SchemaDocument<'d> {
    /// The document, to which references are relative.
    pub root: &'d Node,
    /// The version of OpenAPI.
    pub dialect: Dialect,
}

/// A schema of values in some form on the wire.
#[derive(Clone, Copy, Debug)]
pub struct WireSchema<'d> {
    /// The schema.
    pub node: &'d Node,
    /// The form of its values.
    pub form: WireForm,
    /// The members of [`WireForm::Fields`] that are JSON.
    pub typed_fields: &'d [&'d str],
}

impl<'d> WireSchema<'d> {
    /// A schema of typed values.
    pub fn typed(node: &'d Node) -> Self {
        Self { node, form: WireForm::Typed, typed_fields: &[] }
    }
}

/// The treatment of properties that the sender's schema does not declare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UndeclaredProperties {
    /// They may send any, as JSON Schema has it.
    #[default]
    Any,
    /// They send none, where the schema declares some and says nothing of others. To add
    /// an optional property to a request is harmless then.
    Unsent,
    /// Neither side knows any other than those that it declares. To add one is a change
    /// then.
    Unknown,
}

/// Options of an inclusion check.
#[derive(Clone, Copy, Debug)]
pub struct InclusionOptions {
    /// With a direction, properties that do not travel (`readOnly` in requests,
    /// `writeOnly` in responses) are absent from what is sent, not required, and ignored
    /// where they are received. Without one, they are like any other.
    pub direction: Option<WireDirection>,
    /// The treatment of properties that are not declared.
    pub undeclared: UndeclaredProperties,
    /// Steps after which the answer is unknown.
    pub step_limit: u64,
}

impl Default for InclusionOptions {
    fn default() -> Self {
        Self {
            direction: None,
            undeclared: UndeclaredProperties::default(),
            step_limit: DEFAULT_STEPS,
        }
    }
}

/// The answer to whether every value of one schema is a value of another.
#[derive(Clone, Debug, PartialEq)]
pub enum Inclusion {
    /// Every value is.
    Yes,
    /// This value is not. Strings such as `<format sku>` in it stand for some string of
    /// a format or pattern that is not understood.
    No(serde_json::Value),
    /// Why it cannot be told.
    Unknown(String),
}

/// Result of a search for a value.
#[derive(Clone, Debug, PartialEq)]
enum Search<T> {
    Found(T),
    Empty,
    Unclear(Rc<str>),
}

impl<T> Search<T> {
    fn unclear(reason: &str) -> Self {
        Self::Unclear(reason.into())
    }

    fn map<U>(self, convert: impl FnOnce(T) -> U) -> Search<U> {
        match self {
            Self::Found(value) => Search::Found(convert(value)),
            Self::Empty => Search::Empty,
            Self::Unclear(reason) => Search::Unclear(reason),
        }
    }
}

/// Decides inclusions between schemas of two documents.
///
/// What is found out about parts of schemas is kept for the next question.
#[derive(Debug)]
pub struct InclusionChecker<'d> {
    forms: Forms,
    normalizer: Normalizer<'d>,
    memory: Memory,
}

impl<'d> InclusionChecker<'d> {
    /// Prepares to compare schemas of two documents.
    pub fn new(
        sent: SchemaDocument<'d>,
        accepted: SchemaDocument<'d>,
        options: InclusionOptions,
    ) -> Self {
        Self::with_normalizer(Normalizer::new([sent, accepted], options))
    }

    /// Prepares to compare schemas of the same documents, perhaps in the other order.
    #[must_use]
    pub fn another(&self, is_swapped: bool, options: InclusionOptions) -> Self {
        Self::with_normalizer(self.normalizer.another(is_swapped, options))
    }

    fn with_normalizer(normalizer: Normalizer<'d>) -> Self {
        Self { forms: Forms::default(), normalizer, memory: Memory::default() }
    }

    /// Decides whether every value of `sent` is a value of `accepted`, which stand in
    /// the first and the second document.
    pub fn includes(&mut self, sent: &'d Node, accepted: &'d Node) -> Inclusion {
        self.includes_on_wire(WireSchema::typed(sent), WireSchema::typed(accepted))
    }

    /// Decides whether every value of `sent` is a value of `accepted`, as they are
    /// written.
    pub fn includes_on_wire(
        &mut self,
        sent: WireSchema<'d>,
        accepted: WireSchema<'d>,
    ) -> Inclusion {
        self.memory.begin(self.normalizer.options.step_limit);
        let sent = Literal::yes(self.normalize(0, sent));
        let refused = Literal::no(self.normalize(1, accepted));
        match self.solve(vec![sent, refused]) {
            // Schemas that were read in part prove nothing.
            Search::Empty if !self.memory.spend(0) => Inclusion::Unknown(OUT_OF_STEPS.into()),
            Search::Empty => Inclusion::Yes,
            Search::Unclear(reason) => Inclusion::Unknown(reason.to_string()),
            Search::Found(value) => {
                let sides = [sent, refused].map(|side| self.accepts(side, &value));
                match sides {
                    [Some(true), Some(true)] => Inclusion::No(value),
                    _ => Inclusion::Unknown("a witness could not be verified".into()),
                }
            }
        }
    }
}
