//! What upstream says of the operations that the spec has, kept in a file.

use sha2::{Digest, Sha256};

use super::{Statements, is_same, statement};
use crate::contract::{Contract, TooManyFacts};
use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;

const HEADER: &str = "\
# What upstream's document says of the operations that spec/registry.yaml has.
# Written by `cargo xtask upstream FILE --lock`. Do not edit: run it again.
";

/// What upstream says of the operations that the spec has, and which others it has.
///
/// Displays as the lock file, one fact a line, so that a pull request shows what
/// has changed upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The document's SHA-256, in hexadecimal.
    pub sha256: String,
    /// Every operation that upstream has.
    pub operations: Vec<String>,
    pub(super) facts: Statements,
}

impl Lock {
    /// Takes from upstream's document what there is to compare with the spec.
    ///
    /// `text` is the document as it was read, of which only the hash is kept.
    ///
    /// # Errors
    ///
    /// The document has too many facts to list.
    pub fn of(text: &str, upstream: &Contract, spec: &Contract) -> Result<Self, TooManyFacts> {
        let ours = spec.operations();
        let named_here = |theirs: &str| ours.iter().find(|ours| is_same(ours, theirs));
        let mut facts = upstream.facts_of(|operation| named_here(operation).is_some())?;
        for fact in &mut facts {
            if let Some(ours) = named_here(&fact.operation) {
                fact.operation.clone_from(ours);
            }
        }
        let sha256 = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = facts.iter().map(statement).collect();
        Ok(Self { sha256, operations: upstream.operations(), facts })
    }

    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// A line is of no kind that a lock file has.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let mut lock =
            Self { sha256: String::new(), operations: Vec::new(), facts: Statements::new() };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            match line.split_once(' ') {
                Some(("sha256", hash)) => hash.clone_into(&mut lock.sha256),
                Some(("operation", operation)) => lock.operations.push(operation.to_owned()),
                Some(("fact", fact)) => {
                    let (subject, says) = fact.split_once(" = ").unwrap_or((fact, ""));
                    lock.facts.insert(subject.to_owned(), says.to_owned());
                }
                _ => return Err(unreadable(name, index + 1)),
            }
        }
        Ok(lock)
    }
}

fn is_comment(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

fn unreadable(name: &str, line: usize) -> Refusal {
    let message = "a line begins with `sha256`, `operation` or `fact`, and this one does not";
    let diagnostic = Diagnostic {
        rule: "invalid-lock",
        position: Position { line, column: 1 },
        pointer: Pointer::root(),
        message: message.into(),
        help: "write the file again with `cargo xtask upstream FILE --lock`".into(),
    };
    Refusal::new(name, vec![diagnostic])
}

impl std::fmt::Display for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{HEADER}sha256 {}\n\n", self.sha256)?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "operation {operation}"))?;
        writeln!(f)?;
        self.facts.iter().try_for_each(|(subject, says)| match says.as_str() {
            "" => writeln!(f, "fact {subject}"),
            says => writeln!(f, "fact {subject} = {says}"),
        })
    }
}
