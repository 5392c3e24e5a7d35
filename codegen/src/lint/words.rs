//! Puts values, lists and guesses into words.

use crate::document::{Node, Value};

/// Longer texts are cut in messages.
const MAX_SHOWN: usize = 40;

/// What a value is, in few words: scalars by their value, others by their type.
pub(crate) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Integer(value) => format!("`{value}`"),
        Value::Float(value) => format!("`{value:?}`"),
        Value::String(text) => format!("the string `{}`", cut(text)),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A text on one line and of bounded length.
pub(crate) fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(MAX_SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().count() > MAX_SHOWN {
        cut.push('…');
    }
    cut
}

/// `` `a`, `b` or `c` ``
pub(crate) fn or<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The candidate that was probably meant by `name`.
pub(crate) fn meant<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = name.to_lowercase();
    // A third of the characters may be wrong.
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}
