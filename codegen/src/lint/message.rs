//! Formatting of values, lists and suggestions in messages.

use crate::document::{Node, Value};

/// The number of characters after which strings are truncated in messages.
const MAX_LENGTH: usize = 40;

/// Describes a value: scalars by their value, arrays and objects by their type.
pub(crate) fn describe(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Integer(value) => format!("`{value}`"),
        Value::Float(value) => format!("`{value:?}`"),
        Value::String(string) => format!("the string `{}`", truncate(string)),
        Value::Array(elements) if elements.is_empty() => "an empty array".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Escapes and truncates a string.
pub(crate) fn truncate(string: &str) -> String {
    let mut short: String = string.chars().take(MAX_LENGTH).flat_map(char::escape_debug).collect();
    if string.chars().count() > MAX_LENGTH {
        short.push('…');
    }
    short
}

/// Joins names as `` `a`, `b` or `c` ``.
pub(crate) fn join_or<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Returns the candidate most similar to a misspelt name.
pub(crate) fn suggest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = name.to_lowercase();
    // At most a third of the characters may differ.
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}
