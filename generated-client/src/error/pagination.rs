//! Lists whose pages contradict each other.

use std::error::Error as StdError;
use std::fmt;

/// A list that claims to have more pages but gives no way to reach them, or has no total.
#[derive(Debug)]
pub struct PaginationError {
    operation: &'static str,
    problem: PaginationProblem,
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaginationProblem {
    MissingCursor,
    RepeatedCursor,
    EmptyPages,
    MissingTotal,
}

impl PaginationError {
    pub(crate) fn new(
        operation: &'static str,
        problem: PaginationProblem,
        cursor: Option<String>,
    ) -> Self {
        Self { operation, problem, cursor }
    }

    /// Returns the cursor that the last page was requested with, or `None` for the first page.
    /// All items of that page were returned before the error.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl fmt::Display for PaginationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.problem {
            PaginationProblem::MissingCursor => "but has no cursor",
            PaginationProblem::RepeatedCursor => "but repeats an earlier cursor",
            PaginationProblem::EmptyPages => "but two pages in a row are empty",
            PaginationProblem::MissingTotal => {
                return write!(f, "{}: the response has no number of items", self.operation);
            }
        };
        write!(f, "{}: incomplete list: a page claims that more follow, {problem}", self.operation)
    }
}

impl StdError for PaginationError {}
