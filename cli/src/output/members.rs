//! Members of a JSON object whose values are not parsed yet, so that numbers stay as written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in their order.
#[derive(Debug)]
pub(crate) struct RawObject<'j>(pub(crate) Vec<(Cow<'j, str>, &'j str)>);

impl<'j> RawObject<'j> {
    /// Returns the members, or `None` if the JSON is not an object.
    pub(crate) fn parse(json: &'j str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl<'j> Deserialize<'j> for RawObject<'j> {
    fn deserialize<D: Deserializer<'j>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawObjectVisitor)
    }
}

struct RawObjectVisitor;

impl<'j> Visitor<'j> for RawObjectVisitor {
    type Value = RawObject<'j>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut members: A) -> Result<RawObject<'j>, A::Error> {
        let mut found = Vec::new();
        while let Some((Text(name), value)) = members.next_entry::<Text<'j>, &'j RawValue>()? {
            found.push((name, value.get()));
        }
        Ok(RawObject(found))
    }
}

/// A string that is borrowed unless it contains escapes.
#[derive(serde::Deserialize)]
struct Text<'j>(#[serde(borrow)] Cow<'j, str>);

/// A value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'j> {
    /// Null, or a missing property.
    Empty,
    /// A string.
    Text(Cow<'j, str>),
    /// A number, a Boolean, an array or an object, as JSON.
    Json(&'j str),
}

impl<'j> Cell<'j> {
    /// Returns the cell of a JSON value.
    pub(crate) fn new(json: &'j str) -> Self {
        match json.as_bytes() {
            [b'"', ..] => match serde_json::from_str(json) {
                Ok(Text(text)) => Self::Text(text),
                // An unpaired surrogate has no text.
                Err(_) => Self::Json(json),
            },
            b"null" => Self::Empty,
            _ => Self::Json(json),
        }
    }
}
