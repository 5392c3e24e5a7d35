//! The fields of a page that paging needs, found by the JSON pointers of the spec.

use serde::de::DeserializeOwned;

use super::members::JsonMembers;
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
