//! Operations as types. `cargo xtask regen` writes them.

use super::spec::OperationSpec;
use crate::validate::HasSchema;
use crate::validate::string_types::sealed::Sealed;

/// An operation of the API.
///
/// This trait is sealed: only the types in [`operations`](crate::operations), each of which stands
/// for a method of [`Registry`](crate::Registry), and [`Json`](crate::json::Json) implement it.
pub trait Operation: Sealed + Sized + 'static {
    /// The value of a successful response.
    type Output: HasSchema;
}

/// An operation that returns a list.
///
/// This trait is sealed, as [`Operation`] is.
pub trait List: Operation {
    /// An item of the list.
    type Item: Send + Unpin + 'static;

    /// Returns the items of a page.
    #[doc(hidden)]
    fn items(page: Self::Output, spec: &OperationSpec) -> Vec<Self::Item>;
}

/// A list whose pages contain the number of all items.
///
/// This trait is sealed, as [`Operation`] is.
pub trait CountedList: List {}
