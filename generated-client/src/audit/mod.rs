//! Checks for contradictions in credit batches that no schema can express.
//!
//! [`CreditBatch::findings`](crate::types::CreditBatch::findings) compares the properties of
//! one batch. [`Registry::lineage`](crate::Registry::lineage) fetches a batch with all its
//! relatives, and [`Lineage::findings`](lineage::Lineage::findings) compares these with each
//! other. Both return [`Finding`]s, each with its [`AuditRule`].
//!
//! The rules are this crate's interpretation of the registry. They never fail a call: a batch
//! with findings is returned like any other.
//!
//! ```
//! # use isometric_registry::types::CreditBatch;
//! # fn example(batch: &CreditBatch) {
//! for finding in batch.findings() {
//!     println!("{finding}");
//! }
//! # }
//! ```

mod batch;
mod finding;
pub mod lineage;
mod quantity;
mod rule;
mod serial;

pub use finding::Finding;
pub use rule::AuditRule;
pub use serial::SerialRange;
