//! The YAML parser.

use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};

use super::diagnostic::{Diagnostic, DocumentRule, Position};
use super::input::TabInput;
use super::node::{MAX_DEPTH, MAX_NODES, Member, Node, Value};
use super::pointer::Pointer;
use super::rules::{
    DUPLICATE_KEY, INVALID_KEY, INVALID_YAML, MULTIPLE_DOCUMENTS, NESTING_TOO_DEEP,
    RECURSIVE_ALIAS, TOO_MANY_VALUES,
};
use super::scalar::{self, Problem};

/// Parses a YAML 1.2 document. Returns all duplicate keys or the first syntax error.
pub(super) fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut reader = YamlReader {
        text,
        parser: Parser::new(TabInput::new(text)),
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
    parser: Parser<'t, TabInput<'t>>,
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
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(&text, style, tag.as_deref()).map_err(reject(position, at))?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), "seq", "a sequence").map_err(reject(position, at))?;
                (self.array(at, depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), "map", "a mapping").map_err(reject(position, at))?;
                (self.object(at, depth)?, anchor)
            }
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
            if event == Event::MappingEnd {
                return Ok(Value::Object(members));
            }
            let key = self.key(event, key_position, at)?;
            let at = at.child(&key);
            if !seen.insert(key.clone()) {
                let message = format!("duplicate key `{key}`");
                let duplicate = DUPLICATE_KEY.diagnostic(key_position, at.clone(), message);
                self.duplicates.push(duplicate);
            }
            let (event, span) = self.event()?;
            let node = self.node(event, span, &at, depth + 1)?;
            members.push(Member { key, key_position, node });
        }
    }

    /// Returns the text of a key: keys are strings in JSON, even if they look like numbers.
    fn key(&mut self, event: Event<'t>, position: Position, at: &Pointer) -> YamlResult<String> {
        let found = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if anchor != 0 || tag.is_some() {
                    let value = scalar(&text, style, tag.as_deref());
                    let value = value.map_err(reject(position, at))?;
                    self.anchors.insert(anchor, (Node { position, value }, 1));
                }
                return Ok(text.into_owned());
            }
            Event::Alias(anchor) => match self.alias(anchor, position, at)?.value {
                Value::String(key) => return Ok(key),
                _ => "an alias of another value",
            },
            _ => "a sequence or mapping",
        };
        let message = format!("invalid key; expected a string, found {found}");
        fail(&INVALID_KEY, position, at, message)
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

/// Returns a function that adds the place to a problem.
fn reject(position: Position, at: &Pointer) -> impl FnOnce(Problem) -> Box<Diagnostic> {
    move |(rule, message)| Box::new(rule.diagnostic(position, at.clone(), message))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, Problem> {
    let tag = tag.map(full_name);
    scalar::resolve(text, style == ScalarStyle::Plain, tag.as_deref())
}

fn check_tag(tag: Option<&Tag>, kind: &str, found: &str) -> Result<(), Problem> {
    scalar::check_collection(tag.map(full_name).as_deref(), kind, found)
}

/// Returns a tag with its handle expanded.
fn full_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
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

    fn json(text: &str) -> Result<String, String> {
        parse(text).map(|root| root.to_json().to_string())
    }

    #[test]
    fn resolves_scalars_by_the_core_schema() {
        assert_eq!(
            json("[~, yes, 'true', true, 012, 0x1F, 0x+14, 1e3, -1.5, -0, 1.2.3, '7']").unwrap(),
            r#"[null,"yes","true",true,12,31,"0x+14",1000.0,-1.5,0,"1.2.3","7"]"#
        );
    }

    #[test]
    fn resolves_core_tags() {
        let cases = [
            ("!!str 1", r#""1""#),
            ("!!int \"3\"", "3"),
            ("!!float 3", "3.0"),
            ("!!bool 'true'", "true"),
            ("!!null ''", "null"),
            ("!!str", r#""""#),
            ("! 12", r#""12""#),
            ("! [1]", "[1]"),
            ("!!map {a: !!seq [1]}", r#"{"a":[1]}"#),
            ("!!seq\n- !!str true\n", r#"["true"]"#),
            ("a: !!map\n  b: !!seq\n  - 1\n", r#"{"a":{"b":[1]}}"#),
            ("!!str a: !!int 0x1F", r#"{"a":31}"#),
            ("!!int 3: a", r#"{"3":"a"}"#),
            ("!<tag:yaml.org,2002:str> 1", r#""1""#),
            ("%TAG !y! tag:yaml.org,2002:\n---\n!y!str 1", r#""1""#),
            ("a: &x !!str 1\nb: !!str &y 2\nc: [*x, *y]", r#"{"a":"1","b":"2","c":["1","2"]}"#),
            ("!!str |\n  1\n", r#""1\n""#),
        ];
        for (text, expected) in cases {
            assert_eq!(json(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn rejects_other_tags_and_mismatched_values() {
        let unsupported = [
            ("a: !custom 1", "!custom"),
            ("a: !!binary aGk=", "!!binary"),
            ("a: !!timestamp 2024-01-01", "!!timestamp"),
            ("a: !!set {b}", "!!set"),
            ("a: !!omap [b: 1]", "!!omap"),
            ("a: !Ref {b: 1}", "!Ref"),
            ("a: !<tag:example.com,2024:x> [1]", "tag:example.com,2024:x"),
            ("%TAG !! tag:example.com,2024:\n---\na: !!str 1", "tag:example.com,2024:str"),
            ("a: !<!local> 1", "!local"),
        ];
        for (text, tag) in unsupported {
            let error = parse(text).unwrap_err();
            let line = text.lines().count();
            let expected = format!(
                "a.yaml:{line}:4: error: unsupported tag `{tag}`; expected a core tag, at #/a \
                 [unsupported-tag]"
            );
            assert!(error.starts_with(&expected), "{error}");
        }
        let mismatched = [
            ("a: !!int x", "`!!int`; found `x`"),
            ("a: !!int 3.5", "`!!int`; found `3.5`"),
            ("a: !!bool yes", "`!!bool`; found `yes`"),
            ("a: !!seq {b: 1}", "`!!seq`; found a mapping"),
            ("a: !!map [1]", "`!!map`; found a sequence"),
            ("a: !!str [1]", "`!!str`; found a sequence"),
            ("a: !!map x", "`!!map`; found `x`"),
        ];
        for (text, expected) in mismatched {
            let error = parse(text).unwrap_err();
            let expected =
                format!("a.yaml:1:4: error: value does not match its tag {expected}, at #/a");
            assert!(error.starts_with(&expected), "{error}");
        }
        let error = parse("!custom a: 1").unwrap_err();
        assert!(error.starts_with("a.yaml:1:1: error: unsupported tag `!custom`"), "{error}");
    }

    #[test]
    fn rejects_numbers_that_json_cannot_represent() {
        let error = parse("a: [.inf]\n").unwrap_err();
        let expected = "a.yaml:1:5: error: number `.inf` has no JSON representation, at #/a/0 \
                        [unrepresentable-number]";
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn accepts_tabs_as_white_space() {
        let cases = [
            ("key:\tvalue", r#"{"key":"value"}"#),
            ("a:\t-1\nb:\t\t_\nc: \t3\n", r#"{"a":-1,"b":"_","c":3}"#),
            ("a:\tb\tc\t\n", r#"{"a":"b\tc"}"#),
            ("a:\t'b'\nc:\t|\n  d\n", r#"{"a":"b","c":"d\n"}"#),
            ("a:\t# comment\n  b:\tc\t# comment\n", r#"{"a":{"b":"c"}}"#),
            ("a:\thttp://b:80\n", r#"{"a":"http://b:80"}"#),
            ("-\ta\n- \tb\n-\tc:\td\n", r#"["a","b",{"c":"d"}]"#),
            ("[\ta,\tb:\tc\t]", r#"["a",{"b":"c"}]"#),
            ("{\ta:\tb,\t'c':\td\t}\t", r#"{"a":"b","c":"d"}"#),
            ("{\n\ta:\tb,\n\tc: d\n}\n", r#"{"a":"b","c":"d"}"#),
            ("? a\n:\tb\n", r#"{"a":"b"}"#),
            (
                "a: 'b:\tc'\nd: \"e:\tf\"\ng: |\n  h:\ti\n",
                r#"{"a":"b:\tc","d":"e:\tf","g":"h:\ti\n"}"#,
            ),
            ("---\ta\n", r#""a""#),
            ("a: b\n\t\nc:\t&x d\ne:\t*x\n", r#"{"a":"b","c":"d","e":"d"}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(json(text).as_deref(), Ok(expected), "{text:?}");
        }
        let root = parse("key:\tvalue\n").unwrap();
        assert_eq!(root.get("key").unwrap().position, Position { line: 1, column: 6 });
    }

    #[test]
    fn rejects_tabs_as_indentation() {
        for text in ["a:\n\tb: c\n", "a:\tb: c\n", "a:\t- b\n", "-\t- a\n", "a: |\n\tb\n"] {
            assert!(parse(text).unwrap_err().contains("[invalid-yaml]"), "{text:?}");
        }
    }

    #[test]
    fn resolves_aliases_of_keys() {
        assert_eq!(json("&x a: 1\nb: *x\n").unwrap(), r#"{"a":1,"b":"a"}"#);
        assert_eq!(json("a: &x b\n*x : 1\n").unwrap(), r#"{"a":"b","b":1}"#);
        let error = parse("a: &x [b]\n*x : 1\n").unwrap_err();
        assert!(error.starts_with("a.yaml:2:1: error: invalid key; expected a string"), "{error}");
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
        assert!(error.contains("nesting exceeds 200 levels"), "{error}");
        let error = parse(&"[a, ".repeat(100_000)).unwrap_err();
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
