//! A place in an operation.

use crate::styled::StyledText;

/// A part of an operation: method and path, and the parameter, request or response,
/// followed by the header or media type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) operation: String,
    pub(super) parts: Vec<String>,
}

impl Place {
    /// Returns a part of the place.
    pub(super) fn below(&self, part: &str) -> Self {
        let mut place = self.clone();
        place.parts.push(part.to_owned());
        place
    }

    /// Names the value, as the subject of a sentence.
    pub(super) fn subject(&self) -> StyledText {
        let text = StyledText::default();
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        match parts[..] {
            [.., "request", media_type] => text.plain("The request (").code(media_type).plain(")"),
            [.., response, part] => match part.split_once(' ') {
                Some(("header", name)) => {
                    text.plain("Header ").code(name).plain(" of response ").code(response)
                }
                _ => text.plain("Response ").code(response).plain(" (").code(part).plain(")"),
            },
            [parameter] => match parameter.split_once(' ') {
                Some((location, name)) => {
                    text.plain(format!("{location} parameter ")).code(name).capitalized()
                }
                None => text.plain("Response ").code(parameter),
            },
            [] => text.plain("The operation"),
        }
    }

    /// Returns the place as text, such as `GET /orders · 200`.
    pub(super) fn display(&self) -> Option<String> {
        let part = self.parts.first()?;
        Some(format!("{} · {part}", self.operation))
    }
}
