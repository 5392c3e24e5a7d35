//! Arguments that violate the spec.

use std::error::Error as StdError;
use std::fmt;

use crate::validate::string_types::InvalidString;

/// An argument that violates the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidArgument {
    name: Option<&'static str>,
    reason: InvalidString,
}

impl InvalidArgument {
    pub(crate) fn named(name: &'static str, reason: InvalidString) -> Self {
        Self { name: Some(name), reason }
    }

    pub(crate) fn unnamed(reason: InvalidString) -> Self {
        Self { name: None, reason }
    }

    /// Returns the name of the parameter, or `None` if the string was parsed outside a call.
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// Returns the violated rule.
    pub fn reason(&self) -> &InvalidString {
        &self.reason
    }
}

impl fmt::Display for InvalidArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write!(f, "argument `{name}`: {}; nothing was sent", self.reason),
            None => self.reason.fmt(f),
        }
    }
}

impl StdError for InvalidArgument {}
