//! The fields of a page that paging needs, found by the JSON pointers of the spec.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::spec::Pagination;

/// The fields of a page that paging needs.
#[derive(Debug)]
pub(super) struct PageFields {
    /// The cursor of the next page.
    pub(super) cursor: Option<String>,
    /// True if there is a next page.
    pub(super) has_more: bool,
    /// True if the page has no items.
    pub(super) is_empty: bool,
    /// The number of items on all pages.
    pub(super) total: Option<i64>,
}

impl PageFields {
    /// Reads the fields of a page. A list without `pagination` is a single page.
    pub(super) fn read(body: &[u8], pagination: Option<&Pagination>) -> Self {
        let page = JsonMembers::parse(body);
        let text = |pointer| page.as_ref()?.at(pointer);
        fn value<T: DeserializeOwned>(json: Option<&str>) -> Option<T> {
            serde_json::from_str(json?).ok()
        }
        let Some(pagination) = pagination else {
            return Self { cursor: None, has_more: false, is_empty: false, total: None };
        };
        let items = text(pagination.items).and_then(|items| items.strip_prefix('['));
        Self {
            cursor: value(text(pagination.cursor)),
            has_more: value(text(pagination.more)).unwrap_or_default(),
            is_empty: items.is_none_or(|items| items.trim_start().starts_with(']')),
            total: pagination.total.and_then(|total| value(text(total))),
        }
    }
}

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
