//! The difference of two contracts, and its effect on clients of the API.
//!
//! The graphs are compared pair by pair: `sides` holds them, `align` matches the
//! children of two elements, `compare` finds the pairs that differ. `judge` walks
//! them and looks up each change in [`rules::RULES`], by its subject, its kind and the
//! direction of the value. [`Report::of`] does all of it.

mod align;
mod compare;
mod error;
mod judge;
mod message;
pub mod render;
mod report;
pub mod rules;
mod sides;

pub use error::DiffError;
pub use judge::Change;
pub use report::Report;
pub use rules::Level;
