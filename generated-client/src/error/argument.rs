//! Arguments that violate the spec.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use super::message::first_and_count;
use crate::validate::Violation;
use crate::validate::string_types::InvalidString;

/// Arguments of a call that violate the spec, or a string that does not parse. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidArgument {
    source: ArgumentSource,
    violations: Vec<Violation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ArgumentSource {
    /// The arguments of a call of this operation.
    Call(&'static str),
    /// A string that was parsed outside a call.
    Parsed(InvalidString),
}

impl InvalidArgument {
    /// Creates an error from at least one violation, with pointers into the request.
    pub(crate) fn new(operation: &'static str, violations: Vec<Violation>) -> Self {
        Self { source: ArgumentSource::Call(operation), violations }
    }

    pub(crate) fn parsed(reason: InvalidString) -> Self {
        let violation = Violation {
            pointer: String::new(),
            rule: reason.rule(),
            expected: reason.expected().to_owned().into(),
            got: reason.got().to_owned(),
        };
        Self { source: ArgumentSource::Parsed(reason), violations: vec![violation] }
    }

    /// Returns the name of the first invalid parameter, or the JSON pointer of the first invalid
    /// part of the request body. Returns `None` if a string was parsed outside a call.
    pub fn name(&self) -> Option<Cow<'_, str>> {
        let (place, name) = self.violations.first()?.pointer.strip_prefix('/')?.split_once('/')?;
        if place == "body" {
            return Some(format!("/{name}").into());
        }
        let name = name.split('/').next().unwrap_or(name);
        Some(name.replace("~1", "/").replace("~0", "~").into())
    }

    /// Returns all violations in all arguments.
    ///
    /// Pointers start with the place of the argument in the request and its name, as in
    /// `/path/id`, `/query/status/0`, `/header/accept-language` and `/body/notes`.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }
}

impl fmt::Display for InvalidArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            ArgumentSource::Call(operation) => {
                let found = first_and_count(&self.violations);
                write!(f, "{operation}: invalid argument: {found}; nothing was sent")
            }
            ArgumentSource::Parsed(reason) => reason.fmt(f),
        }
    }
}

impl StdError for InvalidArgument {}
