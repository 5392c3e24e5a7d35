//! The generator: parsing, linting and generating.

use codegen::document::diagnostic::Refusal;
use codegen::document::{Member, Node, Source, Value};
use codegen::generate;
use codegen::lint::lint;

const NAME: &str = "spec.yaml";

/// Parses and lints a document, and generates the client if there are no findings.
///
/// # Panics
///
/// - A diagnostic has a position outside the text, or no help.
/// - The document as JSON has another value or other findings.
/// - Generating fails for a document without findings.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let source = match Source::parse(NAME, text) {
        Ok(source) => source,
        Err(refusal) => return assert_helpful(&refusal, text),
    };
    let findings = lint(&source).err();
    findings.iter().for_each(|refusal| assert_helpful(refusal, text));
    if is_json(source.root()) {
        let json = to_json_text(source.root());
        let again = Source::parse(NAME, &json).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(again.root().to_json(), source.root().to_json());
        assert_eq!(messages(lint(&again).err().as_ref()), messages(findings.as_ref()));
    }
    if findings.is_none()
        && let Err(refusal) = generate::generate(&source)
    {
        panic!("{refusal}");
    }
}

fn assert_helpful(refusal: &Refusal, text: &str) {
    assert!(!refusal.diagnostics.is_empty());
    // In YAML a single carriage return ends a line. A truncated document has its error on
    // the line after the last.
    let lines = text.split(['\n', '\r']).count() + 1;
    for diagnostic in &refusal.diagnostics {
        let position = diagnostic.position;
        assert!((1..=lines).contains(&position.line), "{refusal}");
        assert!((1..=text.chars().count() + 1).contains(&position.column), "{refusal}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{refusal}");
    }
    let text = refusal.to_string();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}

/// Writes the document as JSON with its members in order. The lint reports the second of two
/// contradicting members.
fn to_json_text(node: &Node) -> String {
    let list = |items: Vec<String>| items.join(",");
    match &node.value {
        Value::Array(elements) => {
            format!("[{}]", list(elements.iter().map(to_json_text).collect()))
        }
        Value::Object(members) => {
            let member = |member: &Member| {
                format!("{}:{}", serde_json::Value::from(&*member.key), to_json_text(&member.node))
            };
            format!("{{{}}}", list(members.iter().map(member).collect()))
        }
        _ => node.to_json().to_string(),
    }
}

/// Returns the pointers and messages, sorted, because positions differ between YAML and JSON.
fn messages(refusal: Option<&Refusal>) -> Vec<(String, &str)> {
    let diagnostics = refusal.into_iter().flat_map(|refusal| &refusal.diagnostics);
    let mut messages: Vec<_> =
        diagnostics.map(|found| (found.pointer.to_string(), found.message.as_str())).collect();
    messages.sort();
    messages
}

/// Returns whether JSON can represent the document: it has no very large or infinite numbers.
fn is_json(node: &Node) -> bool {
    match &node.value {
        Value::Integer(number) => i64::try_from(*number).is_ok(),
        Value::Float(number) => number.is_finite(),
        Value::Array(elements) => elements.iter().all(is_json),
        Value::Object(members) => members.iter().all(|member| is_json(&member.node)),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
