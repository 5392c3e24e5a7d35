//! Resolution of references within a document: pointers, anchors and identifiers.
//!
//! A fragment is a percent-encoded JSON pointer (RFC 6901, section 6) or the name of an
//! `$anchor` or `$dynamicAnchor`. The text before it is a URI, which is resolved against the
//! nearest `$id` (JSON Schema 2020-12, section 8.2) or the document's `$self` (OpenAPI 3.2).

use std::collections::HashMap;

use fluent_uri::{Uri, UriRef};
use percent_encoding::percent_decode_str;

use super::node::{Node, Value};

/// The URI of a document that has no `$self`. Relative identifiers are resolved against it.
const DEFAULT_BASE: &str = "document:/";

/// A reference and its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ReferenceTarget<'d> {
    /// A node of the document.
    Node(&'d Node),
    /// A place in another document, which is not read.
    OtherDocument,
    /// A place in this document that does not exist.
    Missing,
}

/// A part of a document with a URI of its own: the document, or a schema with an `$id`.
#[derive(Clone, Copy, Debug)]
struct Resource<'d> {
    node: &'d Node,
    /// An index into `Resolver::uris`.
    uri: usize,
}

/// The nodes of a document that references can lead to.
#[derive(Debug)]
pub(crate) struct Resolver<'d> {
    root: Resource<'d>,
    uris: Vec<Uri<String>>,
    /// The resources by URI.
    resources: HashMap<String, Resource<'d>>,
    /// The resources of the nodes inside of schemas with an `$id`.
    embedded: HashMap<*const Node, Resource<'d>>,
    /// The anchors by the root of their resource and their name.
    anchors: HashMap<(*const Node, &'d str), &'d Node>,
    /// The schemas with a `$dynamicAnchor`, by its name.
    dynamic_anchors: HashMap<&'d str, Vec<&'d Node>>,
}

impl<'d> Resolver<'d> {
    pub(crate) fn new(root: &'d Node) -> Self {
        let document = Resource { node: root, uri: 0 };
        let mut resolver = Self {
            root: document,
            uris: Vec::new(),
            resources: HashMap::new(),
            embedded: HashMap::new(),
            anchors: HashMap::new(),
            dynamic_anchors: HashMap::new(),
        };
        let name = root.get_str("$self").and_then(|name| Uri::parse(name.to_owned()).ok());
        if let Some(uri) = name.or_else(|| Uri::parse(DEFAULT_BASE.to_owned()).ok()) {
            resolver.add_resource(uri, root);
        }
        resolver.visit(root, document);
        resolver
    }

    /// Returns the target of a `$ref` in `node`.
    pub(crate) fn target(&self, node: &Node, reference: &str) -> ReferenceTarget<'d> {
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = self.resource_of(node);
        let resource = match name {
            "" => base,
            name => match self.resource(base, name) {
                Some(resource) => resource,
                None => return ReferenceTarget::OtherDocument,
            },
        };
        match self.within(resource, fragment) {
            Some(node) => ReferenceTarget::Node(node),
            None => ReferenceTarget::Missing,
        }
    }

    /// Returns the possible targets of a `$dynamicRef` in `node`.
    ///
    /// There are several if the document repeats a `$dynamicAnchor`: the schemas through
    /// which a validator reaches the reference select one of them.
    pub(crate) fn dynamic_targets(
        &self,
        node: &Node,
        reference: &str,
    ) -> Result<Vec<&'d Node>, ReferenceTarget<'d>> {
        match self.target(node, reference) {
            ReferenceTarget::Node(initial) => Ok(match initial.get_str("$dynamicAnchor") {
                Some(name) if reference.ends_with(&format!("#{name}")) => {
                    self.dynamic_anchors.get(name).cloned().unwrap_or_default()
                }
                _ => vec![initial],
            }),
            other => Err(other),
        }
    }

    fn resource_of(&self, node: &Node) -> Resource<'d> {
        self.embedded.get(&std::ptr::from_ref(node)).copied().unwrap_or(self.root)
    }

    fn resource(&self, base: Resource<'d>, name: &str) -> Option<Resource<'d>> {
        let uri = resolve_uri(self.uris.get(base.uri)?, name)?;
        self.resources.get(uri.as_str()).copied()
    }

    fn within(&self, resource: Resource<'d>, fragment: &str) -> Option<&'d Node> {
        let fragment = percent_decode_str(fragment).decode_utf8().ok()?;
        if fragment.is_empty() || fragment.starts_with('/') {
            // Many documents give schemas an `$id` and still refer to `#/components`.
            let root = self.root.node;
            return descend(resource.node, &fragment).or_else(|| descend(root, &fragment));
        }
        self.anchors.get(&(std::ptr::from_ref(resource.node), &*fragment)).copied()
    }

    /// Adds the anchors and resources of a node and of the nodes below it.
    fn visit(&mut self, node: &'d Node, outer: Resource<'d>) {
        let resource = self.embedded_resource(node, outer).unwrap_or(outer);
        if !std::ptr::eq(resource.node, self.root.node) {
            self.embedded.insert(node, resource);
        }
        let anchor = node.get_str("$anchor");
        let dynamic_anchor = node.get_str("$dynamicAnchor");
        for name in [anchor, dynamic_anchor].into_iter().flatten() {
            self.anchors.entry((std::ptr::from_ref(resource.node), name)).or_insert(node);
        }
        if let Some(name) = dynamic_anchor {
            self.dynamic_anchors.entry(name).or_default().push(node);
        }
        for member in node.members() {
            self.visit(&member.node, resource);
        }
        for element in node.elements() {
            self.visit(element, resource);
        }
    }

    fn embedded_resource(&mut self, node: &'d Node, outer: Resource<'d>) -> Option<Resource<'d>> {
        let uri = resolve_uri(self.uris.get(outer.uri)?, node.get_str("$id")?)?;
        Some(self.add_resource(uri, node))
    }

    fn add_resource(&mut self, uri: Uri<String>, node: &'d Node) -> Resource<'d> {
        let resource = Resource { node, uri: self.uris.len() };
        self.resources.entry(uri.as_str().to_owned()).or_insert(resource);
        self.uris.push(uri);
        resource
    }
}

/// Resolves a URI without its fragment.
fn resolve_uri(base: &Uri<String>, reference: &str) -> Option<Uri<String>> {
    let reference = reference.split_once('#').map_or(reference, |(name, _)| name);
    let uri = UriRef::parse(reference).ok()?.resolve_against(base).ok()?;
    Some(uri.normalize())
}

/// Returns the node at a decoded JSON pointer.
fn descend<'d>(root: &'d Node, pointer: &str) -> Option<&'d Node> {
    pointer.split('/').skip(1).try_fold(root, |node, token| match &node.value {
        Value::Array(elements) => elements.get(token.parse::<usize>().ok()?),
        _ => node.get(&token.replace("~1", "/").replace("~0", "~")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Source;

    const DOCUMENT: &str = "
$self: https://kiln.example/api/openapi.yaml
paths: {'/a b/{id}': {get: path}}
glazes:
  - {$anchor: first, name: one}
  - {$id: 'shades/blue', $defs: {deep: {$anchor: deep, name: two}, own: {name: three}}}
  - {$id: 'https://kiln.example/other/base', $defs: {inner: {$id: inner, from: {}, name: four}}}
  - {$dynamicAnchor: node, name: five}
'50%/ä~': {name: six}
";

    /// Returns the `name` at the target of a reference, or the kind of target.
    fn target(from: &str, reference: &str) -> String {
        let source = Source::parse("a.yaml", DOCUMENT).unwrap();
        let resolver = Resolver::new(source.root());
        let from = descend(source.root(), from).unwrap();
        match resolver.target(from, reference) {
            ReferenceTarget::Node(node) => {
                node.get_str("name").or(node.as_str()).unwrap_or("unnamed").to_owned()
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn decodes_pointers() {
        for reference in ["#/50%25~1%C3%A4~0", "#/50%25%7E1ä%7e0", "#/50%~1ä~0"] {
            assert_eq!(target("", reference), "six", "{reference}");
        }
        assert_eq!(target("", "#/paths/~1a%20b~1{id}/get"), "path");
        assert_eq!(target("", "#/paths/~1a%20b~1%7Bid%7D/get"), "path");
        assert_eq!(target("", "#/glazes/0"), "one");
    }

    #[test]
    fn finds_anchors_within_their_resource() {
        assert_eq!(target("", "#first"), "one");
        assert_eq!(target("", "#node"), "five");
        assert_eq!(target("", "#deep"), "Missing");
        assert_eq!(target("/glazes/1", "#deep"), "two");
        assert_eq!(target("", "shades/blue#deep"), "two");
    }

    #[test]
    fn resolves_identifiers_against_the_nearest_one() {
        assert_eq!(target("", "https://kiln.example/api/shades/blue#/$defs/own"), "three");
        assert_eq!(target("/glazes/1/$defs", "blue#/$defs/own"), "three");
        assert_eq!(target("/glazes/2", "inner"), "four");
        assert_eq!(target("/glazes/2/$defs/inner/from", "#"), "four");
        assert_eq!(target("/glazes/2/$defs/inner/from", "/api/openapi.yaml#first"), "one");
    }

    #[test]
    fn pointers_in_a_resource_fall_back_to_the_document() {
        assert_eq!(target("/glazes/1", "#/$defs/own"), "three");
        assert_eq!(target("/glazes/1", "#/glazes/0"), "one");
    }

    #[test]
    fn tells_missing_targets_from_other_documents() {
        for reference in ["#/nowhere", "#nowhere", "#/glazes/7", "#/glazes/-", "#/%FF"] {
            assert_eq!(target("", reference), "Missing", "{reference}");
        }
        for reference in ["other.yaml", "other.yaml#/a", "https://kiln.example/", "a b", "./x#y"] {
            assert_eq!(target("", reference), "OtherDocument", "{reference}");
        }
    }

    #[test]
    fn dynamic_references_have_every_schema_of_their_anchor_as_a_target() {
        let text = "a: {$dynamicAnchor: x}\nb: {$dynamicAnchor: x}\nc: {$anchor: y}\n";
        let source = Source::parse("a.yaml", text).unwrap();
        let resolver = Resolver::new(source.root());
        let count = |reference| resolver.dynamic_targets(source.root(), reference).map(|t| t.len());
        assert_eq!(count("#x"), Ok(2));
        assert_eq!(count("#y"), Ok(1));
        assert_eq!(count("#/b"), Ok(1));
        assert_eq!(count("#z"), Err(ReferenceTarget::Missing));
    }
}
