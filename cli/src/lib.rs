//! The part of the command line that neither prints nor exits: it checks the credit
//! batches of a document of any length.

pub mod records;
