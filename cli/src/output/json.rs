//! NDJSON: one line of JSON for each value, without characters that affect a terminal.

use std::io::{self, Write};

use isometric_registry::{is_control, push_escape};
use serde::Serialize;

/// Writes a value as one line, as [`write_line`] does.
pub(crate) fn write_json(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    write_line(&serde_json::to_string(value)?, to)
}

/// Writes a JSON text as one line.
///
/// Names, numbers and the order of members stay as written. White space between tokens is
/// removed. Control characters, and others that a terminal obeys or hides, are escaped, which
/// does not change the value.
pub(crate) fn write_line(json: &str, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(one_line(json).as_bytes())?;
    to.write_all(b"\n")
}

/// Returns a JSON text without white space between tokens and with escaped control characters.
pub(crate) fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    let mut is_string = false;
    let mut is_escaped = false;
    for character in json.chars() {
        match character {
            ' ' | '\t' | '\n' | '\r' if !is_string => continue,
            '"' if !is_escaped => is_string = !is_string,
            _ => {}
        }
        is_escaped = is_string && character == '\\' && !is_escaped;
        if is_control(character) {
            push_escape(character, &mut line);
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{one_line, write_json};

    #[test]
    fn escapes_control_characters() {
        let text = "\u{1b}[2J\u{9b}2J\u{7f}\u{202e}\u{200b}\u{e0041}é\"\n";
        let mut json = Vec::new();
        write_json(&text, &mut json).unwrap();
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        assert_eq!(
            String::from_utf8(json).unwrap(),
            "\"\\u001b[2J\\u009b2J\\u007f\\u202e\\u200b\\udb40\\udc41é\\\"\\n\"\n"
        );
    }

    #[test]
    fn keeps_the_text_of_names_and_numbers() {
        let json =
            "{ \"new\" :\t1.500,\r\n \"b\\\\\" : [ 1e+3 , -0, \" \\\" \\\\\" ],\"a b\":{ } }";
        let line = one_line(json);
        assert_eq!(line, r#"{"new":1.500,"b\\":[1e+3,-0," \" \\"],"a b":{}}"#);
        let parse = |json: &str| serde_json::from_str::<Value>(json).unwrap();
        assert_eq!(parse(&line), parse(json));
    }
}
