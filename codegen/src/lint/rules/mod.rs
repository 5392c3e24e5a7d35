//! The rules, one file per OpenAPI object.

mod access;
mod bodies;
mod bounds;
mod formats;
mod house;
mod names;
mod nulls;
mod parameters;
mod paths;
mod references;
mod schemas;
mod unsupported;
pub(super) mod version;

use super::document::Document;
use super::findings::Findings;

/// A rule examines the whole document.
type Rule = fn(&Document<'_>, &mut Findings);

/// Every rule, in the order in which they run.
pub(super) const ALL: &[Rule] = &[
    references::check,
    unsupported::check,
    paths::check,
    parameters::check,
    bodies::check,
    schemas::check,
    bounds::check,
    nulls::check,
    names::check,
    access::check,
    house::check,
];
