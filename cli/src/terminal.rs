//! Text for a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use isometric_registry::is_control;

use crate::redact::redact;

/// Prints one line on stderr, without secrets and control characters. Errors are ignored: there
/// is no other place to report them.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(&redact(line)));
}

/// Escapes the characters that change how a terminal displays the text around them.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return text.into();
    }
    let mut escaped = String::new();
    for character in text.chars() {
        if is_control(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

/// Replaces each run of white space with one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{one_line, printable};

    #[test]
    fn escapes_control_characters() {
        assert_eq!(printable("a\u{1b}[2J\n\u{202e}b"), r"a\u{1b}[2J\n\u{202e}b");
        assert_eq!(printable("Zoë's \"C:\\\" ← 1"), "Zoë's \"C:\\\" ← 1");
    }

    #[test]
    fn joins_lines() {
        assert_eq!(one_line(" a\n  b\tc "), "a b c");
    }
}
