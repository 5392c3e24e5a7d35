//! Failures of progenitor and typify, which `generate` reports.

use crate::document::diagnostic::document_rules;

document_rules! {
    GENERATOR_FAILURE = "generator-failure":
        "progenitor or typify cannot process a document that violates no other rule"
        => "rewrite this part of the document, or extend `codegen`";
}
