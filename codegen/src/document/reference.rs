//! Local references (`$ref`) of a document.

use super::node::Node;
use super::pointer::Pointer;

/// The maximum length of a chain of references. Stops circular chains.
const MAX_CHAIN: usize = 64;

const SCHEMAS: &str = "#/components/schemas/";

/// Returns the pointer in the `$ref` of a node. Returns `None` if the node is not a
/// reference or refers to another document.
pub fn target(node: &Node) -> Option<Pointer> {
    Pointer::from_reference(node.get_str("$ref")?)
}

/// Returns the name of the schema that a node refers to.
pub fn schema_name(node: &Node) -> Option<&str> {
    node.get_str("$ref")?.strip_prefix(SCHEMAS)
}

/// Follows a chain of references to its end. Returns `None` if the node is not a
/// reference, or if the chain is circular or ends nowhere.
pub fn follow<'d>(root: &'d Node, node: &Node) -> Option<(Pointer, &'d Node)> {
    let mut at = target(node)?;
    for _ in 0..MAX_CHAIN {
        let node = root.find(&at)?;
        if node.get("$ref").is_none() {
            return Some((at, node));
        }
        at = target(node)?;
    }
    None
}

/// Returns the node itself, or the end of its chain of references. Returns `None` if
/// the chain is circular or ends nowhere.
pub fn resolve<'d>(root: &'d Node, node: &'d Node) -> Option<&'d Node> {
    if node.get("$ref").is_none() {
        return Some(node);
    }
    follow(root, node).map(|(_, node)| node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Source;

    #[test]
    fn follows_chains_and_stops_at_circles() {
        let text = "a: {$ref: '#/b'}\nb: {$ref: '#/c'}\nc: 1\nd: {$ref: '#/d'}\ne: {$ref: x}\n";
        let source = Source::parse("a.yaml", text).unwrap();
        let root = source.root();
        let end = |key| follow(root, root.get(key).unwrap()).map(|(at, _)| at.to_string());
        assert_eq!(end("a").as_deref(), Some("#/c"));
        assert_eq!([end("c"), end("d"), end("e")], [None, None, None]);
        assert_eq!(resolve(root, root.get("c").unwrap()), root.get("c"));
    }
}
