//! The difference of two contracts, and its effect on clients of the API.
//!
//! The graphs are compared pair by pair: `sides` holds them, `align` matches the
//! children of two elements, `compare` finds the pairs that differ. `judge` walks
//! them and looks up each change in [`rules::RULES`], by its subject, its kind and the
//! direction of the value. A change of a named schema is found once, and `places` lists
//! the operations that it affects. [`Report::of`] does all of it.
//! [`Report::with_verdicts`] then matches the values that travel (`values`), and lets
//! `verdict` compare their schemas as a whole, by [`inclusion`]: it corrects the severities
//! and drops what has no effect. `servers` and `encodings` are compared as sets.

mod align;
mod change;
mod compare;
mod encodings;
mod error;
pub mod inclusion;
mod judge;
mod message;
mod mistakes;
mod place;
mod places;
pub mod render;
mod report;
pub mod rules;
mod sameness;
mod scope;
mod servers;
mod sides;
mod values;
mod verdict;

pub use change::Change;
pub use error::DiffError;
pub use report::Report;
pub use rules::{Level, Policy};
