//! The graph that a contract is: its parts and the steps between them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::constraint::Value;

/// What a fact is about, such as `length` or `operationId`.
pub type Keyword = Cow<'static, str>;

/// A part that a contract says something about: an operation, a parameter, a
/// response, a schema. Parts are shared, and a recursive schema leads back to
/// itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    pub(crate) facts: BTreeMap<Keyword, Value>,
    pub(crate) children: BTreeMap<Step, Edge>,
    /// The component that a schema was referred to by. It is no fact: it only
    /// tells alternatives apart.
    pub(crate) component: Option<String>,
}

impl Part {
    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.children.is_empty()
    }
}

/// Which part, by its place in the contract's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PartId(pub(crate) usize);

/// How one part is a part of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) part: PartId,
    /// Whether it has to be there.
    pub(crate) required: bool,
}

/// Which way values travel, as the caller of the API sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the caller to the API.
    Request,
    /// From the API to the caller.
    Response,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}

/// The way from a part to one of its parts.
///
/// In a pointer a property is its name, and a step in parentheses is a keyword:
/// `/detail/(items)/loc` is the property `loc` of every element of the property
/// `detail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// An operation that the API offers.
    Operation {
        path: String,
        method: String,
    },
    /// An operation that the API calls: a webhook, or an operation's callback.
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
    /// From what carries a value to the value's schema.
    Value,
    Property(String),
    /// The schema under a keyword that holds one.
    Keyword(&'static str),
    /// A schema under a keyword that holds several by name or number.
    Keyed(&'static str, String),
    /// One of several of which one has to fit, by group and number.
    Alternative(usize, usize),
    /// One of several `allOf` that could not be read as one schema.
    Element(usize),
}

impl Step {
    /// Whether the step belongs into the pointer into a value, and not to the
    /// place of the value.
    pub(crate) fn is_inside_value(&self) -> bool {
        matches!(
            self,
            Self::Property(_)
                | Self::Keyword(_)
                | Self::Keyed(..)
                | Self::Alternative(..)
                | Self::Element(_)
        )
    }

    /// Whether it stands for a schema even where that says nothing.
    pub(crate) fn names_a_value(&self) -> bool {
        matches!(self, Self::Value | Self::Property(_) | Self::Alternative(..))
    }

    /// Whether a schema that allows everything says something all the same where
    /// this step leads to it.
    pub(crate) fn limits_by_standing_there(&self) -> bool {
        !matches!(self, Self::Keyed(..) | Self::Element(_) | Self::Keyword(_))
            || matches!(self, Self::Keyword("contains" | "not" | "if"))
    }

    /// The direction of what lies below, where `around` is that of what lies above.
    pub(crate) fn direction(&self, around: Direction) -> Direction {
        match self {
            Self::Incoming { .. } | Self::Response(_) => around.reversed(),
            _ => around,
        }
    }
}

impl fmt::Display for Step {
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
            Self::Element(index) => write!(f, "/(allOf {})", index + 1),
        }
    }
}
