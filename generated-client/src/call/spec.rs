//! Tables of operations. `cargo xtask regen` writes them.

use std::fmt;

use futures_util::future::BoxFuture;

use super::wire::{WireArguments, WireResult};
use crate::generated::client::Client;
use crate::validate::Schema;

/// The facts of an operation.
#[derive(Debug)]
pub struct OperationSpec {
    /// The `operationId`.
    pub name: &'static str,
    /// The method in upper case.
    pub method: &'static str,
    /// The path template below the base URL.
    pub path: &'static str,
    /// The purpose, in one line.
    pub summary: &'static str,
    /// The description, as Markdown. It may be empty.
    pub description: &'static str,
    /// The statuses of the documented responses, such as `200`, `5XX` or `default`.
    pub statuses: &'static [&'static str],
    /// True if the client secret alone does not suffice.
    pub needs_access_token: bool,
    /// The parameters.
    pub parameters: &'static [ParameterSpec],
    /// The rules for the request body.
    #[doc(hidden)]
    pub body: Option<&'static Schema>,
    /// The rules for the body of a successful response. `None` ignores the body.
    #[doc(hidden)]
    pub response: Option<&'static Schema>,
    /// The index of the parameter that the `id` of a response repeats, if the operation is about
    /// one resource.
    pub identity: Option<usize>,
    /// The form of the pages, if the operation returns a list page by page.
    pub pagination: Option<&'static Pagination>,
    /// progenitor's method.
    pub(crate) send: SendRequest,
}

/// A method of progenitor's client.
#[derive(Clone, Copy)]
pub(crate) struct SendRequest(
    pub(crate) for<'a> fn(&'a Client, &'a WireArguments) -> BoxFuture<'a, WireResult>,
);

/// A parameter of an operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct ParameterSpec {
    /// The name.
    pub name: &'static str,
    /// The location.
    pub location: ParameterLocation,
    /// The JSON pointer of the argument in the request, such as `/query/first`.
    pub pointer: &'static str,
    /// True if a call must have the argument.
    pub required: bool,
    /// The description, as Markdown. It may be empty.
    pub description: &'static str,
    /// The rules.
    #[doc(hidden)]
    pub schema: &'static Schema,
}

/// The location of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterLocation {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// The form of the pages of a list: the parameters that choose a page, as indices in the table of
/// the operation, and JSON pointers into a page.
#[derive(Debug)]
#[non_exhaustive]
pub struct Pagination {
    /// The size of a page that is read forwards.
    pub first: Option<usize>,
    /// The cursor that a page starts after.
    pub after: usize,
    /// The size of a page that is read backwards.
    pub last: Option<usize>,
    /// The cursor that a page ends before.
    pub before: Option<usize>,
    /// The minimum of `first`.
    pub min_size: Option<i64>,
    /// The maximum of `first`.
    pub max_size: Option<i64>,
    /// The items of a page.
    pub items: &'static str,
    /// The cursor of the next page.
    pub cursor: &'static str,
    /// True in a page that is not the last.
    pub more: &'static str,
    /// The number of items on all pages.
    pub total: Option<&'static str>,
}

impl OperationSpec {
    /// Returns whether the operation may change the state of the registry.
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }

    /// Returns the JSON pointer of the items in a response and the rules for an item, if the
    /// operation returns a list: by pages, or as a whole in `nodes`.
    #[doc(hidden)]
    pub fn items(&self) -> Option<(&'static str, &'static Schema)> {
        let pointer = self.pagination.map_or("/nodes", |pagination| pagination.items);
        let response = self.response.filter(|_| !self.is_write())?;
        let mut tokens = pointer.split('/').skip(1);
        let list = tokens.try_fold(response, |schema, token| schema.property(token))?;
        match list.non_null() {
            Schema::Array { items, .. } => Some((pointer, items)),
            _ => None,
        }
    }

    /// Returns the index of a parameter and its table.
    pub fn parameter(&self, name: &str) -> Option<(usize, &'static ParameterSpec)> {
        self.parameters.iter().enumerate().find(|(_, parameter)| parameter.name == name)
    }
}

impl fmt::Debug for SendRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendRequest")
    }
}
