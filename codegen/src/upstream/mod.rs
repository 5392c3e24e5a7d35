//! The comparison of the spec with upstream's published document.
//!
//! Both documents are read as contracts and listed as facts. Of upstream, only the facts
//! about the operations of the spec are listed. Each named schema is listed once, and the
//! comparison follows the references to it, so that names of schemas may differ.
//!
//! Every known difference has a reason (see [`Divergences`]); any other difference is
//! drift. A [`Lock`] keeps upstream's facts, so that the comparison works without the
//! document.

mod compare;
mod divergences;
mod lock;
mod outline;
#[cfg(test)]
mod tests;

pub use compare::{Comparison, compare, text};
pub use divergences::{Difference, Divergences};
pub use lock::Lock;
