//! The audit: its rules, lineages and reports.

mod drawings;
mod family;
mod relations;
mod rules;
