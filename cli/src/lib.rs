//! What of the command line is no edge of it: how credit batches in a document of any
//! length are checked.

pub mod records;
