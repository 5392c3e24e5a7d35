//! Operations as types. `cargo xtask regen` writes them.

use super::spec::{OperationSpec, Pagination};
use super::wire::{WireArguments, WireResult};
use crate::generated::client::Client;
use crate::validate::HasSchema;
use crate::validate::string_types::sealed::Sealed;

/// An operation of the API.
///
/// This trait is sealed: only the types in [`operations`](crate::operations) implement it. Each
/// of them stands for a method of [`Registry`](crate::Registry).
pub trait Operation: Sealed + Sized + 'static {
    /// The value of a successful response.
    type Output: HasSchema;

    /// The table of the operation.
    #[doc(hidden)]
    const SPEC: &'static OperationSpec;

    /// Sends a request by progenitor's client.
    #[doc(hidden)]
    fn send(client: &Client, arguments: &WireArguments) -> impl Future<Output = WireResult> + Send;

    /// Returns the identifier of the resource in a response, with the index of the parameter
    /// that requested it.
    #[doc(hidden)]
    fn id(_: &Self::Output) -> Option<(usize, &str)> {
        None
    }
}

/// An operation that returns a list page by page.
///
/// This trait is sealed, as [`Operation`] is.
pub trait List: Operation {
    /// An item of the list.
    type Item: Send + Unpin + 'static;

    /// The parameters that choose a page.
    #[doc(hidden)]
    const PAGINATION: Pagination;

    /// Returns the fields of a page that paging needs.
    #[doc(hidden)]
    fn fields(output: &Self::Output) -> PageFields<'_>;

    /// Returns the items of a page.
    #[doc(hidden)]
    fn items(output: Self::Output) -> Vec<Self::Item>;
}

/// A list whose pages contain the number of all items.
///
/// This trait is sealed, as [`Operation`] is.
pub trait CountedList: List {
    /// Returns the number of items on all pages.
    #[doc(hidden)]
    fn total(output: &Self::Output) -> i64;
}

/// The fields of a page that paging needs.
#[derive(Debug)]
pub struct PageFields<'p> {
    /// The cursor of the next page.
    pub cursor: Option<&'p str>,
    /// True if there is a next page.
    pub has_more: bool,
    /// True if the page has no items.
    pub is_empty: bool,
}
