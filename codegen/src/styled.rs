//! Text with structure and without colour, for terminals and Markdown.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// A piece of a [`StyledText`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextSpan {
    /// Words of this program. Text from a document is never plain.
    Plain(Cow<'static, str>),
    /// A name or value, often from a document.
    Code(String),
}

/// A message that keeps names and values apart from its own words, so that a
/// document cannot inject markup.
///
/// Displays code in backticks, and serializes as it displays.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StyledText(Vec<TextSpan>);

impl StyledText {
    /// Appends words.
    #[must_use]
    pub fn plain(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(TextSpan::Plain(text.into()));
        self
    }

    /// Appends a name or value.
    #[must_use]
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(TextSpan::Code(text.into()));
        self
    }

    /// Appends another message.
    #[must_use]
    pub fn append(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Turns the first letter into upper case, unless the message begins with code.
    #[must_use]
    pub fn capitalized(mut self) -> Self {
        if let Some(TextSpan::Plain(text)) = self.0.first_mut() {
            let mut characters = text.chars();
            let first: String =
                characters.next().into_iter().flat_map(char::to_uppercase).collect();
            *text = (first + characters.as_str()).into();
        }
        self
    }

    /// Returns the message without one of its pieces.
    #[must_use]
    pub(crate) fn without(&self, index: usize) -> Self {
        let kept = self.0.iter().enumerate().filter(|(at, _)| *at != index);
        Self(kept.map(|(_, span)| span.clone()).collect())
    }

    /// Returns the pieces of the message.
    pub fn spans(&self) -> &[TextSpan] {
        &self.0
    }
}

impl fmt::Display for StyledText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|span| match span {
            TextSpan::Plain(text) => f.write_str(text),
            TextSpan::Code(text) => write!(f, "`{text}`"),
        })
    }
}

impl Serialize for StyledText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The emphasis of a status word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Information.
    Neutral,
    /// A possible problem.
    Warning,
    /// A problem.
    Error,
}

/// A line of output for a terminal. Displays without colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputLine {
    /// The subject of the lines that follow.
    Heading(String),
    /// A right-aligned status word, as Cargo prints them, and its text.
    Status {
        /// The emphasis of the word.
        tone: Tone,
        /// The word.
        word: &'static str,
        /// The text after it.
        text: String,
    },
    /// A line without emphasis.
    Text(String),
}

/// The width of a status word, as in Cargo's output.
pub const STATUS_WIDTH: usize = 12;

impl fmt::Display for OutputLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heading(text) | Self::Text(text) => f.write_str(text),
            Self::Status { word, text, .. } => write!(f, "{word:>STATUS_WIDTH$} {text}"),
        }
    }
}

/// Returns lines as text without colour, each with a line end.
pub fn plain_text(lines: &[OutputLine]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
