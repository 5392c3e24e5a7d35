//! References: the targets of `$ref` and `$dynamicRef`, and the limits of following them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::document::Node;
use crate::document::pointer::Pointer;
use crate::document::resolver::{ReferenceTarget, Resolver};

/// The limit of a chain of references to references, and of schemas that include
/// each other by `allOf`, `anyOf`, `oneOf` and `$ref`.
pub(super) const MAX_NESTING: usize = 100;

/// The id of the limit of nested references.
pub(super) const TOO_DEEP: &str = "nesting-too-deep";

/// The keywords that refer to a schema.
pub(super) const REFERENCE_KEYWORDS: [&str; 2] = ["$ref", "$dynamicRef"];

/// A limit that a document exceeds, and the place.
#[derive(Debug)]
pub(super) struct LimitExceeded<'s> {
    pub(super) node: &'s Node,
    /// The id of the limit.
    pub(super) rule: &'static str,
    pub(super) message: String,
}

/// A result that fails where the document exceeds a limit.
pub(super) type Limited<'s, T> = Result<T, LimitExceeded<'s>>;

/// The targets of a reference within the document.
pub(super) enum Targets<'s> {
    One(&'s Node),
    /// The schemas with the anchor of a `$dynamicRef`. The schemas around the reference
    /// select one of them.
    Several(Vec<&'s Node>),
    /// No node of this document.
    None,
}

/// Resolves the references of one document, and keeps those without a target.
pub(super) struct References<'s> {
    resolver: Resolver<'s>,
    /// The references to places in this document that do not exist.
    missing: RefCell<HashMap<*const Node, &'s Node>>,
    /// The references to other documents.
    external: RefCell<HashMap<*const Node, &'s Node>>,
}

impl<'s> References<'s> {
    pub(super) fn new(root: &'s Node) -> Self {
        Self {
            resolver: Resolver::new(root),
            missing: RefCell::default(),
            external: RefCell::default(),
        }
    }

    /// Returns the targets of one of the [`REFERENCE_KEYWORDS`] of a node, and its text;
    /// `None` if the node lacks the keyword.
    pub(super) fn targets(&self, node: &'s Node, keyword: &str) -> Option<(&'s str, Targets<'s>)> {
        let value = node.get(keyword)?;
        let text = value.as_str()?;
        let found = if keyword == "$dynamicRef" {
            self.resolver.dynamic_targets(node, text)
        } else {
            match self.resolver.target(node, text) {
                ReferenceTarget::Node(target) => Ok(vec![target]),
                other => Err(other),
            }
        };
        let targets = match found {
            Ok(nodes) if nodes.len() == 1 => Targets::One(nodes[0]),
            Ok(nodes) => Targets::Several(nodes),
            Err(target) => {
                let is_external = target == ReferenceTarget::OtherDocument;
                let list = if is_external { &self.external } else { &self.missing };
                list.borrow_mut().insert(value, value);
                Targets::None
            }
        };
        Some((text, targets))
    }

    /// Returns the text of the `$ref` of a node, if it leads to another document.
    pub(super) fn external(&self, node: &'s Node) -> Option<&'s str> {
        let reference = node.get_str("$ref")?;
        let target = self.resolver.target(node, reference);
        (target == ReferenceTarget::OtherDocument).then_some(reference)
    }

    /// Follows the references of an object that is not a schema.
    ///
    /// A reference without a target is returned as it is.
    pub(super) fn resolve(&self, node: &'s Node) -> Limited<'s, &'s Node> {
        self.follow(node, |_| true)
    }

    /// Follows references from node to node as long as `is_followed` returns true.
    ///
    /// A chain that leads back to itself ends at a reference of the cycle.
    pub(super) fn follow(
        &self,
        node: &'s Node,
        is_followed: impl Fn(&Node) -> bool,
    ) -> Limited<'s, &'s Node> {
        let mut end = node;
        let mut visited: Vec<*const Node> = Vec::new();
        while is_followed(end) {
            let mut targets =
                REFERENCE_KEYWORDS.iter().filter_map(|keyword| self.targets(end, keyword));
            let (Some((_, Targets::One(next))), None) = (targets.next(), targets.next()) else {
                break;
            };
            visited.push(end);
            if visited.contains(&std::ptr::from_ref(next)) {
                break;
            }
            if visited.len() > MAX_NESTING {
                let message =
                    format!("more than {MAX_NESTING} references lead from one to the next");
                return Err(LimitExceeded { node: end, rule: TOO_DEEP, message });
            }
            end = next;
        }
        Ok(end)
    }

    /// Returns the references that were met and lead nowhere, and those that lead to other
    /// documents, in document order.
    pub(super) fn without_target(&self) -> [Vec<&'s Node>; 2] {
        [&self.missing, &self.external].map(|list| {
            let mut nodes: Vec<_> = list.borrow().values().copied().collect();
            nodes.sort_by_key(|node| node.position);
            nodes
        })
    }
}

/// Returns the pointers to nodes of a document, by their addresses.
pub(super) fn pointers_to(root: &Node, wanted: &[&Node]) -> HashMap<*const Node, Pointer> {
    fn search(
        within: &Node,
        at: &mut Vec<String>,
        missing: &mut HashSet<*const Node>,
        found: &mut HashMap<*const Node, Pointer>,
    ) {
        let address = std::ptr::from_ref(within);
        if missing.remove(&address) {
            found.insert(address, Pointer::root().descend(&*at));
        }
        let members = within.members().iter().map(|member| (member.key.clone(), &member.node));
        let elements = within.elements().iter().enumerate();
        let elements = elements.map(|(index, node)| (index.to_string(), node));
        for (token, child) in members.chain(elements) {
            if missing.is_empty() {
                return;
            }
            at.push(token);
            search(child, at, missing, found);
            at.pop();
        }
    }
    let mut found = HashMap::new();
    let mut missing = wanted.iter().map(|node| std::ptr::from_ref(*node)).collect();
    search(root, &mut Vec::new(), &mut missing, &mut found);
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use crate::contract::Contract;
    use crate::diff::Report;
    use crate::document::Source;

    /// A document whose response has a schema that refers to a component in many ways.
    fn document(schema: &str, leaf: &str) -> String {
        format!(
            "openapi: 3.1.0
paths:
  /a:
    get: {{responses: {{200: {{content: {{application/json: {{schema: {schema}}}}}}}}}}}
components:
  responses:
    'Not found': {{content: {{text/plain: {{schema: {{type: {leaf}}}}}}}}}
  schemas:
    Seed mix: {{type: object, properties: {{cone: {{type: {leaf}}}}}}}
    Anchored: {{$anchor: mix, type: object, properties: {{cone: {{type: {leaf}}}}}}}
    Named:
      $id: https://kiln.example/mix
      $ref: '#/$defs/inner'
      $defs: {{inner: {{type: object, properties: {{cone: {{type: {leaf}}}}}}}}}
    Dynamic: {{$dynamicAnchor: node, type: object, properties: {{cone: {{type: {leaf}}}}}}}
"
        )
    }

    fn contract(text: &str) -> Contract {
        Contract::of(&Source::parse("a.yaml", text).unwrap()).unwrap()
    }

    fn changes(before: &str, after: &str) -> Vec<String> {
        let report = Report::of(&contract(before), &contract(after)).unwrap();
        report.changes.iter().map(|change| change.message.to_string()).collect()
    }

    #[test]
    fn schema_is_the_same_by_any_reference_and_inline() {
        let inline = "{type: object, properties: {cone: {type: string}}}";
        for reference in [
            "{$ref: '#/components/schemas/Seed%20mix'}",
            "{$ref: '#/components/schemas/Seed mix', description: Encoded}",
            "{$ref: '#mix'}",
            "{$ref: 'https://kiln.example/mix'}",
            "{$ref: 'https://kiln.example/mix#/$defs/inner'}",
            "{$ref: '#/components/schemas/Named/$defs/inner'}",
            "{$dynamicRef: '#node'}",
            "{allOf: [{$dynamicRef: '#node'}]}",
        ] {
            let refers = document(reference, "string");
            assert_eq!(changes(&document(inline, "string"), &refers), [""; 0], "{reference}");
            let changed = changes(&refers, &document(reference, "integer"));
            assert_eq!(changed.len(), 1, "{reference}: {changed:?}");
            assert!(changed[0].contains("/cone"), "{changed:?}");
        }
    }

    #[test]
    fn every_object_may_have_an_encoded_reference() {
        let text = document("{}", "string").replace(
            "responses: {200: {content: {application/json: {schema: {}}}}}",
            "responses: {404: {$ref: '#/components/responses/Not%20found'}}",
        );
        let facts = contract(&text).to_text().unwrap();
        assert_eq!(facts, "GET /a · 404 · text/plain · type = string\n");
    }

    #[test]
    fn keeps_every_target_of_an_ambiguous_dynamic_reference() {
        let second = "    Other: {$dynamicAnchor: node, type: array}\n";
        let text = document("{$dynamicRef: '#node'}", "string") + second;
        assert_eq!(
            changes(&text, &text.replace("type: array", "type: boolean")),
            ["The `type` of `Other` in responses was changed from `array` to `boolean`; values \
              that were valid may now be invalid."]
        );
    }

    #[test]
    fn rejects_references_without_a_target() {
        let refusal = |schema: &str| {
            let source = Source::parse("a.yaml", &document(schema, "string")).unwrap();
            Contract::of(&source).unwrap_err().to_string()
        };
        assert_eq!(
            refusal("{properties: {a: {$ref: '#/components/schemas/Nowhere'}, b: {$ref: '#no'}}}"),
            "a.yaml:4:90: error: unresolved reference `#/components/schemas/Nowhere`, at \
             #/paths/~1a/get/responses/200/content/application~1json/schema/properties/a/$ref \
             [unresolved-reference]\n  \
             help: correct the reference, or add its target to the document\n\
             a.yaml:4:133: error: unresolved reference `#no`, at \
             #/paths/~1a/get/responses/200/content/application~1json/schema/properties/b/$ref \
             [unresolved-reference]\n  \
             help: correct the reference, or add its target to the document"
        );
        let many: Vec<_> = (0..50).map(|i| format!("p{i}: {{$ref: '#/{i}'}}")).collect();
        let many = refusal(&format!("{{properties: {{{}}}}}", many.join(", ")));
        assert_eq!(many.matches("unresolved reference `#/").count(), 20);
        assert!(many.contains("(1 of 50)"), "{many}");
        let parameter = document("{}", "string")
            .replace("get: {", "get: {parameters: [{$ref: '#/components/parameters/P'}], ");
        let error = Contract::of(&Source::parse("a.yaml", &parameter).unwrap()).unwrap_err();
        assert!(error.to_string().contains("/parameters/0/$ref"), "{error}");
    }

    #[test]
    fn lists_references_to_other_documents() {
        let text = "
openapi: 3.1.0
paths:
  /a:
    get:
      parameters: [{$ref: 'common.yaml#/P'}, {$ref: 'common.yaml#/Q'}]
      requestBody: {$ref: 'common.yaml#/B'}
      callbacks: {c: {$ref: 'common.yaml#/C'}}
      responses:
        200: {content: {application/json: {schema: {$ref: 'kiln.yaml#/Glaze'}}}}
        404: {$ref: 'common.yaml#/R'}
  /b: {$ref: 'paths.yaml#/b'}
";
        let contract = contract(text);
        assert_eq!(
            contract.to_text().unwrap().lines().collect::<Vec<_>>(),
            [
                "GET /a · callback c · external reference = common.yaml#/C",
                "GET /a · external common.yaml#/P · external reference = common.yaml#/P",
                "GET /a · external common.yaml#/Q · external reference = common.yaml#/Q",
                "GET /a · request · external reference = common.yaml#/B",
                "GET /a · 200 · application/json · external reference = kiln.yaml#/Glaze",
                "GET /a · 404 · external reference = common.yaml#/R",
                "PATH ITEM /b · external reference = paths.yaml#/b",
            ]
        );
        assert_eq!(contract.unread().len(), 7);
        assert_eq!(contract.unread()[0].reference, "common.yaml#/P");
        assert_eq!(contract.unread()[0].position.line, 6);
    }
}
