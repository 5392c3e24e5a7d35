//! Schemas that are likely mistakes: what they mean is more, or something else, than their
//! values tell.

use std::collections::HashSet;

use crate::document::{Node, reference};

/// Keywords that apply to values of one type.
const TYPED_KEYWORDS: [(&str, &str); 14] = [
    ("maxLength", "string"),
    ("minLength", "string"),
    ("pattern", "string"),
    ("maximum", "number"),
    ("minimum", "number"),
    ("items", "array"),
    ("contains", "array"),
    ("maxContains", "array"),
    ("minContains", "array"),
    ("maxItems", "array"),
    ("minItems", "array"),
    ("unevaluatedItems", "array"),
    ("properties", "object"),
    ("required", "object"),
];

/// Returns whether a part of an `allOf` forbids the properties of another part.
fn has_forbidden_properties(root: &Node, node: &Node) -> bool {
    let parts = node.get("allOf").map(Node::elements).unwrap_or_default();
    let resolved = |part| reference::resolve(root, part).unwrap_or(part);
    let properties = |part: &'_ Node| -> HashSet<String> {
        let members = part.get("properties").map(Node::members).unwrap_or_default();
        members.iter().map(|member| member.key.clone()).collect()
    };
    let is_closed =
        |part: &Node| part.get("additionalProperties").and_then(Node::as_bool) == Some(false);
    let siblings = || parts.iter().map(resolved).chain([node]);
    siblings().filter(|part| is_closed(part)).any(|closed| {
        let known = properties(closed);
        closed.get("patternProperties").is_none()
            && siblings().any(|part| !properties(part).is_subset(&known))
    })
}

/// Returns whether a keyword that does not apply to the type beside it is reached from a
/// schema.
pub(super) fn is_doubtful(root: &Node, schema: &Node) -> bool {
    let mut visited = HashSet::new();
    let mut pending = vec![schema];
    while let Some(node) = pending.pop() {
        if !visited.insert(std::ptr::from_ref(node)) {
            continue;
        }
        if has_foreign_keyword(node) || has_forbidden_properties(root, node) {
            return true;
        }
        pending.extend(node.members().iter().map(|member| &member.node));
        pending.extend(node.elements());
        pending.extend(reference::target(node).and_then(|target| root.find(&target)));
    }
    false
}

/// Returns whether a keyword does not apply to the type beside it.
fn has_foreign_keyword(node: &Node) -> bool {
    let Some(types) = node.get("type") else { return false };
    let has = |name: &str| {
        types.as_str() == Some(name)
            || types.elements().iter().any(|known| known.as_str() == Some(name))
    };
    let is_type = types.as_str().is_some() || !types.elements().is_empty();
    let applies = |name| has(name) || name == "number" && has("integer");
    let is_text = ["string", "number"].into_iter().any(applies);
    is_type && node.get("format").is_some() && !is_text
        || is_type
            && TYPED_KEYWORDS.iter().any(|(key, name)| node.get(key).is_some() && !applies(name))
}
