//! SchemaReferences within a document: pointers, anchors and identifiers.

use std::collections::HashMap;

use crate::document::{Node, Value};

/// A node and the schema resource that it belongs to, which its references start from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<'d> {
    pub(super) node: &'d Node,
    pub(super) base: &'d Node,
}

impl<'d> Located<'d> {
    /// A node below this one.
    pub(super) fn below(self, node: &'d Node) -> Self {
        let base = if text(node, "$id").is_some() { node } else { self.base };
        Self { node, base }
    }
}

/// Everything in a document that references can lead to.
#[derive(Debug)]
pub(super) struct SchemaReferences<'d> {
    root: &'d Node,
    identifiers: HashMap<&'d str, &'d Node>,
    anchors: HashMap<&'d str, Vec<Located<'d>>>,
    dynamic_anchors: HashMap<&'d str, Vec<Located<'d>>>,
}

impl<'d> SchemaReferences<'d> {
    pub(super) fn of(root: &'d Node) -> Self {
        let mut references = Self {
            root,
            identifiers: HashMap::new(),
            anchors: HashMap::new(),
            dynamic_anchors: HashMap::new(),
        };
        let mut pending = vec![Located { node: root, base: root }];
        while let Some(at) = pending.pop() {
            references.add(at);
            pending.extend(at.node.members().iter().map(|member| at.below(&member.node)));
            pending.extend(at.node.elements().iter().map(|element| at.below(element)));
        }
        references
    }

    fn add(&mut self, at: Located<'d>) {
        if let Some(identifier) = text(at.node, "$id") {
            self.identifiers.insert(identifier.trim_end_matches('#'), at.node);
        }
        if let Some(name) = text(at.node, "$anchor") {
            self.anchors.entry(name).or_default().push(at);
        }
        if let Some(name) = text(at.node, "$dynamicAnchor") {
            self.anchors.entry(name).or_default().push(at);
            self.dynamic_anchors.entry(name).or_default().push(at);
        }
    }

    /// The target of a `$ref` that stands in `from`.
    pub(super) fn resolve(&self, from: Located<'d>, reference: &str) -> Option<Located<'d>> {
        let (resource, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = match resource {
            "" => from.base,
            resource => self.resource(resource)?,
        };
        let fragment = percent_decoded(fragment)?;
        if fragment.is_empty() || fragment.starts_with('/') {
            // Many documents give schemas an `$id` and go on to refer from their root.
            return walk(base, &fragment).or_else(|| walk(self.root, &fragment));
        }
        let named = self.anchors.get(fragment.as_str())?;
        named.iter().find(|at| std::ptr::eq(at.base, base)).or(named.first()).copied()
    }

    /// The target of a `$dynamicRef`, where only one schema has the anchor.
    pub(super) fn resolve_dynamic(
        &self,
        from: Located<'d>,
        reference: &str,
    ) -> Option<Located<'d>> {
        let name = reference.rsplit_once('#').map_or("", |(_, name)| name);
        match self.dynamic_anchors.get(name).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            Some(_) => None,
            None => self.resolve(from, reference),
        }
    }

    fn resource(&self, name: &str) -> Option<&'d Node> {
        let by_end = || {
            let end = format!("/{}", name.trim_start_matches(['.', '/']));
            self.identifiers.iter().find(|(key, _)| key.ends_with(&end)).map(|(_, node)| node)
        };
        self.identifiers.get(name).or_else(by_end).copied()
    }
}

fn walk<'d>(base: &'d Node, pointer: &str) -> Option<Located<'d>> {
    let mut at = Located { node: base, base };
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let node = match &at.node.value {
            Value::Array(elements) => elements.get(token.parse::<usize>().ok()?)?,
            _ => at.node.get(&token)?,
        };
        at = at.below(node);
    }
    Some(at)
}

fn text<'d>(node: &'d Node, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Node::as_str)
}

/// Decodes `%2F` and the like. Returns `None` for text that is not UTF-8 then.
fn percent_decoded(text: &str) -> Option<String> {
    let mut rest = text.as_bytes();
    let mut decoded = Vec::new();
    while let [byte, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, value) {
            (b'%', Some(value)) => {
                decoded.push(value);
                rest = &after[2..];
            }
            _ => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).ok()
}
