//! The results of commands and their exit status.

use std::error::Error;
use std::io::{self, Write};

use crate::terminal::note;

/// The result of a command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandOutcome {
    Success,
    /// The command found violations or findings.
    ProblemsFound,
}

impl CommandOutcome {
    pub(crate) fn found(problems: bool) -> Self {
        if problems { Self::ProblemsFound } else { Self::Success }
    }

    /// Returns the outcome, unless output failed. A closed pipe is not a failure.
    pub(crate) fn after_output(
        self,
        written: Result<(), CommandFailure>,
    ) -> Result<Self, CommandFailure> {
        match written {
            Ok(()) | Err(CommandFailure::BrokenPipe) => Ok(self),
            Err(failure) => Err(failure),
        }
    }
}

/// The reason why a command ended early.
#[derive(Debug)]
pub(crate) enum CommandFailure {
    /// An error that is reported on stderr.
    Reported { code: u8, message: String, hint: String, causes: Vec<String> },
    /// The reader of stdout closed the pipe.
    BrokenPipe,
    /// Help or the version was requested: the text goes to stdout.
    Help(String),
}

impl CommandFailure {
    /// Creates a failure for invalid usage or configuration. Nothing was sent.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::reported(2, message, hint)
    }

    /// Creates a failure of a valid command.
    pub(crate) fn failed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::reported(1, message, hint)
    }

    fn reported(code: u8, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Reported { code, message: message.into(), hint: hint.into(), causes: Vec::new() }
    }

    /// Creates a failure to write to stdout.
    pub(crate) fn output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::failed(
            format!("cannot write the output: {error}"),
            "check that the destination is writable and has free space",
        )
    }

    /// Replaces the message with the summary of several failures, and keeps the hint.
    pub(crate) fn summarize(mut self, summary: String) -> Self {
        if let Self::Reported { message, causes, .. } = &mut self {
            *message = summary;
            causes.clear();
        }
        self
    }

    /// Adds the outcome of a write to the message, and replaces the hint.
    pub(crate) fn with_outcome(mut self, outcome: &str, advice: Option<String>) -> Self {
        if let Self::Reported { message, hint, .. } = &mut self {
            *message = format!("{message}; outcome: {outcome}");
            *hint = advice.unwrap_or(std::mem::take(hint));
        }
        self
    }

    /// Adds causes, which `--verbose` prints.
    pub(crate) fn caused_by(mut self, more: impl IntoIterator<Item = String>) -> Self {
        if let Self::Reported { causes, .. } = &mut self {
            causes.extend(more);
        }
        self
    }

    /// Prints the failure and returns the exit status.
    pub(crate) fn report(self, verbose: bool, stdout: &mut dyn Write) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Help(text) => match stdout.write_all(text.as_bytes()).and(stdout.flush()) {
                Ok(()) => 0,
                Err(error) => Self::output(error).report(verbose, &mut io::sink()),
            },
            Self::Reported { code, message, hint, causes } => {
                note(&format!("error: {message}"));
                for cause in causes.iter().filter(|_| verbose) {
                    note(&format!("cause: {cause}"));
                }
                note(&format!("hint: {hint}"));
                code
            }
        }
    }
}

/// Returns the sources of an error, outermost first.
pub(crate) fn sources(error: &(dyn Error + 'static)) -> impl Iterator<Item = String> {
    std::iter::successors(error.source(), |&error| error.source()).map(ToString::to_string)
}
