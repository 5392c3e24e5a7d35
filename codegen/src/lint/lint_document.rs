//! A document with its OpenAPI objects.

use std::collections::{BTreeSet, HashMap};

use super::findings::Location;
use super::object_node::ObjectNode;
use super::openapi30::{METHODS, ObjectType, PATH_ITEM};
use crate::document::pointer::Pointer;
use crate::document::{Node, reference};

/// The maximum number of nested `allOf` wrappers, which may be circular.
const MAX_WRAPPERS: usize = 64;

/// A document with its OpenAPI objects.
#[derive(Debug)]
pub(crate) struct LintDocument<'d> {
    root: &'d Node,
    objects: Vec<ObjectNode<'d>>,
    by_pointer: HashMap<Pointer, usize>,
}

/// An operation: a method of a path.
#[derive(Debug)]
pub(crate) struct LintOperation<'s, 'd> {
    /// The path.
    pub path: String,
    /// The method in lower case.
    pub method: &'static str,
    /// The path item.
    pub item: &'s ObjectNode<'d>,
    /// The operation object.
    pub object: &'s ObjectNode<'d>,
}

impl<'d> LintDocument<'d> {
    /// Indexes the objects of a document by their pointers.
    pub(crate) fn new(root: &'d Node, objects: Vec<ObjectNode<'d>>) -> Self {
        let pointers = objects.iter().map(|object| object.location.pointer.clone());
        let by_pointer = pointers.zip(0..).collect();
        Self { root, objects, by_pointer }
    }

    /// Returns the root of the document.
    pub(crate) fn root(&self) -> &'d Node {
        self.root
    }

    /// Returns all objects and references.
    pub(crate) fn objects(&self) -> &[ObjectNode<'d>] {
        &self.objects
    }

    /// Returns the objects of one type, without references.
    pub(crate) fn all(&self, of: &'static ObjectType) -> impl Iterator<Item = &ObjectNode<'d>> {
        self.objects.iter().filter(|object| object.is(of))
    }

    /// Returns the entries of `components/schemas`, including references.
    pub(crate) fn named_schemas(&self) -> impl Iterator<Item = &ObjectNode<'d>> {
        self.objects.iter().filter(|object| object.is_named_schema())
    }

    /// Returns the object or reference at `pointer`.
    pub(crate) fn object_at(&self, pointer: &Pointer) -> Option<&ObjectNode<'d>> {
        self.by_pointer.get(pointer).map(|index| &self.objects[*index])
    }

    /// Returns the OpenAPI Object, which is the root.
    pub(crate) fn openapi(&self) -> Option<&ObjectNode<'d>> {
        self.object_at(&Pointer::root())
    }

    /// Returns the object or reference in a field.
    pub(crate) fn child(&self, object: &ObjectNode<'d>, key: &str) -> Option<&ObjectNode<'d>> {
        object.get(key)?;
        self.object_at(&object.location.pointer.child(key))
    }

    /// Returns the objects and references in a map or array field.
    pub(crate) fn children(&self, object: &ObjectNode<'d>, key: &str) -> Vec<&ObjectNode<'d>> {
        let members = object.entries(key).map(|(_, location, _)| location);
        let elements = object.elements(key).map(|(location, _)| location);
        members.chain(elements).filter_map(|at| self.object_at(&at.pointer)).collect()
    }

    /// Follows references. Returns `None` if they are circular or unresolved.
    pub(crate) fn resolve<'s>(&'s self, object: &'s ObjectNode<'d>) -> Option<&'s ObjectNode<'d>> {
        if !object.is_reference() {
            return Some(object);
        }
        let (pointer, _) = reference::follow(self.root, object.node)?;
        self.object_at(&pointer)
    }

    /// Follows references and every `allOf` with a single element, which only adds a
    /// description.
    pub(crate) fn unwrap_all_of<'s>(
        &'s self,
        object: &'s ObjectNode<'d>,
    ) -> Option<&'s ObjectNode<'d>> {
        let mut object = self.resolve(object)?;
        for _ in 0..MAX_WRAPPERS {
            let [only] = self.children(object, "allOf")[..] else { return Some(object) };
            object = self.resolve(only)?;
        }
        None
    }

    /// Returns the operations in document order.
    pub(crate) fn operations(&self) -> Vec<LintOperation<'_, 'd>> {
        let paths = Pointer::root().child("paths");
        let mut operations = Vec::new();
        for item in self.all(&PATH_ITEM) {
            let Some(path) = item.key() else { continue };
            // Path items of callbacks are not part of the API.
            if item.location.pointer != paths.child(&path) {
                continue;
            }
            for method in METHODS.iter().copied() {
                if let Some(object) = self.child(item, method) {
                    operations.push(LintOperation { path: path.clone(), method, item, object });
                }
            }
        }
        operations
    }

    /// Returns the parameters of an operation with the locations of their list entries.
    /// They include the parameters of its path item that it does not override.
    pub(crate) fn parameters<'s>(
        &'s self,
        operation: &LintOperation<'s, 'd>,
    ) -> Vec<(&'s ObjectNode<'d>, Location)> {
        let mut parameters = self.listed_parameters(operation.object);
        let own: BTreeSet<_> = parameters.iter().map(|(own, _)| parameter_key(own)).collect();
        let shared = self.listed_parameters(operation.item);
        parameters
            .extend(shared.into_iter().filter(|(shared, _)| !own.contains(&parameter_key(shared))));
        parameters
    }

    fn listed_parameters<'s>(
        &'s self,
        parent: &ObjectNode<'d>,
    ) -> Vec<(&'s ObjectNode<'d>, Location)> {
        let entries = self.children(parent, "parameters").into_iter();
        entries.filter_map(|entry| Some((self.resolve(entry)?, entry.here()))).collect()
    }
}

/// Returns `name` and `in`, which identify a parameter.
pub(crate) fn parameter_key<'d>(parameter: &ObjectNode<'d>) -> (Option<&'d str>, Option<&'d str>) {
    (parameter.get_str("name"), parameter.get_str("in"))
}
