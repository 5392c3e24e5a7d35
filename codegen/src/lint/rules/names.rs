//! Conversion of names to Rust identifiers.

use std::collections::HashMap;

use heck::ToSnakeCase;

use crate::document::diagnostic::DocumentRule;
use crate::lint::findings::{Findings, Location};
use crate::lint::message::truncate;
use crate::model::names::is_identifier;

/// Returns whether a name is an ASCII identifier in snake case.
pub(super) fn is_snake_case(name: &str) -> bool {
    is_identifier(name) && name.is_ascii() && name == name.to_snake_case()
}

/// Returns whether a name is a token of RFC 9110. reqwest panics on other header names.
pub(super) fn is_header_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_allowed)
}

/// Reports duplicate names, and names that become equal in Rust.
pub(super) fn check_unique(
    rule: &DocumentRule,
    names: impl IntoIterator<Item = (String, Location)>,
    noun: &str,
    to_rust: fn(&str) -> String,
    findings: &mut Findings,
) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (name, location) in names {
        let rust = to_rust(&name);
        match seen.get(&rust) {
            Some(first) if *first == name => {
                findings.add(rule, location, format!("duplicate {noun} `{}`", truncate(&name)));
            }
            Some(first) => {
                let [first, name, rust] = [first, &name, &rust].map(|name| truncate(name));
                let message = format!(
                    "duplicate {noun} in Rust: `{first}` and `{name}` both become `{rust}`"
                );
                findings.add(rule, location, message);
            }
            None => {
                seen.insert(rust, name);
            }
        }
    }
}
