//! The forms of arguments and bodies that progenitor's client takes.

use std::fmt::{self, Write};

use progenitor_client::ResponseValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::members::JsonMembers;

/// The result of progenitor's client, which does not know the types of bodies.
pub(crate) type WireResult = Result<ResponseValue<JsonText>, progenitor_client::Error<()>>;

/// A body as JSON text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JsonText(Box<RawValue>);

impl JsonText {
    pub(super) fn new(text: Box<RawValue>) -> Self {
        Self(text)
    }

    /// Returns the text, as received.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Returns the JSON text at a JSON pointer (RFC 6901), such as `/size/credit_kgs`. The pointer
    /// must pass through objects only.
    pub fn at(&self, pointer: &str) -> Option<&str> {
        JsonMembers::parse(self.get().as_bytes())?.at(pointer)
    }

    /// Parses the text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.get())
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

/// The arguments of a call as they are sent. An absent parameter has no values, and a parameter
/// that is not a list has a single value.
#[derive(Debug)]
pub(crate) struct WireArguments {
    pub(super) parameters: Vec<Option<Vec<String>>>,
    pub(super) body: JsonText,
}

#[allow(dead_code, reason = "the operations of the spec need not have all kinds of arguments")]
impl WireArguments {
    /// Returns an argument that methods require.
    pub(crate) fn one(&self, index: usize) -> &str {
        self.optional(index).unwrap_or_default()
    }

    pub(crate) fn optional(&self, index: usize) -> Option<&str> {
        self.many(index)?.first().map(String::as_str)
    }

    pub(crate) fn many(&self, index: usize) -> Option<&Vec<String>> {
        self.parameters[index].as_ref()
    }

    pub(crate) fn body(&self) -> &JsonText {
        &self.body
    }
}

/// Encodes a path segment. Only unreserved characters (RFC 3986) have the same meaning to all
/// URL parsers.
pub(crate) fn encode_segment(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
