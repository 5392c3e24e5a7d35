//! Colours of the lines that `codegen` renders.

use anstyle::{AnsiColor, Style};
use codegen::styled::{OutputLine, STATUS_WIDTH, Tone};

/// Returns lines as text with ANSI colours. `terminal::print` strips them if stdout is not a
/// terminal.
pub(crate) fn coloured(lines: &[OutputLine]) -> String {
    lines.iter().map(|line| coloured_line(line) + "\n").collect()
}

fn coloured_line(line: &OutputLine) -> String {
    match line {
        OutputLine::Heading(text) => {
            let style = Style::new().bold();
            format!("{style}{text}{style:#}")
        }
        OutputLine::Status { tone, word, text } => {
            let style = style(*tone);
            format!("{style}{word:>STATUS_WIDTH$}{style:#} {text}")
        }
        OutputLine::Text(text) => text.clone(),
    }
}

/// Returns the colour that Cargo uses for notes, warnings and errors.
fn style(tone: Tone) -> Style {
    let colour = match tone {
        Tone::Neutral => AnsiColor::Cyan,
        Tone::Warning => AnsiColor::Yellow,
        Tone::Error => AnsiColor::Red,
    };
    colour.on_default().bold()
}
