//! Why the program stops, in one line and a hint.

use std::error::Error;
use std::io::{self, Write};

use clap::error::ErrorKind;

use crate::output::{note, one_line};

/// Why the program stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong, and somebody has to be told.
    Told { code: u8, message: String, hint: String, causes: Vec<String> },
    /// Whoever reads the output has seen enough of it.
    BrokenPipe,
    /// No failure: what was asked for is this text.
    Help(String),
}

impl Failure {
    /// The command line, or what it refers to, cannot be followed.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::told(2, message, hint)
    }

    /// Something failed that might have succeeded.
    pub(crate) fn failed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::told(1, message, hint)
    }

    fn told(code: u8, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Told { code, message: message.into(), hint: hint.into(), causes: Vec::new() }
    }

    /// The output could not be written.
    pub(crate) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::failed(
                format!("cannot write the output: {error}"),
                "is there room where it goes?",
            ),
        }
    }

    /// What clap makes of the arguments, its paragraphs brought down to a line and a hint.
    pub(crate) fn arguments(error: clap::Error) -> Self {
        let text = format!("{}\n", error.render().to_string().trim_end());
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            return Self::Help(text);
        }
        let paragraphs: Vec<_> = text.trim_start_matches("error: ").split("\n\n").collect();
        let is_secret = error.kind() == ErrorKind::UnknownArgument
            && ["secret", "token"].iter().any(|word| paragraphs[0].contains(word));
        // Its other tips are about arguments that start with a hyphen.
        let tips = paragraphs.iter().filter_map(|paragraph| paragraph.trim().strip_prefix("tip: "));
        let tip = tips.into_iter().find(|tip| tip.contains("similar"));
        let usage = paragraphs.iter().find_map(|paragraph| paragraph.strip_prefix("Usage: "));
        let hint = match (tip, usage) {
            _ if is_secret => "secrets are never arguments: set ISOMETRIC_ACCESS_TOKEN and \
                               ISOMETRIC_CLIENT_SECRET, or name a file with --credentials"
                .to_owned(),
            (Some(tip), _) => one_line(tip),
            (None, Some(usage)) => format!("usage: {}", one_line(usage)),
            (None, None) => format!("{} --help shows what there is", crate::args::NAME),
        };
        Self::usage(one_line(paragraphs[0]), hint)
    }

    /// What is told after many failures, with the hint of this one, the first of them.
    pub(crate) fn of_many(mut self, summary: String) -> Self {
        if let Self::Told { message, causes, .. } = &mut self {
            *message = summary;
            causes.clear();
        }
        self
    }

    /// The same, with all that led to it.
    pub(crate) fn because(mut self, led_to_it: impl IntoIterator<Item = String>) -> Self {
        if let Self::Told { causes, .. } = &mut self {
            causes.extend(led_to_it);
        }
        self
    }

    /// Tells of it, and gives the exit status.
    pub(crate) fn tell(self, is_verbose: bool, stdout: &mut dyn Write) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Help(text) => match stdout.write_all(text.as_bytes()).and(stdout.flush()) {
                Ok(()) => 0,
                Err(error) => Self::output(error).tell(is_verbose, &mut io::sink()),
            },
            Self::Told { code, message, hint, causes } => {
                note(&format!("error: {message}"));
                for cause in causes.iter().filter(|_| is_verbose) {
                    note(&format!("cause: {cause}"));
                }
                note(&format!("hint: {hint}"));
                code
            }
        }
    }
}

/// The sources of an error, the nearest first.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> impl Iterator<Item = String> {
    std::iter::successors(error.source(), |&error| error.source()).map(ToString::to_string)
}
