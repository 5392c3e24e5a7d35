//! References: the resolver of `$ref`, and the limits of reading references.

use crate::document::pointer::Pointer;
use crate::document::{Node, reference};

/// The limit of a chain of references to references, and of schemas that include
/// each other by `allOf`, `anyOf`, `oneOf` and `$ref`.
pub(super) const MAX_NESTING: usize = 100;

/// The id of the limit of nested references.
pub(super) const TOO_DEEP: &str = "nesting-too-deep";

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

/// Resolves the local references of one document.
#[derive(Clone, Copy)]
pub(super) struct References<'s> {
    root: &'s Node,
}

impl<'s> References<'s> {
    pub(super) fn new(root: &'s Node) -> Self {
        Self { root }
    }

    /// Returns the target of the `$ref` of a node; `None` if there is no `$ref` or
    /// it leads nowhere.
    pub(super) fn target(self, node: &Node) -> Option<&'s Node> {
        self.root.find(&reference::target(node)?)
    }

    /// Follows the references of an object that is not a schema.
    ///
    /// A reference without a target is returned as it is; its contents are missing.
    pub(super) fn resolve(self, node: &'s Node) -> Limited<'s, &'s Node> {
        self.follow(node, |_| true)
    }

    /// Follows references from node to node as long as `is_followed` returns true.
    ///
    /// A chain that leads back to itself ends at a reference of the cycle.
    pub(super) fn follow(
        self,
        node: &'s Node,
        is_followed: impl Fn(&Node) -> bool,
    ) -> Limited<'s, &'s Node> {
        let mut end = node;
        let mut visited: Vec<*const Node> = Vec::new();
        while is_followed(end) {
            let Some(next) = self.target(end) else { break };
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
}

/// Returns the pointer to a node of a document, by its address.
pub(super) fn pointer_to(root: &Node, node: &Node) -> Option<Pointer> {
    fn search(within: &Node, wanted: &Node, at: &mut Vec<String>) -> bool {
        if std::ptr::eq(within, wanted) {
            return true;
        }
        let members = within.members().iter().map(|member| (member.key.clone(), &member.node));
        let elements = within.elements().iter().enumerate();
        let elements = elements.map(|(index, node)| (index.to_string(), node));
        members.chain(elements).any(|(token, child)| {
            at.push(token);
            search(child, wanted, at) || {
                at.pop();
                false
            }
        })
    }
    let mut tokens = Vec::new();
    search(root, node, &mut tokens).then(|| Pointer::root().descend(tokens))
}
