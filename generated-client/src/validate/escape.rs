//! Escaping and truncation of untrusted text in messages.

/// The maximum length of an excerpt, in characters.
const EXCERPT_LENGTH: usize = 64;

/// Returns whether a character can change how a terminal displays the text around it, or is
/// not displayed itself.
///
/// Such characters are control characters, line and paragraph separators, the marks,
/// embeddings, overrides and isolates that change the writing direction, and characters without
/// width, such as joiners and tags. Escape them before printing text from an untrusted source.
///
/// For the command-line tool. Not part of the stable API.
pub fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Quotes the start of a string as JSON, with control characters escaped.
pub(crate) fn excerpt(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars().take(EXCERPT_LENGTH) {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if is_control(control) => push_escape(control, &mut quoted),
            other => quoted.push(other),
        }
    }
    if text.chars().nth(EXCERPT_LENGTH).is_some() {
        quoted.push('…');
    }
    quoted.push('"');
    quoted
}

/// Adds a character as one or two `\uXXXX` escapes of JSON.
pub fn push_escape(character: char, to: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        to.push_str(&format!("\\u{unit:04x}"));
    }
}

/// Returns the start of a JSON number as written.
pub(super) fn number_excerpt(text: &str) -> String {
    match text.get(..EXCERPT_LENGTH) {
        Some(start) if start.len() < text.len() => format!("{start}…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{excerpt, number_excerpt};

    #[test]
    fn quotes_short_strings_as_json() {
        let text = "a \"b\" \\ \n\r\t\u{1} é";
        assert_eq!(serde_json::from_str::<String>(&excerpt(text)).unwrap(), text);
    }

    #[test]
    fn truncates_excerpts_after_64_characters() {
        assert_eq!(excerpt(&"é".repeat(64)), format!("\"{}\"", "é".repeat(64)));
        assert_eq!(excerpt(&"é".repeat(65)), format!("\"{}…\"", "é".repeat(64)));
        assert_eq!(number_excerpt(&"1".repeat(64)), "1".repeat(64));
        assert_eq!(number_excerpt(&"1".repeat(65)), "1".repeat(64) + "…");
    }

    #[test]
    fn escapes_control_characters() {
        assert_eq!(excerpt("\u{1b}[2J\u{9b}2J\u{7f}"), r#""\u001b[2J\u009b2J\u007f""#);
        assert_eq!(
            excerpt("\u{202e}txt.\u{2066}\u{2069}\u{200e}\u{2028}"),
            r#""\u202etxt.\u2066\u2069\u200e\u2028""#
        );
        assert_eq!(excerpt("a\u{200d}\u{feff}\u{e0041}"), r#""a\u200d\ufeff\udb40\udc41""#);
    }
}
