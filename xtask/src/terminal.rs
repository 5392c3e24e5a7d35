//! Output of the commands, in Cargo's style: a right-aligned verb and its object.

use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};

use crate::Failure;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

// Errors of stderr are ignored: there is no other place to report them.

/// Reports a success on stderr.
pub(crate) fn success(verb: &str, object: &str) {
    let _ = writeln!(anstream::stderr(), "{GOOD}{verb:>12}{GOOD:#} {object}");
}

/// Reports a problem on stderr.
pub(crate) fn problem(verb: &str, object: &str) {
    let _ = writeln!(anstream::stderr(), "{BAD}{verb:>12}{BAD:#} {object}");
}

/// Prints the message of a failed command on stderr. A message that already contains a source
/// position gets no prefix.
pub(crate) fn error(message: &str) {
    let mut stderr = anstream::stderr();
    let _ = if message.contains(": error: ") {
        writeln!(stderr, "{message}")
    } else {
        writeln!(stderr, "{BAD}error{BAD:#}: {message}")
    };
}

/// Prints the result of a command on stdout, with colours only if stdout is a terminal.
///
/// A closed pipe is not an error: the reader needs no more output. Output is flushed so that a full
/// disk is reported.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    handle_stdout_error(write_and_flush(&mut anstream::stdout(), text))
}

fn write_and_flush(stdout: &mut impl Write, text: &str) -> io::Result<()> {
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn handle_stdout_error(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure(format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}
