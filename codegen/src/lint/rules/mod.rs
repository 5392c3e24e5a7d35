//! The rules, one file per OpenAPI object.

mod bounds;
pub(super) mod client;
mod components;
mod conventions;
pub(crate) mod generator;
pub(super) mod grammar;
mod media_types;
mod names;
mod nullable;
pub(super) mod openapi;
mod operations;
mod pagination;
mod parameters;
mod paths;
mod references;
mod request_bodies;
mod responses;
mod schemas;
mod security;
mod servers;
mod unsupported_fields;

use super::findings::Findings;
use super::lint_document::LintDocument;
use crate::document;
use crate::document::diagnostic::DocumentRule;

/// Checks a document against the rules of one file.
pub(super) type LintCheck = fn(&LintDocument<'_>, &mut Findings);

/// The checks of all documents, which run after the grammar.
pub(super) const CHECKS: &[LintCheck] = &[
    references::check,
    unsupported_fields::check,
    paths::check,
    operations::check,
    parameters::check,
    request_bodies::check,
    media_types::check,
    responses::check,
    pagination::check,
    schemas::check,
    bounds::check,
    nullable::check,
    components::check,
    servers::check,
    security::check,
    conventions::check,
];

/// All rules with the titles of their sections in `docs/lint-rules.md`.
pub(super) const SECTIONS: &[(&str, &[DocumentRule])] = &[
    ("YAML and JSON", document::rules::RULES),
    ("OpenAPI version", openapi::RULES),
    ("Grammar", grammar::RULES),
    ("References", references::RULES),
    ("Unsupported fields", unsupported_fields::RULES),
    ("Paths", paths::RULES),
    ("Operations", operations::RULES),
    ("Parameters", parameters::RULES),
    ("Request bodies", request_bodies::RULES),
    ("Media types", media_types::RULES),
    ("Responses", responses::RULES),
    ("Lists", pagination::RULES),
    ("Schemas", schemas::RULES),
    ("Bounds", bounds::RULES),
    ("Null", nullable::RULES),
    ("Component names", components::RULES),
    ("Servers", servers::RULES),
    ("Security", security::RULES),
    ("Conventions", conventions::RULES),
    ("Hand-written code", client::RULES),
    ("Generator", generator::RULES),
];
