//! The difference of two contracts, and its effect on clients of the API.
//!
//! The graphs are compared pair by pair: `sides` holds them, `align` matches the
//! children of two elements, `compare` finds the pairs that differ. `judge` walks
//! them and looks up each change in [`rules::RULES`], by its subject, its kind and the
//! direction of the value. A change of a named schema is found once, and `places` lists
//! the operations that it affects. [`Report::of`] does all of it.
//! [`Report::with_verdicts`] then lets `verdict` compare the schemas of bodies as a whole, by
//! [`inclusion`], and corrects the severities.

mod align;
mod change;
mod compare;
mod encodings;
mod error;
pub mod inclusion;
mod judge;
mod message;
mod place;
mod places;
pub mod render;
mod report;
pub mod rules;
mod scope;
mod servers;
mod sides;
mod values;
mod verdict;

pub use change::Change;
pub use error::DiffError;
pub use report::Report;
pub use rules::{Level, Policy};
