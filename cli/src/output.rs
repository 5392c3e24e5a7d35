//! What goes to stdout and stderr, fit for a terminal.

use std::borrow::Cow;
use std::io::{self, BufWriter, StdoutLock, Write};

use crate::failure::Failure;
use crate::secrets;

/// How much is kept before it is written.
const BUFFER: usize = 64 * 1024;

/// What a command answers, on stdout.
pub(crate) struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    pub(crate) fn stdout() -> Self {
        Self(BufWriter::with_capacity(BUFFER, io::stdout().lock()))
    }

    /// Writes with a function that does, such as `write!`.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        write(&mut self.0).map_err(Failure::output)
    }

    /// Writes all that is kept, which nobody else does for a disk that is full to be noticed.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.0.flush().map_err(Failure::output)
    }
}

/// Tells a person something, on stderr and on one line. Where nobody listens, nobody misses
/// it.
pub(crate) fn note(line: &str) {
    let line = secrets::mask_environment(line);
    let _ = writeln!(io::stderr(), "{}", printable(&line));
}

/// A text that may come from anywhere, without what would change how a terminal shows the
/// rest of it: control characters, ends of lines and changes of direction.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return text.into();
    }
    let escape = |character: char| match is_control(character) {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(escape).collect::<String>().into()
}

fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// The words of a text with one space between them.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{one_line, printable};

    #[test]
    fn what_would_change_a_terminal_is_escaped() {
        assert_eq!(printable("a\u{1b}[2J\n\u{202e}b"), r"a\u{1b}[2J\n\u{202e}b");
        assert_eq!(printable("Zoë's \"C:\\\" ← 1"), "Zoë's \"C:\\\" ← 1");
    }

    #[test]
    fn one_line_has_its_words_and_one_space_between_them() {
        assert_eq!(one_line(" a\n  b\tc "), "a b c");
    }
}
