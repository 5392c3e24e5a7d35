//! Parts of error messages.

use std::fmt;

use crate::validate::is_control;

/// The maximum length of quoted text, in characters.
const LINE_LIMIT: usize = 256;

/// Returns the first of several findings and the number of the others.
pub(super) fn first_and_count<T: fmt::Display>(findings: &[T]) -> String {
    match findings {
        [] => String::new(),
        [only] => only.to_string(),
        [first, others @ ..] => format!("{first}; and {} more", others.len()),
    }
}

/// Returns the start of a text as a single line, without characters that control a terminal.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || is_control(character));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LINE_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{first_and_count, one_line};

    #[test]
    fn puts_text_on_one_bounded_line() {
        assert_eq!(one_line(" a\r\n\tb\u{1b}[2Jc\u{85}d "), "a b [2Jc d");
        assert_eq!(one_line("a\u{202e}b\u{2066}\u{200f}c"), "a b c");
        assert_eq!(one_line(&"é".repeat(256)), "é".repeat(256));
        assert_eq!(one_line(&"é".repeat(257)), "é".repeat(256) + "…");
    }

    #[test]
    fn shows_the_first_finding_and_counts_the_others() {
        assert_eq!(first_and_count(&["a"]), "a");
        assert_eq!(first_and_count(&["a", "b", "c"]), "a; and 2 more");
    }
}
