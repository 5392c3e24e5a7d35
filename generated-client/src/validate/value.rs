//! A JSON value that is parsed one level at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::escape::{excerpt, number_excerpt};
use super::numbers::ParsedNumber;

/// The maximum nesting of arrays and objects. serde_json has the same limit.
const MAX_DEPTH: usize = 127;

/// A JSON value whose items and members are not parsed yet.
///
/// Unlike `serde_json::Value`, it keeps duplicate members and numbers as written.
#[derive(Debug)]
pub(super) enum JsonValue<'j> {
    Null,
    Boolean(bool),
    Number { text: &'j str, number: ParsedNumber },
    String(Cow<'j, str>),
    Array(Vec<&'j RawValue>),
    Object(Vec<(Cow<'j, str>, &'j RawValue)>),
}

impl<'j> JsonValue<'j> {
    /// Parses a value inside `depth` arrays and objects.
    ///
    /// # Errors
    ///
    /// Returns an error for valid syntax that serde_json rejects: unpaired surrogates in
    /// strings, numbers out of range and deep nesting.
    pub(super) fn parse(raw: &'j RawValue, depth: usize) -> serde_json::Result<Self> {
        let text = raw.get();
        match text.as_bytes() {
            [b'[' | b'{', ..] if depth >= MAX_DEPTH => {
                Err(Error::custom("recursion limit exceeded"))
            }
            [b'[', ..] => serde_json::from_str(text).map(Self::Array),
            [b'{', ..] => serde_json::from_str(text).map(|Members(members)| Self::Object(members)),
            [b'"', ..] => serde_json::from_str(text).map(|JsonString(text)| Self::String(text)),
            [b'n', ..] => Ok(Self::Null),
            [b't', ..] => Ok(Self::Boolean(true)),
            [b'f', ..] => Ok(Self::Boolean(false)),
            _ => {
                let number = ParsedNumber::parse(text);
                let number = number.ok_or_else(|| Error::custom("number out of range"))?;
                Ok(Self::Number { text, number })
            }
        }
    }

    /// Describes the value for error messages.
    pub(super) fn excerpt(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Boolean(value) => value.to_string(),
            Self::Number { text, .. } => number_excerpt(text),
            Self::String(text) => excerpt(text),
            Self::Array(_) => "an array".into(),
            Self::Object(_) => "an object".into(),
        }
    }
}

/// Parses all of a value and returns its canonical form, which is equal for equal values.
///
/// Numbers are compared by value, and objects regardless of the order of their members. Of
/// duplicate members, the last is used.
///
/// # Errors
///
/// Returns an error if any part of the value does not parse.
pub(super) fn canonical(raw: &RawValue, depth: usize) -> serde_json::Result<String> {
    match JsonValue::parse(raw, depth)? {
        JsonValue::Null | JsonValue::Boolean(_) => Ok(raw.get().to_owned()),
        JsonValue::Number { number, .. } => Ok(number.canonical()),
        JsonValue::String(text) => serde_json::to_string(&text),
        JsonValue::Array(items) => {
            let items = items.into_iter().map(|item| canonical(item, depth + 1));
            Ok(format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(",")))
        }
        JsonValue::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                Ok((serde_json::to_string(&name)?, canonical(value, depth + 1)?))
            });
            let members = members.collect::<serde_json::Result<BTreeMap<_, _>>>()?;
            let members = members.into_iter().map(|(name, value)| format!("{name}:{value}"));
            Ok(format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
        }
    }
}

/// A string, borrowed unless it contains escapes.
#[derive(serde::Deserialize)]
struct JsonString<'j>(#[serde(borrow)] Cow<'j, str>);

/// The members of an object, including duplicates.
struct Members<'j>(Vec<(Cow<'j, str>, &'j RawValue)>);

impl<'de: 'j, 'j> Deserialize<'de> for Members<'j> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Self)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((JsonString(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(members)
    }
}
