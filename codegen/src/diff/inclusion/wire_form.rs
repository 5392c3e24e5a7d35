//! The forms in which values are written on the wire.

use serde_json::Value as Json;

/// Media types whose values have types, by the last part of their names.
const TYPED: [&str; 12] = [
    "json",
    "ndjson",
    "jsonl",
    "jsonlines",
    "json-seq",
    "yaml",
    "yml",
    "cbor",
    "cbor-seq",
    "msgpack",
    "messagepack",
    "*",
];

/// The way in which a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WireForm {
    /// With types: JSON, and other formats that have its types.
    #[default]
    Typed,
    /// Scalars as text, arrays and objects in a form of their own: parameters that repeat
    /// their names, parts of XML.
    Text,
    /// As one text: bodies without types, and parameters in which commas or the like
    /// separate elements.
    JoinedText,
    /// The members of an object one by one, as in HTML forms and multipart bodies.
    Fields,
    /// A member of [`Self::Fields`]: a scalar is text, an object is JSON.
    Field,
}

impl WireForm {
    /// Returns the form of bodies of a media type.
    pub fn of_media_type(name: &str) -> Self {
        let name = name.split(';').next().unwrap_or_default().trim();
        let (family, subtype) = name.split_once('/').unwrap_or(("", name));
        let last = subtype.rsplit(['+', '.']).next().unwrap_or(subtype);
        if TYPED.contains(&last.strip_prefix("x-").unwrap_or(last)) {
            Self::Typed
        } else if family == "multipart" || subtype == "x-www-form-urlencoded" {
            Self::Fields
        } else {
            Self::JoinedText
        }
    }

    pub(super) fn of_member(self) -> Self {
        match self {
            Self::Typed | Self::Field => Self::Typed,
            Self::Text | Self::JoinedText => Self::Text,
            Self::Fields => Self::Field,
        }
    }

    pub(super) fn of_element(self) -> Self {
        match self {
            Self::Field => Self::Field,
            other => other.of_member(),
        }
    }

    /// Returns whether scalars are written as text.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Typed | Self::Fields)
    }
}

/// The text of a value; `None` where it depends on the place.
pub(super) fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Array(elements) => {
            let texts: Option<Vec<_>> = elements.iter().map(text_of).collect();
            Some(texts?.join(","))
        }
        Json::Null | Json::Object(_) => None,
    }
}
