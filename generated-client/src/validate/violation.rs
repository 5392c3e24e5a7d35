//! What a check finds.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// How many characters of a value a violation shows.
const SHOWN: usize = 64;

/// A rule that a value can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The document is JSON.
    Json,
    /// A value has the type that the spec gives it.
    Type,
    /// An object has the properties that it must have.
    Required,
    /// An object has a property once.
    Duplicate,
    /// A string is as long as it must be, in characters.
    Length,
    /// A string starts as it must.
    Prefix,
    /// A string has no characters but those that it may have.
    Character,
    /// A string stands for what it must stand for, and a number fits its format.
    Format,
    /// A string is one of the known values.
    ///
    /// New values are no fault of the API. Checks list them, calls accept them.
    Enum,
    /// A number is within its bounds.
    Range,
    /// A number is a multiple of another.
    MultipleOf,
    /// An array has as many items as it must.
    Items,
    /// An object has as many properties as it must.
    Properties,
    /// No two items of an array are equal.
    Unique,
    /// A value is what exactly one of several schemas says.
    OneOf,
    /// A value is what at least one of several schemas says.
    AnyOf,
}

impl Rule {
    /// The rule's name in lower case with hyphens, as in `multiple-of`.
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

/// A value that breaks a rule.
///
/// It displays as one line, and serializes as an object with the members
/// `pointer`, `rule`, `expected`, `got` and `message`, all of them strings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The JSON pointer (RFC 6901) of the value, empty for the whole document. For a
    /// property that is missing, the pointer that it would have.
    pub pointer: String,
    /// The rule.
    pub rule: Rule,
    /// What the rule asks for, in words.
    pub expected: Cow<'static, str>,
    /// What was there: the start of the value in JSON, or a few words.
    pub got: String,
}

impl Violation {
    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self {
            pointer: String::new(),
            rule: Rule::Json,
            expected: "JSON".into(),
            got: error.to_string(),
        }
    }

    /// No rule is broken, and still the type of the value could not hold it.
    pub(crate) fn undecodable(error: &serde_json::Error) -> Self {
        Self {
            pointer: String::new(),
            rule: Rule::Type,
            expected: "what the type of the value can hold".into(),
            got: error.to_string(),
        }
    }

    /// What is wrong, in a sentence that does not say where.
    pub fn message(&self) -> String {
        format!("expected {}, got {}", self.expected, self.got)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, rule, expected, got } = self;
        let place = if pointer.is_empty() { "the document" } else { pointer };
        write!(f, "{place}: {rule}: expected {expected}, got {got}")
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

/// Whether a character is not shown but changes how others are: control characters,
/// and those that end a line or turn the direction of writing.
pub(crate) fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// The start of a string as JSON. No control character comes through, so that it
/// can be shown on a terminal.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown = String::from('"');
    for character in text.chars().take(SHOWN) {
        match character {
            '"' => shown.push_str("\\\""),
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // All control characters are below U+FFFF: one escape is enough.
            control if is_control(control) => {
                shown.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => shown.push(other),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown.push('"');
    shown
}

#[cfg(test)]
mod tests {
    use super::{Rule, Violation, excerpt};

    fn violation() -> Violation {
        Violation {
            pointer: "/owner/id".into(),
            rule: Rule::Length,
            expected: "20 to 37 characters".into(),
            got: r#""org" (3 characters)"#.into(),
        }
    }

    #[test]
    fn a_violation_is_one_line() {
        assert_eq!(
            violation().to_string(),
            r#"/owner/id: length: expected 20 to 37 characters, got "org" (3 characters)"#
        );
    }

    #[test]
    fn a_violation_of_the_whole_document_says_so() {
        let violation = Violation { pointer: String::new(), ..violation() };
        assert!(violation.to_string().starts_with("the document: length: "));
    }

    #[test]
    fn a_violation_serializes_with_its_message() {
        assert_eq!(
            serde_json::to_value(violation()).unwrap(),
            serde_json::json!({
                "pointer": "/owner/id",
                "rule": "length",
                "expected": "20 to 37 characters",
                "got": "\"org\" (3 characters)",
                "message": "expected 20 to 37 characters, got \"org\" (3 characters)",
            })
        );
    }

    #[test]
    fn an_excerpt_is_json_for_short_texts() {
        let text = "a \"b\" \\ \n\r\t\u{1} é";
        assert_eq!(serde_json::from_str::<String>(&excerpt(text)).unwrap(), text);
    }

    #[test]
    fn an_excerpt_is_bounded_in_characters() {
        assert_eq!(excerpt(&"é".repeat(64)), format!("\"{}\"", "é".repeat(64)));
        assert_eq!(excerpt(&"é".repeat(65)), format!("\"{}…\"", "é".repeat(64)));
    }

    #[test]
    fn an_excerpt_lets_no_terminal_control_through() {
        assert_eq!(excerpt("\u{1b}[2J\u{9b}2J\u{7f}"), r#""\u001b[2J\u009b2J\u007f""#);
        assert_eq!(
            excerpt("\u{202e}txt.\u{2066}\u{2069}\u{200e}\u{2028}"),
            r#""\u202etxt.\u2066\u2069\u200e\u2028""#
        );
    }
}
