//! Values in a JSON text by their JSON pointers.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The members of a JSON object as JSON texts.
#[derive(Debug)]
pub(super) struct JsonMembers<'j>(BTreeMap<String, &'j RawValue>);

impl<'j> JsonMembers<'j> {
    /// Returns `None` for JSON other than an object.
    pub(super) fn parse(json: &'j [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().map(Self)
    }

    /// Returns the JSON text at a pointer that passes through objects only.
    pub(super) fn at(&self, pointer: &str) -> Option<&'j str> {
        let path = pointer.strip_prefix('/')?;
        let token = path.split('/').next().unwrap_or(path);
        let value = self.0.get(&token.replace("~1", "/").replace("~0", "~"))?.get();
        match &path[token.len()..] {
            "" => Some(value),
            below => JsonMembers::parse(value.as_bytes())?.at(below),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::JsonMembers;

    #[test]
    fn follows_pointers_through_objects() {
        let json = br#"{"a": {"b/c": {"~": [1, 2]}}, "d": null}"#;
        let members = JsonMembers::parse(json).unwrap();
        for (pointer, found) in [
            ("/a/b~1c/~0", Some("[1, 2]")),
            ("/d", Some("null")),
            ("/a/b~1c/~0/0", None),
            ("/a/b", None),
            ("/e", None),
            ("", None),
        ] {
            assert_eq!(members.at(pointer), found, "{pointer}");
        }
        assert!(JsonMembers::parse(b"[]").is_none());
    }
}
