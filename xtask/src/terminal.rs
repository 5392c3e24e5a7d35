//! What the commands print, in Cargo's style: a right-aligned verb and its object.

use std::io::Write;

use anstyle::{AnsiColor, Style};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

// A closed pipe is the reader's decision and no reason to fail: what could not be
// printed is not missed.

/// Reports that something is as it should be, or was brought there.
pub(crate) fn good(verb: &str, object: &str) {
    let _ = writeln!(anstream::stderr(), "{GOOD}{verb:>12}{GOOD:#} {object}");
}

/// Reports that something is not as it should be.
pub(crate) fn bad(verb: &str, object: &str) {
    let _ = writeln!(anstream::stderr(), "{BAD}{verb:>12}{BAD:#} {object}");
}

/// Says why a command could not do its work. Messages that name a place of their
/// own are shown as they are.
pub(crate) fn error(message: &str) {
    let mut stderr = anstream::stderr();
    let _ = match message.contains(": error: ") {
        true => writeln!(stderr, "{message}"),
        false => writeln!(stderr, "{BAD}error{BAD:#}: {message}"),
    };
}

/// Prints the result of a command. Its colours, if any, reach a terminal alone.
pub(crate) fn print(text: &str) {
    let _ = write!(anstream::stdout(), "{text}");
}
