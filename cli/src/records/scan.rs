//! Finds where a JSON value ends, without reading what is in it.

use memchr::memchr3;

/// Where a value ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// Not within the bytes so far.
    More,
    /// Before the byte at this index.
    End(usize),
    /// The byte at this index cannot be where it is.
    Broken(usize),
}

/// Scans one value, which may come in pieces.
///
/// It takes every value that is JSON, and more: what a word, a number or a string is made
/// of is not looked at.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    expected: Expected,
    within: Within,
    /// The containers that are open, the innermost in the lowest bit: 1 for an object.
    containers: u128,
    depth: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Value,
    /// Or the end of an array.
    FirstValue,
    Key,
    /// Or the end of an object.
    FirstKey,
    Colon,
    /// Or the end of a container.
    Comma,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Nothing,
    /// A number, `true`, `false`, `null`, or another word.
    Word,
    String,
    /// A string, after a backslash.
    Escape,
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self { expected: Expected::Value, within: Within::Nothing, containers: 0, depth: 0 }
    }

    /// Scans on. After anything but [`Scan::More`] the scan is over.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Scan {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let step = match self.within {
                Within::Nothing => self.step(byte),
                Within::Word if is_word(byte) => Step::Next,
                Within::Word => {
                    self.within = Within::Nothing;
                    if self.depth == 0 {
                        return Scan::End(at);
                    }
                    self.step(byte)
                }
                Within::String => match memchr3(b'"', b'\\', b'\n', &bytes[at..]) {
                    None => return Scan::More,
                    Some(length) => {
                        at += length;
                        self.leave_text(bytes[at])
                    }
                },
                Within::Escape if byte == b'\n' => Step::Broken,
                Within::Escape => {
                    self.within = Within::String;
                    Step::Next
                }
            };
            match step {
                Step::Next => at += 1,
                Step::End => return Scan::End(at + 1),
                Step::Broken => return Scan::Broken(at),
            }
        }
        Scan::More
    }

    /// Whether the value would be whole if nothing followed.
    pub(super) fn may_end(&self) -> bool {
        self.depth == 0 && self.within == Within::Word
    }

    fn leave_text(&mut self, byte: u8) -> Step {
        match byte {
            b'\\' => {
                self.within = Within::Escape;
                Step::Next
            }
            b'"' => {
                self.within = Within::Nothing;
                if self.depth == 0 { Step::End } else { Step::Next }
            }
            // A string has no line breaks.
            _ => Step::Broken,
        }
    }

    fn step(&mut self, byte: u8) -> Step {
        use Expected::{Colon, Comma, FirstKey, FirstValue, Key, Value};

        match (byte, self.expected) {
            (b' ' | b'\t' | b'\n' | b'\r', _) => {}
            (b'"', Value | FirstValue) => (self.expected, self.within) = (Comma, Within::String),
            (b'"', Key | FirstKey) => (self.expected, self.within) = (Colon, Within::String),
            (b':', Colon) => self.expected = Value,
            (b',', Comma) => self.expected = if self.is_in_object() { Key } else { Value },
            (b'{', Value | FirstValue) => return self.open(1, FirstKey),
            (b'[', Value | FirstValue) => return self.open(0, FirstValue),
            (b'}', FirstKey) | (b']', FirstValue) => return self.close(),
            (b'}', Comma) if self.is_in_object() => return self.close(),
            (b']', Comma) if !self.is_in_object() => return self.close(),
            (_, Value | FirstValue) if is_word(byte) => {
                (self.expected, self.within) = (Comma, Within::Word);
            }
            _ => return Step::Broken,
        }
        Step::Next
    }

    fn is_in_object(&self) -> bool {
        self.containers & 1 == 1
    }

    /// Nothing is nested as deep as there are bits: serde_json takes fewer.
    fn open(&mut self, kind: u128, expected: Expected) -> Step {
        if self.depth == u128::BITS {
            return Step::Broken;
        }
        self.containers = self.containers << 1 | kind;
        self.depth += 1;
        self.expected = expected;
        Step::Next
    }

    fn close(&mut self) -> Step {
        self.containers >>= 1;
        self.depth -= 1;
        self.expected = Expected::Comma;
        if self.depth == 0 { Step::End } else { Step::Next }
    }
}

enum Step {
    Next,
    /// The value ends with this byte.
    End,
    Broken,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::{Scan, Scanner};

    fn scan(text: &str) -> Scan {
        Scanner::new().feed(text.as_bytes())
    }

    #[test]
    fn a_value_ends_where_it_is_whole() {
        for text in [
            r#"{"a": [1, -2.5e3, {"b": "}]\"\\"}, [], {}], "c": null}"#,
            r#""a \" b""#,
            "[[true,\n false] ]",
            "{}",
        ] {
            assert_eq!(scan(text), Scan::End(text.len()), "{text}");
            assert_eq!(scan(&format!("{text}{{")), Scan::End(text.len()), "{text}");
        }
        assert_eq!(scan("12 3"), Scan::End(2));
    }

    #[test]
    fn a_value_may_come_in_pieces() {
        let text = r#"{"a": ["\"\\", tr"#;
        let mut scanner = Scanner::new();
        for byte in text.bytes() {
            assert_eq!(scanner.feed(&[byte]), Scan::More);
        }
        assert_eq!(scanner.feed(b"ue]"), Scan::More);
        assert_eq!(scanner.feed(b"} "), Scan::End(1));
    }

    #[test]
    fn only_a_word_may_be_whole_though_more_could_follow() {
        for (text, may_end) in
            [("12", true), ("nul", true), ("\"a", false), ("[1", false), ("", false)]
        {
            let mut scanner = Scanner::new();
            assert_eq!(scanner.feed(text.as_bytes()), Scan::More);
            assert_eq!(scanner.may_end(), may_end, "{text}");
        }
    }

    #[test]
    fn a_byte_that_cannot_be_where_it_is_breaks_the_value() {
        for (text, at) in [
            ("}", 0),
            (r#"{"a" 1}"#, 5),
            (r#"{"a": 1, }"#, 9),
            ("{\"a\": 1\n{", 8),
            ("{\"a\": \"b\n\"}", 8),
            ("\"\\\n", 2),
            ("[1}", 2),
            ("{]", 1),
            ("[1, ]", 4),
            ("é", 0),
        ] {
            assert_eq!(scan(text), Scan::Broken(at), "{text}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_broken() {
        assert_eq!(scan(&"[".repeat(200)), Scan::Broken(128));
    }
}
