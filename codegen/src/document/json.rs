//! The JSON parser. JSON is valid YAML, but a dedicated parser is several times faster, and
//! accepts the escapes of JSON that YAML lacks.

use std::collections::HashSet;

use super::diagnostic::{Diagnostic, DocumentRule, Position};
use super::node::{MAX_DEPTH, MAX_NODES, Member, Node, Value};
use super::pointer::Pointer;
use super::rules::{DUPLICATE_KEY, INVALID_YAML, NESTING_TOO_DEEP, TOO_MANY_VALUES};
use super::scalar::{number, representable};

/// The number of keys up to which a linear search for duplicates beats a set.
const MAX_LINEAR_KEYS: usize = 8;

/// The reason why a text is rejected.
#[derive(Debug, PartialEq)]
pub(super) enum JsonError {
    /// The text is not JSON. It may be YAML.
    Syntax(Diagnostic),
    /// The text violates other rules, which also apply to YAML.
    Rules(Vec<Diagnostic>),
}

/// Parses a JSON document.
pub(super) fn parse(text: &str) -> Result<Node, JsonError> {
    let mut reader = JsonReader {
        text,
        at: 0,
        seen: 0,
        position: Position::START,
        depth: 0,
        nodes: 0,
        has_duplicates: false,
    };
    let root = reader.document().map_err(|failure| failure.into_error())?;
    if !reader.has_duplicates {
        return Ok(root);
    }
    let mut duplicates = Vec::new();
    report_duplicates(&root, &Pointer::root(), &mut duplicates);
    Err(JsonError::Rules(duplicates))
}

/// A failure on its way to the root. Each level adds its token to the path.
struct JsonFailure {
    rule: &'static DocumentRule,
    position: Position,
    message: String,
    /// The tokens of the pointer, the last one first.
    path: Vec<String>,
}

type JsonResult<T> = Result<T, Box<JsonFailure>>;

impl JsonFailure {
    fn into_error(self) -> JsonError {
        let is_syntax = *self.rule == INVALID_YAML;
        // Syntax errors have no pointer, as in YAML.
        let path = self.path.iter().rev().filter(|_| !is_syntax);
        let pointer = Pointer::root().descend(path);
        let diagnostic = self.rule.diagnostic(self.position, pointer, self.message);
        if is_syntax { JsonError::Syntax(diagnostic) } else { JsonError::Rules(vec![diagnostic]) }
    }
}

fn within(token: impl ToString) -> impl FnOnce(Box<JsonFailure>) -> Box<JsonFailure> {
    move |mut failure| {
        failure.path.push(token.to_string());
        failure
    }
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
    has_duplicates: bool,
}

impl JsonReader<'_> {
    fn document(&mut self) -> JsonResult<Node> {
        self.skip_space();
        let node = self.node()?;
        self.skip_space();
        if self.at == self.text.len() { Ok(node) } else { self.expected("the end") }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next_is(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn take(&mut self, byte: u8) -> JsonResult<()> {
        if self.next_is(byte) { Ok(()) } else { self.expected(&format!("`{}`", char::from(byte))) }
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

    fn fail<T>(&mut self, rule: &'static DocumentRule, message: String) -> JsonResult<T> {
        let position = self.position();
        Err(Box::new(JsonFailure { rule, position, message, path: Vec::new() }))
    }

    fn expected<T>(&mut self, expected: &str) -> JsonResult<T> {
        let found = match self.text[self.at..].chars().next() {
            Some(found) => format!("`{found}`"),
            None => "the end".to_owned(),
        };
        self.fail(&INVALID_YAML, format!("invalid JSON: expected {expected}, found {found}"))
    }

    fn node(&mut self) -> JsonResult<Node> {
        self.nodes += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("nesting exceeds {MAX_DEPTH} levels");
            return self.fail(&NESTING_TOO_DEEP, message);
        }
        if self.nodes > MAX_NODES {
            let message = format!("document has more than {MAX_NODES} values");
            return self.fail(&TOO_MANY_VALUES, message);
        }
        let position = self.position();
        let value = match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => Value::String(self.string()?),
            _ => self.literal()?,
        };
        Ok(Node { position, value })
    }

    fn literal(&mut self) -> JsonResult<Value> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        let literal = &rest[..end];
        let value = match literal {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ if literal.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => number(literal),
            _ => None,
        };
        let Some(value) = value else { return self.expected("a value") };
        match representable(value, literal) {
            Ok(value) => {
                self.at += end;
                Ok(value)
            }
            Err((rule, message)) => self.fail(rule, message),
        }
    }

    fn array(&mut self) -> JsonResult<Value> {
        let mut elements = Vec::new();
        self.list(b'[', b']', |reader| {
            elements.push(reader.node().map_err(within(elements.len()))?);
            Ok(())
        })?;
        Ok(Value::Array(elements))
    }

    fn object(&mut self) -> JsonResult<Value> {
        let mut members = Vec::new();
        self.list(b'{', b'}', |reader| {
            let key_position = reader.position();
            let key = reader.string()?;
            reader.skip_space();
            reader.take(b':')?;
            reader.skip_space();
            let node = reader.node().map_err(|failure| within(&key)(failure))?;
            members.push(Member { key, key_position, node });
            Ok(())
        })?;
        self.has_duplicates |= !has_unique_keys(&members);
        Ok(Value::Object(members))
    }

    /// Parses comma-separated items between two brackets.
    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> JsonResult<()>,
    ) -> JsonResult<()> {
        self.take(open)?;
        self.depth += 1;
        self.skip_space();
        if self.peek() != Some(close) {
            loop {
                item(self)?;
                self.skip_space();
                if !self.next_is(b',') {
                    break;
                }
                self.skip_space();
            }
        }
        self.depth -= 1;
        if self.next_is(close) {
            return Ok(());
        }
        self.expected(&format!("`,` or `{}`", char::from(close)))
    }

    fn string(&mut self) -> JsonResult<String> {
        if !self.next_is(b'"') {
            return self.expected("a string");
        }
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(|c: char| c == '"' || c == '\\' || c < ' ');
            let end = end.unwrap_or(rest.len());
            string.push_str(&rest[..end]);
            self.at += end;
            match rest.as_bytes().get(end) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                _ => return self.expected("`\"`"),
            }
        }
    }

    fn escape(&mut self) -> JsonResult<char> {
        let start = self.at;
        let Some(decoded) = self.decode_escape() else {
            self.at = start;
            return self.fail(&INVALID_YAML, "invalid JSON: invalid escape in a string".to_owned());
        };
        Ok(decoded)
    }

    /// Parses an escape with its backslash.
    fn decode_escape(&mut self) -> Option<char> {
        let escape = *self.text.as_bytes().get(self.at + 1)?;
        self.at += 2;
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
        let mut units = vec![first];
        if matches!(first, 0xD800..=0xDBFF) {
            if !(self.next_is(b'\\') && self.next_is(b'u')) {
                return None;
            }
            units.push(self.hex()?);
        }
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

fn report_duplicates(node: &Node, at: &Pointer, duplicates: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    for Member { key, key_position, node } in node.members() {
        let at = at.child(key);
        if !seen.insert(key) {
            let message = format!("duplicate key `{key}`");
            duplicates.push(DUPLICATE_KEY.diagnostic(*key_position, at.clone(), message));
        }
        report_duplicates(node, &at, duplicates);
    }
    for (index, element) in node.elements().iter().enumerate() {
        report_duplicates(element, &at.child(index), duplicates);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, yaml};

    fn refusal(text: &str) -> String {
        Source::parse("a.json", text).unwrap_err().to_string()
    }

    #[test]
    fn agrees_with_the_yaml_parser() {
        let text = "{\n  \"a\": [1, -2.5, 1e3, -0, true, null, \"ü\", \"x\"],\n\t\"é\": {\"b\": {}, \"c\": []},\
                    \"d\": \"tab\\t\\\"quote\\\" \\u00e9\"\n}\n";
        assert_eq!(parse(text), Ok(yaml::parse(text).unwrap()));
        for text in ["{\"a\": 1, \"a\": {\"b\": 1, \"b\": 2}}", "[{\"a\": 1e400}]"] {
            assert_eq!(parse(text), Err(JsonError::Rules(yaml::parse(text).unwrap_err())));
        }
    }

    #[test]
    fn decodes_escapes_and_surrogate_pairs() {
        let node = parse(r#"["\ud83c\udf31\u00e9\/\b\f\n\r\t\\\""]"#).unwrap();
        assert_eq!(node.elements()[0].as_str(), Some("🌱é/\u{8}\u{c}\n\r\t\\\""));
    }

    #[test]
    fn rejects_invalid_json() {
        for text in [
            "",
            "{",
            "[1,]",
            "{a: 1}",
            "[1] 2",
            "[\"\\ud800\"]",
            "[\"\\ud800\\u0041\"]",
            "[\"\\x41\"]",
            "[\"\\",
            "[01x]",
            "[\"a\nb\"]",
            "[\"\\u+123\"]",
            "[\"\\u12é\"]",
            "['a']",
            "{\"a\" 1}",
            "[truely]",
            "[0x+14]",
            "[.inf]",
        ] {
            assert!(matches!(parse(text), Err(JsonError::Syntax(_))), "{text}");
        }
    }

    #[test]
    fn reports_duplicate_keys_beside_escapes_that_yaml_lacks() {
        assert_eq!(
            refusal(
                "{\"a\": \"\\/ \\ud83d\\ude00\",\n \"b\": [{\"c\": 1, \"\\u0063\": 2}],\n \"a\": 2}"
            ),
            "a.json:2:17: error: duplicate key `c`, at #/b/0/c [duplicate-key]\n  \
             help: remove one of the two entries\n\
             a.json:3:2: error: duplicate key `a`, at #/a [duplicate-key]\n  \
             help: remove one of the two entries"
        );
    }

    #[test]
    fn reports_limits_beside_escapes_that_yaml_lacks() {
        let error = refusal("[\"\\ud83d\\ude00\", {\"a\": -1e400}]");
        let expected = "a.json:1:24: error: number `-1e400` has no JSON representation, at #/1/a";
        assert!(error.starts_with(expected), "{error}");
        let error = refusal(&format!("[\"\\ud83d\\ude00\", {}", "[".repeat(1000)));
        assert!(error.starts_with("a.json:1:218: error: nesting exceeds 200 levels"), "{error}");
    }

    #[test]
    fn reports_the_syntax_error_of_the_parser_that_reads_further() {
        let cases = [
            (
                "{\"a\": \"\\ud83d\\ude00\",\n \"b\": 1,\n}",
                "3:1: error: invalid JSON: expected a string, found `}`",
            ),
            (
                "{\"a\": \"\\ud83d\\ude00\"\n \"b\": 1}",
                "2:2: error: invalid JSON: expected `,` or `}`, found `\"`",
            ),
            (
                "[\"\\ud83d\\ude00\", truely]",
                "1:18: error: invalid JSON: expected a value, found `t`",
            ),
            ("{a: 1, b: [}", "1:12: error: invalid YAML: "),
        ];
        for (text, expected) in cases {
            let error = refusal(text);
            assert!(error.starts_with(&format!("a.json:{expected}")), "{error}");
        }
    }
}
