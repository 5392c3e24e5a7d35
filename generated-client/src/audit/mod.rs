//! Findings about credits that no schema can express.

pub mod consistency;
pub mod lineage;
