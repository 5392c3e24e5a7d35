//! Reads YAML or JSON text into a tree that remembers where everything stood.

pub mod diagnostic;
mod json;
pub mod pointer;

use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;

/// Nesting beyond this is refused: no description of an API comes near it, and
/// every reader of the tree may recurse. The parser itself limits flow style alone.
const MAX_DEPTH: usize = 200;
/// Values beyond this are refused; it also bounds what aliases can expand to.
const MAX_NODES: usize = 2_000_000;
/// Longer texts are refused unread.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value begins in the text.
    pub position: Position,
    /// The value.
    pub value: Value,
}

/// A YAML or JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction or exponent.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    String(String),
    /// A sequence.
    Array(Vec<Node>),
    /// A mapping, in the order of the text. Keys are distinct.
    Object(Vec<Member>),
}

/// A key of an object with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Where the key begins in the text.
    pub key_position: Position,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The members, in the order of the text; none where this is not an object.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements; none where this is not an array.
    pub fn elements(&self) -> &[Node] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The member called `key`.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key == key)
    }

    /// The value of the member called `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.member(key).map(|member| &member.node)
    }

    /// The text, where this is text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, where this is an integer.
    pub fn as_integer(&self) -> Option<i128> {
        match self.value {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// What `pointer` points to.
    pub fn find(&self, pointer: &Pointer) -> Option<&Node> {
        pointer.tokens().try_fold(self, |node, token| match &node.value {
            Value::Object(_) => node.get(&token),
            Value::Array(elements) => elements.get(token.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The name of the value's type, as JSON Schema calls it.
    pub fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Integer(_) => "integer",
            Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// The same value without positions.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Integer(value) => i64::try_from(*value)
                .map(Json::from)
                .or_else(|_| u64::try_from(*value).map(Json::from))
                .unwrap_or_else(|_| Json::from(*value as f64)),
            Value::Float(value) => Json::from(*value),
            Value::String(text) => Json::String(text.clone()),
            Value::Array(elements) => elements.iter().map(Node::to_json).collect(),
            Value::Object(members) => {
                members.iter().map(|m| (m.key.clone(), m.node.to_json())).collect()
            }
        }
    }
}

/// A document that could be read: text with the tree it holds.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    root: Node,
}

impl Source {
    /// Reads one YAML 1.2 document; JSON is one too.
    ///
    /// `name` is what messages call it. A byte order mark and either kind of line
    /// ending are fine.
    ///
    /// # Errors
    ///
    /// Every duplicate key, or the first thing that is not YAML.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let refuse = |diagnostics| Refusal::new(name, diagnostics);
        if text.len() > MAX_BYTES {
            let message = format!("the document has {} bytes", text.len());
            let help = format!("documents of up to {MAX_BYTES} bytes are read");
            return Err(refuse(vec![at_root(Position::START, message, help)]));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(root) = json::read(text) {
            return Ok(Self { name: name.to_owned(), root });
        }
        let mut reader = Reader::new(text);
        let root = reader.document().map_err(|diagnostic| refuse(vec![*diagnostic]))?;
        if reader.duplicates.is_empty() {
            Ok(Self { name: name.to_owned(), root })
        } else {
            Err(refuse(reader.duplicates))
        }
    }

    /// What messages call the document.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole document.
    pub fn root(&self) -> &Node {
        &self.root
    }
}

fn at_root(position: Position, message: String, help: String) -> Diagnostic {
    Diagnostic { position, pointer: Pointer::root(), message, help }
}

type Read<T> = Result<T, Box<Diagnostic>>;

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    anchors: BTreeMap<usize, (Node, usize)>,
    duplicates: Vec<Diagnostic>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            parser: Parser::new_from_str(text),
            anchors: BTreeMap::new(),
            duplicates: Vec::new(),
            nodes: 0,
        }
    }

    fn document(&mut self) -> Read<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.event()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(Box::new(at_root(
                        position(span.start),
                        "there is a second YAML document".into(),
                        "keep one document to a file".into(),
                    )));
                }
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, &Pointer::root(), 0)?),
            }
        }
        let empty = Node { position: Position::START, value: Value::Null };
        Ok(root.unwrap_or(empty))
    }

    fn event(&mut self) -> Read<(Event<'t>, Span)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Box::new(not_yaml(&error, self.text))),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, at: &Pointer, depth: usize) -> Read<Node> {
        let position = position(span.start);
        self.count(1, position, at)?;
        if depth > MAX_DEPTH {
            return Err(Box::new(Diagnostic {
                position,
                pointer: at.clone(),
                message: format!("the document is nested more than {MAX_DEPTH} levels deep"),
                help: "name the inner parts and refer to them with `$ref`".into(),
            }));
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

    fn array(&mut self, at: &Pointer, depth: usize) -> Read<Value> {
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

    fn object(&mut self, at: &Pointer, depth: usize) -> Read<Value> {
        let mut members: Vec<Member> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let (event, span) = self.event()?;
            let key_position = position(span.start);
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(members)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => {
                    return Err(Box::new(Diagnostic {
                        position: key_position,
                        pointer: at.clone(),
                        message: "a key is not plain text".into(),
                        help: "give every value a key that is a word or a quoted text".into(),
                    }));
                }
            };
            let at = at.child(&key);
            let (event, span) = self.event()?;
            let node = self.node(event, span, &at, depth + 1)?;
            if seen.insert(key.clone()) {
                members.push(Member { key, key_position, node });
            } else {
                self.duplicates.push(Diagnostic {
                    position: key_position,
                    pointer: at,
                    message: format!("the key `{key}` stands here for the second time"),
                    help: "keep one of the two; YAML gives no meaning to both".into(),
                });
            }
        }
    }

    fn alias(&mut self, anchor: usize, position: Position, at: &Pointer) -> Read<Node> {
        let (node, size) = match self.anchors.get(&anchor) {
            Some((node, size)) => (node.clone(), *size),
            None => {
                return Err(Box::new(Diagnostic {
                    position,
                    pointer: at.clone(),
                    message: "an alias refers to a value that contains it".into(),
                    help: "write the value out, or refer to a component with `$ref`".into(),
                }));
            }
        };
        self.count(size, position, at)?;
        Ok(node)
    }

    fn count(&mut self, more: usize, position: Position, at: &Pointer) -> Read<()> {
        self.nodes += more;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(Box::new(Diagnostic {
            position,
            pointer: at.clone(),
            message: format!("the document has more than {MAX_NODES} values"),
            help: "split it, or replace aliases by `$ref`".into(),
        }))
    }
}

fn not_yaml(error: &ScanError, text: &str) -> Diagnostic {
    let mut position = position(*error.marker());
    // Of a directive, saphyr-parser counts the bytes.
    let unix = text.replace("\r\n", "\n");
    let line = unix.split(['\n', '\r']).nth(position.line - 1).unwrap_or_default();
    position.column = position.column.min(line.chars().count() + 1);
    at_root(
        position,
        format!("this is not YAML: {}", error.info()),
        "look for a wrong indentation, a missing quote or a stray `:` just before".into(),
    )
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line().max(1), column: marker.col() + 1 }
}

/// Resolves a scalar by YAML 1.2's core schema. Only plain scalars are anything
/// but text.
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

fn number(text: &str) -> Option<Value> {
    let radix = |digits: &str, radix| i128::from_str_radix(digits, radix).ok().map(Value::Integer);
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    // Rust would also read `inf` and `nan`, which are text in YAML.
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
    use super::*;

    fn parse(text: &str) -> Result<Node, String> {
        Source::parse("a.yaml", text).map(|source| source.root).map_err(|e| e.to_string())
    }

    #[test]
    fn values_remember_where_they_stood() {
        let root = parse("a:\n  - b: 1\n    c: two\n").unwrap();
        let c = root.find(&Pointer::root().child("a").child(0).child("c")).unwrap();
        assert_eq!(c.position, Position { line: 3, column: 8 });
        assert_eq!(c.as_str(), Some("two"));
    }

    #[test]
    fn a_byte_order_mark_and_carriage_returns_change_nothing() {
        let plain = parse("a: 1\nb: |\n  x\n  y\n").unwrap();
        assert_eq!(parse("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n").unwrap(), plain);
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let json = parse("[~, yes, 'true', true, 012, 0x1F, 1e3, -1.5, .inf, 1.2.3, '7']");
        assert_eq!(
            json.unwrap().to_json().to_string(),
            r#"[null,"yes","true",true,12,31,1000.0,-1.5,".inf","1.2.3","7"]"#
        );
    }

    #[test]
    fn every_duplicate_key_is_reported() {
        assert_eq!(
            parse("a: 1\nb: {c: 1, c: 2}\na: 2\n").unwrap_err(),
            "a.yaml:2:11: error: the key `c` stands here for the second time, at #/b/c\n  \
             help: keep one of the two; YAML gives no meaning to both\n\
             a.yaml:3:1: error: the key `a` stands here for the second time, at #/a\n  \
             help: keep one of the two; YAML gives no meaning to both"
        );
    }

    #[test]
    fn aliases_expand_but_not_without_bound() {
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
    fn deep_nesting_is_refused() {
        let error = parse(&"[".repeat(100_000)).unwrap_err();
        assert!(error.contains("recursion limit exceeded"), "{error}");
        let block: String = (0..500).map(|level| " ".repeat(level) + "a:\n").collect();
        let error = parse(&block).unwrap_err();
        assert!(error.contains("nested more than 200 levels deep"), "{error}");
    }

    #[test]
    fn what_is_not_yaml_is_refused_with_its_place() {
        let error = parse("a: [1, 2\nb: 3\n").unwrap_err();
        assert!(error.starts_with("a.yaml:2:"), "{error}");
        assert!(error.contains("this is not YAML"), "{error}");
        let error = parse("%é€\u{10ffff}\0").unwrap_err();
        assert!(error.starts_with("a.yaml:1:6: error: this is not YAML"), "{error}");
    }
}
