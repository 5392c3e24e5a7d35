//! The lock: the facts of upstream's document, kept in a file.

use std::fmt;

use sha2::{Digest, Sha256};

use super::outline::SEPARATOR;
use crate::contract::{Contract, Fact, FactsError, path_template};
use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;

const HEADER: &str = "\
# The facts of upstream's document about the operations of spec/registry.yaml.
# Written by `cargo xtask upstream FILE --lock`. Do not edit: run it again.
";

/// The facts of upstream's document about the operations of the spec, and the names of
/// all its operations.
///
/// Displays as the lock file, one fact per line, so that a pull request shows each
/// change of upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The SHA-256 of the document, in hexadecimal.
    pub sha256: String,
    /// All operations of upstream.
    pub operations: Vec<String>,
    pub(super) facts: Vec<Fact>,
}

impl Lock {
    /// Extracts the facts of upstream's document that the spec can be compared with.
    ///
    /// Of `text`, the document, only the hash is kept.
    ///
    /// # Errors
    ///
    /// The facts of the document cannot be listed.
    pub fn of(text: &str, upstream: &Contract, spec: &Contract) -> Result<Self, FactsError> {
        let operations = spec.operations();
        let name_in_spec =
            |theirs: &str| operations.iter().find(|ours| is_same_operation(ours, theirs));
        let mut facts = upstream.facts_of(|operation| name_in_spec(operation).is_some())?;
        for fact in &mut facts {
            if let Some(ours) = name_in_spec(&fact.owner) {
                fact.owner.clone_from(ours);
            }
        }
        let sha256 = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { sha256, operations: upstream.operations(), facts })
    }

    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// A line has an unknown kind.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let mut lock = Self { sha256: String::new(), operations: Vec::new(), facts: Vec::new() };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            match line.split_once(' ') {
                Some(("sha256", hash)) => hash.clone_into(&mut lock.sha256),
                Some(("operation", operation)) => lock.operations.push(operation.to_owned()),
                Some(("fact", fact)) => lock.facts.push(parse_fact(fact)),
                _ => return Err(invalid_line(name, index + 1)),
            }
        }
        Ok(lock)
    }
}

/// Returns whether two operations differ at most in the names of path parameters.
pub(super) fn is_same_operation(a: &str, b: &str) -> bool {
    path_template(a) == path_template(b)
}

fn parse_fact(line: &str) -> Fact {
    let (subject, value) = line.split_once(" = ").unwrap_or((line, ""));
    let (owner, subject) = subject.split_once(SEPARATOR).unwrap_or(("", subject));
    Fact { owner: owner.to_owned(), subject: subject.to_owned(), value: value.to_owned() }
}

fn is_comment(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

fn invalid_line(name: &str, line: usize) -> Refusal {
    let diagnostic = Diagnostic {
        rule: "invalid-lock",
        position: Position { line, column: 1 },
        pointer: Pointer::root(),
        message: "invalid line: expected `sha256`, `operation` or `fact`".into(),
        help: "write the file again with `cargo xtask upstream FILE --lock`".into(),
    };
    Refusal::new(name, vec![diagnostic])
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}sha256 {}\n\n", self.sha256)?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "operation {operation}"))?;
        writeln!(f)?;
        self.facts.iter().try_for_each(|fact| writeln!(f, "fact {fact}"))
    }
}
