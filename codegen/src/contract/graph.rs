//! The graph of a contract: elements, and labelled edges between them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::constraint::Constraint;

/// The subject of a fact, such as `length` or `operationId`.
pub type Keyword = Cow<'static, str>;

/// The keyword of the fact that an element is in another document.
pub(super) const EXTERNAL_REFERENCE: &str = "external reference";

/// A node of the graph: an operation, a parameter, a response, a schema.
///
/// Elements are shared, and a recursive schema leads back to itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) facts: BTreeMap<Keyword, Constraint>,
    pub(crate) children: BTreeMap<EdgeLabel, ChildEdge>,
    /// The name under `components/schemas`.
    pub(crate) name: Option<String>,
    /// The named schemas that the element contains completely, because it adds
    /// constraints to them or allows null as well.
    pub(crate) bases: Vec<ElementId>,
}

impl Element {
    /// Creates an element that is in another document, which is not read.
    pub(super) fn from_external(reference: &str) -> Self {
        let value = Constraint::Opaque(reference.to_owned());
        Self { facts: BTreeMap::from([(EXTERNAL_REFERENCE.into(), value)]), ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.children.is_empty()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.facts == other.facts && self.children == other.children
    }

    /// Returns whether the element has every keyword and child of another.
    pub(super) fn contains(&self, other: &Self) -> bool {
        other.facts.keys().all(|keyword| self.facts.contains_key(keyword))
            && other.children.keys().all(|label| self.children.contains_key(label))
    }
}

/// An index into the elements of a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ElementId(pub(crate) usize);

/// An edge from an element to one of its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChildEdge {
    pub(crate) element: ElementId,
    pub(crate) required: bool,
}

/// The direction in which values travel, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WireDirection {
    /// From the client to the API.
    Request,
    /// From the API to the client.
    Response,
}

impl WireDirection {
    /// Returns the opposite direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

impl fmt::Display for WireDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}

/// The label of an edge: how a child belongs to its parent.
///
/// In a pointer a property is its name, and a keyword stands in parentheses:
/// `/detail/(items)/loc` is the property `loc` of every element of the property
/// `detail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum EdgeLabel {
    /// An operation that the API offers.
    Operation {
        path: String,
        method: String,
    },
    /// An operation that the API calls: a webhook or a callback.
    Incoming {
        name: String,
        method: String,
    },
    Parameter {
        location: String,
        name: String,
    },
    RequestBody,
    Response(String),
    Header(String),
    MediaType(String),
    /// The schema of a parameter, header or media type.
    Value,
    Property(String),
    /// The schema under a keyword that holds a single schema.
    Keyword(&'static str),
    /// A schema under a keyword that holds several, by name or index.
    Keyed(&'static str, String),
    /// An alternative of `oneOf` or `anyOf`, by group and index.
    Alternative(usize, usize),
    /// An item of `allOf` that could not be merged into its parent.
    AllOfItem(usize),
}

impl EdgeLabel {
    /// Returns whether the label is part of the pointer into a value, as opposed to
    /// the place of the value in the operation.
    pub(crate) fn is_in_pointer(&self) -> bool {
        matches!(
            self,
            Self::Property(_)
                | Self::Keyword(_)
                | Self::Keyed(..)
                | Self::Alternative(..)
                | Self::AllOfItem(_)
        )
    }

    /// Returns whether the order in the document numbers the label, so that equal
    /// labels of two documents need not mean the same child.
    pub(crate) fn is_numbered(&self) -> bool {
        matches!(self, Self::Alternative(..) | Self::AllOfItem(_))
    }

    /// Returns whether the edge is a constraint even if its schema allows anything.
    pub(crate) fn constrains_when_empty(&self) -> bool {
        !matches!(self, Self::Keyed(..) | Self::AllOfItem(_) | Self::Keyword(_))
            || matches!(self, Self::Keyword("contains" | "not" | "if"))
    }

    /// Returns the direction of values below the edge, given the direction above.
    pub(crate) fn direction(&self, above: WireDirection) -> WireDirection {
        match self {
            Self::Incoming { .. } | Self::Response(_) => above.reversed(),
            _ => above,
        }
    }
}

impl fmt::Display for EdgeLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation { path, method } => write!(f, "{method} {path}"),
            Self::Incoming { name, method } => write!(f, "{method} {name}"),
            Self::Parameter { location, name } => write!(f, "{location} {name}"),
            Self::RequestBody => f.write_str("request"),
            Self::Response(status) => f.write_str(status),
            Self::Header(name) => write!(f, "header {name}"),
            Self::MediaType(name) => f.write_str(name),
            Self::Value => Ok(()),
            Self::Property(name) => {
                write!(f, "/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Keyword(keyword) => write!(f, "/({keyword})"),
            Self::Keyed(keyword, key) => write!(f, "/({keyword} {key})"),
            Self::Alternative(0, index) => write!(f, "/(alternative {})", index + 1),
            Self::Alternative(group, index) => {
                write!(f, "/(alternative {}.{})", group + 1, index + 1)
            }
            Self::AllOfItem(index) => write!(f, "/(allOf {})", index + 1),
        }
    }
}

/// The location of an element, as people read it.
pub(crate) struct ElementLocation {
    pub(crate) operation: String,
    /// The place in the operation, outermost first: `200`, `application/json`.
    pub(crate) place: Vec<String>,
    pub(crate) direction: WireDirection,
    /// The place in the value.
    pub(crate) pointer: String,
}

impl ElementLocation {
    /// Describes the end of a path that begins at the whole document.
    pub(crate) fn of(path: &[&EdgeLabel]) -> Self {
        let mut location = Self {
            operation: String::new(),
            place: Vec::new(),
            direction: WireDirection::Request,
            pointer: String::new(),
        };
        for label in path {
            location.direction = label.direction(location.direction);
            match label {
                EdgeLabel::Value => {}
                label if label.is_in_pointer() => location.pointer += &label.to_string(),
                label if location.operation.is_empty() => location.operation = label.to_string(),
                label => location.place.push(label.to_string()),
            }
        }
        location
    }
}

/// Splits a path at its parameters, without their names, which clients do not see.
pub(crate) fn path_template(path: &str) -> Vec<&str> {
    path.split(['{', '}']).step_by(2).collect()
}
