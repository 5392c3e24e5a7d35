//! The comparison of the spec with upstream's published document.
//!
//! Both are read as contracts and listed as facts, of upstream only those about the
//! operations of the spec. Named schemas are listed once; the comparison follows the
//! references to them, so that it does not depend on their names. Every known difference is listed with a reason (see
//! [`Divergences`]); any other difference is drift. A [`Lock`] keeps upstream's facts,
//! so that the comparison works without the document.

mod compare;
mod divergences;
mod lock;
mod outline;
#[cfg(test)]
mod tests;

pub use compare::{Comparison, compare, text};
pub use divergences::{Difference, Divergences};
pub use lock::Lock;
