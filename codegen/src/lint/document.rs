//! A document whose objects are known by what the openapi30 says they are.

use std::collections::HashMap;
use std::ptr;

use super::findings::{Findings, Place};
use super::openapi30::{METHODS, Object, PATH_ITEM, SCHEMA};
use super::walk;
use crate::document::pointer::Pointer;
use crate::document::{Member, Node};

/// So many references are followed; those of a valid document are done long before.
const MAX_STEPS: usize = 64;

/// An object of the specification, or a reference to one, in a document.
#[derive(Debug)]
pub(crate) struct Site<'d> {
    /// What the openapi30 says it is.
    pub object: &'static Object,
    /// Where it is: the key, or the element of an array.
    pub place: Place,
    /// The object itself.
    pub node: &'d Node,
}

impl<'d> Site<'d> {
    /// Whether this is an object of that kind, and not a reference to one.
    pub(crate) fn is(&self, object: &Object) -> bool {
        ptr::eq(self.object, object) && !self.is_reference()
    }

    /// Whether `$ref` stands in the place of the object.
    pub(crate) fn is_reference(&self) -> bool {
        self.node.get("$ref").is_some()
    }

    /// Whether this is one of the named schemas, or a reference in the place of one.
    pub(crate) fn is_named_schema(&self) -> bool {
        let name = self.place.pointer.as_str().strip_prefix("/components/schemas/");
        ptr::eq(self.object, &SCHEMA) && name.is_some_and(|name| !name.contains('/'))
    }

    /// The value under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&'d Node> {
        self.node.get(key)
    }

    /// The text under `key`.
    pub(crate) fn text(&self, key: &str) -> Option<&'d str> {
        self.get(key)?.as_str()
    }

    /// Whether `key` is there and true.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Node::as_bool) == Some(true)
    }

    /// Whether `key` is absent or false, and not something else altogether.
    pub(crate) fn is_off(&self, key: &str) -> bool {
        self.get(key).is_none_or(|node| node.as_bool() == Some(false))
    }

    /// Where the value under `key` is; where the object is if it has no such key.
    pub(crate) fn at(&self, key: &str) -> Place {
        match self.node.member(key) {
            Some(member) => child_of(&self.place.pointer, member),
            None => self.place.clone(),
        }
    }

    /// Where the object is.
    pub(crate) fn here(&self) -> Place {
        self.place.clone()
    }

    /// The value under `key`, member by member.
    pub(crate) fn entries(&self, key: &str) -> impl Iterator<Item = (&'d str, Place, &'d Node)> {
        let (within, node) = self.within(key);
        let members = node.map(Node::members).unwrap_or_default().iter();
        members.map(move |member| (member.key.as_str(), child_of(&within, member), &member.node))
    }

    /// The value under `key`, element by element.
    pub(crate) fn elements(&self, key: &str) -> impl Iterator<Item = (Place, &'d Node)> {
        let (within, node) = self.within(key);
        let elements = node.map(Node::elements).unwrap_or_default();
        elements.iter().enumerate().map(move |(index, element)| {
            (Place { position: element.position, pointer: within.child(index) }, element)
        })
    }

    fn within(&self, key: &str) -> (Pointer, Option<&'d Node>) {
        match self.get(key) {
            Some(node) => (self.place.pointer.child(key), Some(node)),
            None => (Pointer::root(), None),
        }
    }
}

/// Where a member of what `within` points to is.
pub(super) fn child_of(within: &Pointer, member: &Member) -> Place {
    Place { position: member.key_position, pointer: within.child(&member.key) }
}

/// A document whose objects are known.
#[derive(Debug)]
pub(crate) struct Document<'d> {
    sites: Vec<Site<'d>>,
    by_pointer: HashMap<Pointer, usize>,
}

/// A method of a path.
#[derive(Debug)]
pub(crate) struct Operation<'s, 'd> {
    /// The path, as `paths` has it.
    pub path: String,
    /// The method, in lower case.
    pub method: &'static str,
    /// The path item.
    pub item: &'s Site<'d>,
    /// The operation.
    pub site: &'s Site<'d>,
}

impl<'d> Document<'d> {
    /// Reads the document, and reports what breaks the openapi30.
    pub(crate) fn read(root: &'d Node, findings: &mut Findings) -> Self {
        let sites = walk::sites(root, findings);
        let pointers = sites.iter().map(|site| site.place.pointer.clone());
        let by_pointer = pointers.zip(0..).collect();
        Self { sites, by_pointer }
    }

    /// Every object and every reference, each after what it is in.
    pub(crate) fn sites(&self) -> &[Site<'d>] {
        &self.sites
    }

    /// The objects of one kind, without references to them.
    pub(crate) fn all(&self, object: &'static Object) -> impl Iterator<Item = &Site<'d>> {
        self.sites.iter().filter(|site| site.is(object))
    }

    /// The object or reference that `pointer` points to.
    pub(crate) fn site(&self, pointer: &Pointer) -> Option<&Site<'d>> {
        self.by_pointer.get(pointer).map(|index| &self.sites[*index])
    }

    /// The object or reference under `key` of another.
    pub(crate) fn child(&self, site: &Site<'d>, key: &str) -> Option<&Site<'d>> {
        site.get(key)?;
        self.site(&site.place.pointer.child(key))
    }

    /// The objects and references in the object or array under `key`.
    pub(crate) fn children(&self, site: &Site<'d>, key: &str) -> Vec<&Site<'d>> {
        let members = site.entries(key).map(|(_, place, _)| place);
        let elements = site.elements(key).map(|(place, _)| place);
        members.chain(elements).filter_map(|place| self.site(&place.pointer)).collect()
    }

    /// The object itself, or the one that the reference ends at; `None` where it
    /// leads nowhere or round in a circle.
    pub(crate) fn resolve<'s>(&'s self, site: &'s Site<'d>) -> Option<&'s Site<'d>> {
        let mut site = site;
        for _ in 0..MAX_STEPS {
            let Some(reference) = site.get("$ref") else { return Some(site) };
            site = self.site(&Pointer::from_reference(reference.as_str()?)?)?;
        }
        None
    }

    /// What `resolve` gives, taken out of every `allOf` with one element, which merely
    /// carries a description.
    pub(crate) fn unwrapped<'s>(&'s self, site: &'s Site<'d>) -> Option<&'s Site<'d>> {
        let mut site = self.resolve(site)?;
        for _ in 0..MAX_STEPS {
            let [only] = self.children(site, "allOf")[..] else { return Some(site) };
            site = self.resolve(only)?;
        }
        None
    }

    /// The operations, in the order of the document.
    pub(crate) fn operations(&self) -> Vec<Operation<'_, 'd>> {
        let paths = Pointer::root().child("paths");
        let mut operations = Vec::new();
        for item in self.all(&PATH_ITEM) {
            let Some(path) = item.place.pointer.last() else { continue };
            if item.place.pointer != paths.child(&path) {
                continue;
            }
            for method in METHODS.iter().copied() {
                if let Some(site) = self.child(item, method) {
                    operations.push(Operation { path: path.clone(), method, item, site });
                }
            }
        }
        operations
    }
}
