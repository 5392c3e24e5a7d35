//! Violations of the spec.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// The prefix of [`Violation::got`] for [`Rule::Json`].
const INVALID_JSON: &str = "invalid JSON: ";

/// A rule that a value can violate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The document is JSON.
    Json,
    /// A value has the type that the spec requires.
    Type,
    /// An object has all required properties.
    Required,
    /// An object has no duplicate properties.
    Duplicate,
    /// A string has the required length, in characters.
    Length,
    /// A string has the required prefix.
    Prefix,
    /// A string contains permitted characters only.
    Character,
    /// A string or a number matches its format.
    Format,
    /// A string is one of the known values.
    ///
    /// The API may add values at any time: [`json`](super::json) lists unknown values, and
    /// calls accept them.
    Enum,
    /// A number is within its bounds.
    Range,
    /// A number is a multiple of the required divisor.
    MultipleOf,
    /// An array has the required number of items.
    Items,
    /// An object has the required number of properties.
    Properties,
    /// The items of an array are distinct.
    Unique,
    /// A value matches exactly one of several schemas.
    OneOf,
    /// A value matches at least one of several schemas.
    AnyOf,
    /// An argument is not combined with another one that it contradicts.
    Conflict,
}

impl Rule {
    /// Returns the identifier of the rule in kebab case, for example `multiple-of`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Type => "type",
            Self::Required => "required",
            Self::Duplicate => "duplicate",
            Self::Length => "length",
            Self::Prefix => "prefix",
            Self::Character => "character",
            Self::Format => "format",
            Self::Enum => "enum",
            Self::Range => "range",
            Self::MultipleOf => "multiple-of",
            Self::Items => "items",
            Self::Properties => "properties",
            Self::Unique => "unique",
            Self::OneOf => "one-of",
            Self::AnyOf => "any-of",
            Self::Conflict => "conflict",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A value that violates a rule.
///
/// A violation displays as one line without control characters. It serializes as an object
/// with the string members `pointer`, `rule`, `expected`, `got` and `message`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The JSON pointer (RFC 6901) of the value, empty for the whole document. A missing
    /// property has the pointer at which it was expected.
    pub pointer: String,
    /// The violated rule.
    pub rule: Rule,
    /// A description of the values that the rule permits.
    pub expected: Cow<'static, str>,
    /// A description of the value: usually its first 64 characters as JSON. For
    /// [`Rule::Json`], the syntax error, for example
    /// `invalid JSON: expected ident at line 1 column 2`.
    pub got: String,
}

/// A JSON syntax error with its position in the document.
///
/// Returned by [`Violation::syntax_error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError<'v> {
    /// The reason without the position, for example `expected ident`.
    pub reason: &'v str,
    /// The line number, starting at 1.
    pub line: usize,
    /// The column number in bytes, starting at 1. Zero if the line is empty.
    pub column: usize,
}

impl Violation {
    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self {
            pointer: String::new(),
            rule: Rule::Json,
            expected: "JSON".into(),
            got: format!("{INVALID_JSON}{error}"),
        }
    }

    /// Reports a document that violates no rule but does not decode.
    pub(crate) fn undecodable(error: &serde_json::Error) -> Self {
        Self {
            pointer: String::new(),
            rule: Rule::Type,
            expected: "a value of the Rust type".into(),
            got: format!("a decoding error: {error}"),
        }
    }

    /// Prepends another pointer, that of the document.
    pub(crate) fn below(mut self, pointer: &str) -> Self {
        self.pointer.insert_str(0, pointer);
        self
    }

    /// Returns a description without the pointer and the rule, for example
    /// `expected an integer, got 12.5` or `invalid JSON: expected ident at line 1 column 2`.
    pub fn message(&self) -> String {
        if self.rule == Rule::Json {
            self.got.clone()
        } else {
            format!("expected {}, got {}", self.expected, self.got)
        }
    }

    /// Returns the syntax error of a document that is not JSON, or `None` if the rule is not
    /// [`Rule::Json`].
    ///
    /// ```
    /// use isometric_registry::{types::CreditQuantity, validate};
    ///
    /// let violations = validate::json::<CreditQuantity>(b"nul");
    /// let error = violations[0].syntax_error().unwrap();
    /// assert_eq!((error.line, error.column), (1, 3));
    /// ```
    pub fn syntax_error(&self) -> Option<SyntaxError<'_>> {
        if self.rule != Rule::Json {
            return None;
        }
        let (reason, position) = self.got.strip_prefix(INVALID_JSON)?.rsplit_once(" at line ")?;
        let (line, column) = position.split_once(" column ")?;
        Some(SyntaxError { reason, line: line.parse().ok()?, column: column.parse().ok()? })
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, rule, expected, got } = self;
        let location = if pointer.is_empty() { "the document" } else { pointer };
        if *rule == Rule::Json {
            write!(f, "{location}: {got}")
        } else {
            write!(f, "{location}: {rule}: expected {expected}, got {got}")
        }
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Violation", 5)?;
        object.serialize_field("pointer", &self.pointer)?;
        object.serialize_field("rule", &self.rule)?;
        object.serialize_field("expected", &self.expected)?;
        object.serialize_field("got", &self.got)?;
        object.serialize_field("message", &self.message())?;
        object.end()
    }
}
