//! Errors of a comparison that cannot be reported completely.

/// Longer reports are refused, since nobody reads them.
pub(super) const MAX_CHANGES: usize = 20_000;

/// An error of two contracts whose differences cannot be reported completely.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// The documents have little in common.
    #[error(
        "the documents differ in more than {MAX_CHANGES} places; \
         compare documents of the same API, or successive versions"
    )]
    TooManyChanges,
    /// A difference lies too deep in a value.
    #[error(
        "{owner}: the documents differ more than {limit} levels deep, at {place}; \
         compare documents with a shorter chain of references",
        limit = crate::contract::MAX_DEPTH
    )]
    TooDeep {
        /// Method and path, or `schema` and a name.
        owner: String,
        /// The place in the value.
        place: String,
    },
}
