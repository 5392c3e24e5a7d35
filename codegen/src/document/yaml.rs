//! The YAML parser.

use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::diagnostic::{Diagnostic, DocumentRule, Position};
use super::node::{MAX_DEPTH, MAX_NODES, Member, Node, Value};
use super::pointer::Pointer;
use super::rules::{
    DUPLICATE_KEY, INVALID_KEY, INVALID_YAML, MULTIPLE_DOCUMENTS, NESTING_TOO_DEEP,
    RECURSIVE_ALIAS, TOO_MANY_VALUES,
};

/// Parses a YAML 1.2 document. Returns all duplicate keys or the first syntax error.
pub(super) fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut reader = YamlReader {
        text,
        parser: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        duplicates: Vec::new(),
        nodes: 0,
    };
    let root = reader.document().map_err(|diagnostic| vec![*diagnostic])?;
    if reader.duplicates.is_empty() { Ok(root) } else { Err(reader.duplicates) }
}

type YamlResult<T> = Result<T, Box<Diagnostic>>;

struct YamlReader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    /// The anchored nodes and their sizes.
    anchors: BTreeMap<usize, (Node, usize)>,
    duplicates: Vec<Diagnostic>,
    /// The number of nodes so far, aliases expanded.
    nodes: usize,
}

impl<'t> YamlReader<'t> {
    fn document(&mut self) -> YamlResult<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.event()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    let message = "second YAML document in one file";
                    return fail(
                        &MULTIPLE_DOCUMENTS,
                        position(span.start),
                        &Pointer::root(),
                        message,
                    );
                }
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, &Pointer::root(), 0)?),
            }
        }
        let empty = Node { position: Position::START, value: Value::Null };
        Ok(root.unwrap_or(empty))
    }

    fn event(&mut self) -> YamlResult<(Event<'t>, Span)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Box::new(syntax_error(&error, self.text))),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        span: Span,
        at: &Pointer,
        depth: usize,
    ) -> YamlResult<Node> {
        let position = position(span.start);
        self.count(1, position, at)?;
        // The parser limits the depth of flow style only.
        if depth > MAX_DEPTH {
            let message = format!("nesting exceeds {MAX_DEPTH} levels");
            return fail(&NESTING_TOO_DEEP, position, at, message);
        }
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style), anchor),
            Event::SequenceStart(anchor, _) => (self.array(at, depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.object(at, depth)?, anchor),
            Event::Alias(anchor) => return self.alias(anchor, position, at),
            _ => (Value::Null, 0),
        };
        let node = Node { position, value };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before + 1));
        }
        Ok(node)
    }

    fn array(&mut self, at: &Pointer, depth: usize) -> YamlResult<Value> {
        let mut elements = Vec::new();
        loop {
            match self.event()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(elements)),
                (event, span) => {
                    let at = at.child(elements.len());
                    elements.push(self.node(event, span, &at, depth + 1)?);
                }
            }
        }
    }

    fn object(&mut self, at: &Pointer, depth: usize) -> YamlResult<Value> {
        let mut members: Vec<Member> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let (event, span) = self.event()?;
            let key_position = position(span.start);
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(members)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => {
                    let message = "invalid key; expected a string, found a sequence or mapping";
                    return fail(&INVALID_KEY, key_position, at, message);
                }
            };
            let at = at.child(&key);
            let (event, span) = self.event()?;
            let node = self.node(event, span, &at, depth + 1)?;
            if seen.insert(key.clone()) {
                members.push(Member { key, key_position, node });
            } else {
                let message = format!("duplicate key `{key}`");
                self.duplicates.push(DUPLICATE_KEY.diagnostic(key_position, at, message));
            }
        }
    }

    fn alias(&mut self, anchor: usize, position: Position, at: &Pointer) -> YamlResult<Node> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            let message = "alias refers to a value that contains it";
            return fail(&RECURSIVE_ALIAS, position, at, message);
        };
        let (node, size) = (node.clone(), *size);
        self.count(size, position, at)?;
        Ok(node)
    }

    fn count(&mut self, more: usize, position: Position, at: &Pointer) -> YamlResult<()> {
        self.nodes += more;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        fail(&TOO_MANY_VALUES, position, at, format!("document has more than {MAX_NODES} values"))
    }
}

fn fail<T>(
    rule: &DocumentRule,
    position: Position,
    at: &Pointer,
    message: impl Into<String>,
) -> YamlResult<T> {
    Err(Box::new(rule.diagnostic(position, at.clone(), message)))
}

fn syntax_error(error: &ScanError, text: &str) -> Diagnostic {
    let mut position = position(*error.marker());
    // saphyr-parser counts the columns of directives in bytes.
    let unix = text.replace("\r\n", "\n");
    let line = unix.split(['\n', '\r']).nth(position.line - 1).unwrap_or_default();
    position.column = position.column.min(line.chars().count() + 1);
    let message = format!("invalid YAML: {}", error.info());
    INVALID_YAML.diagnostic(position, Pointer::root(), message)
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line().max(1), column: marker.col() + 1 }
}

/// Resolves a scalar by YAML 1.2's core schema. Quoted scalars are always strings.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

pub(super) fn number(text: &str) -> Option<Value> {
    let radix = |digits: &str, radix| i128::from_str_radix(digits, radix).ok().map(Value::Integer);
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    // Rust would also parse `inf` and `nan`, which are strings in YAML.
    if !text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
        return None;
    }
    if let Ok(integer) = text.parse() {
        return Some(Value::Integer(integer));
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float)
}

#[cfg(test)]
mod tests {
    use crate::document::Source;

    use super::*;

    fn parse(text: &str) -> Result<Node, String> {
        Source::parse("a.yaml", text).map(|source| source.root().clone()).map_err(|e| e.to_string())
    }

    #[test]
    fn records_positions() {
        let root = parse("a:\n  - b: 1\n    c: two\n").unwrap();
        let c = root.find(&Pointer::root().child("a").child(0).child("c")).unwrap();
        assert_eq!(c.position, Position { line: 3, column: 8 });
        assert_eq!(c.as_str(), Some("two"));
    }

    #[test]
    fn ignores_byte_order_mark_and_carriage_returns() {
        let plain = parse("a: 1\nb: |\n  x\n  y\n").unwrap();
        assert_eq!(parse("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n").unwrap(), plain);
    }

    #[test]
    fn resolves_scalars_by_the_core_schema() {
        let json = parse("[~, yes, 'true', true, 012, 0x1F, 1e3, -1.5, .inf, 1.2.3, '7']");
        assert_eq!(
            json.unwrap().to_json().to_string(),
            r#"[null,"yes","true",true,12,31,1000.0,-1.5,".inf","1.2.3","7"]"#
        );
    }

    #[test]
    fn reports_every_duplicate_key() {
        assert_eq!(
            parse("a: 1\nb: {c: 1, c: 2}\na: 2\n").unwrap_err(),
            "a.yaml:2:11: error: duplicate key `c`, at #/b/c [duplicate-key]\n  \
             help: remove one of the two entries\n\
             a.yaml:3:1: error: duplicate key `a`, at #/a [duplicate-key]\n  \
             help: remove one of the two entries"
        );
    }

    #[test]
    fn limits_the_expansion_of_aliases() {
        let shared = parse("a: &x {b: 1}\nc: *x\n").unwrap();
        assert_eq!(shared.get("a").unwrap().to_json(), shared.get("c").unwrap().to_json());

        let mut bomb = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for level in 1..12 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb += &format!("a{level}: &a{level} [{inner}]\n");
        }
        assert!(parse(&bomb).unwrap_err().contains("more than 2000000 values"));
    }

    #[test]
    fn rejects_deep_nesting() {
        let error = parse(&"[".repeat(100_000)).unwrap_err();
        assert!(error.contains("recursion limit exceeded"), "{error}");
        let block: String = (0..500).map(|level| " ".repeat(level) + "a:\n").collect();
        let error = parse(&block).unwrap_err();
        assert!(error.contains("nesting exceeds 200 levels"), "{error}");
    }

    #[test]
    fn rejects_unusual_structures() {
        let cases = [
            ("a: 1\n---\nb: 2\n", "a.yaml:2:1: error: second YAML document in one file"),
            ("a: 1\n[b]: 2\n", "a.yaml:2:1: error: invalid key; expected a string"),
            ("a: &x [*x]\n", "a.yaml:1:8: error: alias refers to a value that contains it"),
        ];
        for (text, expected) in cases {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn reports_the_position_of_a_syntax_error() {
        let error = parse("a: [1, 2\nb: 3\n").unwrap_err();
        assert!(error.starts_with("a.yaml:2:"), "{error}");
        assert!(error.contains("invalid YAML: "), "{error}");
        let error = parse("%é€\u{10ffff}\0").unwrap_err();
        assert!(error.starts_with("a.yaml:1:6: error: invalid YAML"), "{error}");
    }
}
