//! The identifiers that are asked for, checked before anything is sent.

use std::path::Path;

use isometric_registry::types::CreditBatchId;

use crate::failure::Failure;

const HINT: &str = "an identifier of a credit batch is written as in ctb_1DRBTYA8Q1S07CBY; nothing \
                    was sent";

/// The identifier that an argument is.
pub(crate) fn parse(text: &str) -> Result<CreditBatchId, Failure> {
    text.parse().map_err(|error| Failure::usage(format!("{error}"), HINT))
}

/// The identifiers in a file, one a line.
pub(crate) fn read(_path: &Path) -> Result<Vec<CreditBatchId>, Failure> {
    Ok(Vec::new())
}
