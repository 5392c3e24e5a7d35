//! The JSON parser. JSON is valid YAML, but a dedicated parser is several times faster.

use std::collections::HashSet;

use super::diagnostic::Position;
use super::node::{MAX_DEPTH, MAX_NODES, Member, Node, Value};
use super::yaml::number;

/// The number of keys up to which a linear search for duplicates beats a set.
const MAX_LINEAR_KEYS: usize = 8;

/// Parses a JSON document. Returns `None` for anything invalid: the caller then runs
/// the YAML parser, which reports the reason and position.
pub(super) fn parse(text: &str) -> Option<Node> {
    let mut reader =
        JsonReader { text, at: 0, seen: 0, position: Position::START, depth: 0, nodes: 0 };
    reader.skip_space();
    let node = reader.node()?;
    reader.skip_space();
    (reader.at == text.len()).then_some(node)
}

struct JsonReader<'t> {
    text: &'t str,
    /// The offset of the next byte.
    at: usize,
    /// The offset that `position` belongs to.
    seen: usize,
    position: Position,
    depth: usize,
    nodes: usize,
}

impl<'t> JsonReader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Returns the position of the next byte.
    fn position(&mut self) -> Position {
        for byte in &self.text.as_bytes()[self.seen..self.at] {
            match byte {
                b'\n' => {
                    self.position = Position { line: self.position.line + 1, column: 1 };
                }
                // UTF-8 continuation bytes.
                0x80..=0xBF => {}
                _ => self.position.column += 1,
            }
        }
        self.seen = self.at;
        self.position
    }

    fn node(&mut self) -> Option<Node> {
        self.nodes += 1;
        if self.depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return None;
        }
        let position = self.position();
        let value = match self.peek()? {
            b'{' => self.object()?,
            b'[' => self.array()?,
            b'"' => Value::String(self.string()?),
            _ => self.literal()?,
        };
        Some(Node { position, value })
    }

    fn literal(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        self.at += end;
        match &rest[..end] {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            digits if digits.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                number(digits)
            }
            _ => None,
        }
    }

    fn array(&mut self) -> Option<Value> {
        let mut elements = Vec::new();
        self.list(b'[', b']', |reader| {
            elements.push(reader.node()?);
            Some(())
        })?;
        Some(Value::Array(elements))
    }

    fn object(&mut self) -> Option<Value> {
        let mut members = Vec::new();
        self.list(b'{', b'}', |reader| {
            let key_position = reader.position();
            let key = reader.string()?;
            reader.skip_space();
            reader.take(b':')?;
            reader.skip_space();
            let node = reader.node()?;
            members.push(Member { key, key_position, node });
            Some(())
        })?;
        has_unique_keys(&members).then_some(Value::Object(members))
    }

    /// Parses comma-separated items between two brackets.
    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        self.depth += 1;
        self.skip_space();
        if self.peek() != Some(close) {
            loop {
                item(self)?;
                self.skip_space();
                if self.take(b',').is_none() {
                    break;
                }
                self.skip_space();
            }
        }
        self.depth -= 1;
        self.take(close)
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(|c: char| c == '"' || c == '\\' || c < ' ')?;
            string.push_str(&rest[..end]);
            self.at += end + 1;
            match rest.as_bytes()[end] {
                b'"' => return Some(string),
                b'\\' => string.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let escape = self.peek()?;
        self.at += 1;
        Some(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return None,
        })
    }

    /// Parses the digits after `\u`. Characters beyond U+FFFF are surrogate pairs.
    fn unicode_escape(&mut self) -> Option<char> {
        let first = self.hex()?;
        let units = match first {
            0xD800..=0xDBFF => {
                self.take(b'\\')?;
                self.take(b'u')?;
                vec![first, self.hex()?]
            }
            _ => vec![first],
        };
        char::decode_utf16(units).next()?.ok()
    }

    fn hex(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if all_digits { u16::from_str_radix(digits, 16).ok() } else { None }
    }
}

fn has_unique_keys(members: &[Member]) -> bool {
    if members.len() <= MAX_LINEAR_KEYS {
        let earlier = |index: usize| members[..index].iter().map(|member| &member.key);
        return members.iter().enumerate().all(|(i, m)| earlier(i).all(|key| *key != m.key));
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().all(|member| seen.insert(&member.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::yaml;

    #[test]
    fn agrees_with_the_yaml_parser() {
        let text = "{\n  \"a\": [1, -2.5, 1e3, true, null, \"ü\", \"x\"],\n\t\"é\": {\"b\": {}, \"c\": []},\
                    \"d\": \"tab\\t\\\"quote\\\" \\u00e9\"\n}\n";
        assert_eq!(parse(text), Some(yaml::parse(text).unwrap()));
    }

    #[test]
    fn decodes_escapes_and_surrogate_pairs() {
        let node = parse(r#"["\ud83c\udf31\u00e9\/\b\f\n\r\t\\\""]"#).unwrap();
        assert_eq!(node.elements()[0].as_str(), Some("🌱é/\u{8}\u{c}\n\r\t\\\""));
    }

    #[test]
    fn returns_none_for_invalid_json() {
        for text in [
            "",
            "{",
            "[1,]",
            "{a: 1}",
            "{\"a\": 1, \"a\": 2}",
            "[1] 2",
            "[\"\\ud800\"]",
            "[01x]",
            "[\"a\nb\"]",
            "[\"\\u+123\"]",
            "['a']",
            "{\"a\" 1}",
            "[truely]",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
