//! Tables of operations. `cargo xtask regen` writes them.

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
    /// The statuses of the documented responses, such as `200`, `5XX` or `default`.
    pub statuses: &'static [&'static str],
    /// True if the client secret alone does not suffice.
    pub needs_access_token: bool,
    /// The parameters.
    pub parameters: &'static [ParameterSpec],
    /// The rules for the request body.
    pub body: Option<&'static Schema>,
    /// The rules for the body of a successful response. `None` ignores the body.
    pub response: Option<&'static Schema>,
    /// The parameters that choose a page, if the operation returns a list page by page.
    pub pagination: Option<&'static Pagination>,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct ParameterSpec {
    /// The name.
    pub name: &'static str,
    /// The location.
    pub location: ParameterLocation,
    /// The JSON pointer of the argument in the request, such as `/query/first`.
    pub pointer: &'static str,
    /// The rules.
    pub schema: &'static Schema,
}

/// The location of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterLocation {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// The parameters that choose a page, as indices in the table of the operation.
#[derive(Debug)]
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
}
