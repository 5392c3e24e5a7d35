//! Pages of lists by the cursors of Relay.
//!
//! A cursor that the list does not contain is ignored, as Relay requires, and so are cursors of
//! other lists. `first` and `last` may be combined, as Relay allows, although clients should not.

use std::collections::BTreeMap;
use std::ops::Range;

use isometric_registry::operations::OperationSpec;
use serde_json::{Value, json};

/// The number of items on a page unless the request contains `first` or `last`.
const DEFAULT_SIZE: usize = 10;

/// The position of a page in a list.
#[derive(Debug)]
pub(super) struct PageRange {
    pub(super) range: Range<usize>,
    total: usize,
}

/// The cursors and sizes of a request.
struct Selection<'q> {
    first: Option<usize>,
    after: Option<&'q str>,
    last: Option<usize>,
    before: Option<&'q str>,
}

impl<'q> Selection<'q> {
    fn new(operation: &OperationSpec, query: &'q BTreeMap<&'static str, Value>) -> Option<Self> {
        let pagination = operation.pagination?;
        let argument = |index: Option<usize>| query.get(operation.parameters.get(index?)?.name);
        let size = |index| argument(index).and_then(Value::as_u64).map(|size| size as usize);
        let cursor = |index| argument(index).and_then(Value::as_str);
        Some(Self {
            first: size(pagination.first),
            after: cursor(Some(pagination.after)),
            last: size(pagination.last),
            before: cursor(pagination.before),
        })
    }
}

impl PageRange {
    /// Selects the page of a request to an operation, or all items unless it is paged.
    ///
    /// `position` returns the range of items that a cursor stands for, which is empty if the
    /// cursor's item is not in the list any more.
    pub(super) fn select(
        operation: &OperationSpec,
        query: &BTreeMap<&'static str, Value>,
        total: usize,
        position: impl Fn(&str) -> Option<Range<usize>>,
    ) -> Self {
        let Some(selection) = Selection::new(operation, query) else {
            return Self { range: 0..total, total };
        };
        let Selection { first, after, last, before } = selection;
        let mut start = after.and_then(&position).map_or(0, |item| item.end);
        let mut end = before.and_then(&position).map_or(total, |item| item.start).max(start);
        let is_backward = before.is_some() && after.is_none();
        let (first, last) = match (first, last) {
            (None, None) if is_backward => (None, Some(DEFAULT_SIZE)),
            (None, None) => (Some(DEFAULT_SIZE), None),
            given => given,
        };
        if let Some(first) = first {
            end = end.min(start + first);
        }
        if let Some(last) = last {
            start = start.max(end.saturating_sub(last));
        }
        Self { range: start..end, total }
    }

    /// Renders the page, or the whole list unless the operation is paged.
    pub(super) fn render(
        &self,
        operation: &OperationSpec,
        nodes: Vec<Value>,
        cursor: impl Fn(usize) -> String,
    ) -> Value {
        let mut page = json!({ "nodes": nodes, "total_count": self.total });
        if operation.pagination.is_some() {
            let Range { start, end } = self.range.clone();
            let is_empty = start == end;
            page["page_info"] = json!({
                "has_previous_page": start > 0,
                "start_cursor": (!is_empty).then(|| cursor(start)),
                "has_next_page": end < self.total,
                "end_cursor": (!is_empty).then(|| cursor(end - 1)),
            });
        }
        page
    }
}
