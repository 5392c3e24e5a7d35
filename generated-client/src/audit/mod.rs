//! Checks for contradictions in the registry that no schema can express.
//!
//! - [`CreditBatch::findings`](crate::types::CreditBatch::findings) and [`findings_within`]
//!   compare the properties of one resource.
//! - [`Registry::lineage`](crate::Registry::lineage) fetches a batch with all its relatives, and
//!   [`Lineage::findings`](lineage::Lineage::findings) compares these with each other.
//! - [`Audit`] fetches resources with all that belongs to them, or everything that the credentials
//!   can see, and compares them with each other.
//! - [`Records`] does the same with resources from elsewhere, such as files: it compares totals with
//!   the batches that they count, balances with holdings, and every batch with its relatives.
//!
//! All return [`Finding`]s, each with its [`AuditRule`]. A rule is an
//! [`Error`](AuditLevel::Error) where the API's published text supports it, and otherwise a
//! [`Note`](AuditLevel::Note). Findings never fail a call: a batch with findings is returned
//! like any other.
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
mod collection;
mod finding;
mod kind;
pub mod lineage;
mod quantity;
mod records;
mod report;
mod rule;
mod run;
mod serial;
mod within;

pub use collection::Collection;
pub use finding::Finding;
pub use kind::id_prefixes;
pub use records::{Audited, Records, findings_in, findings_within};
pub use report::{AuditReport, MAX_KEPT, NotChecked, RuleResult, Unchecked};
pub use rule::{AuditLevel, AuditRule};
pub use run::{Audit, AuditProgress};
pub use serial::SerialRange;
