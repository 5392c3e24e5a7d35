//! Nodes of a document with their OpenAPI object types.

use std::ptr;

use super::findings::Location;
use super::openapi30::{ObjectType, SCHEMA};
use crate::document::pointer::Pointer;
use crate::document::{Member, Node};

/// An OpenAPI object in a document, or a reference in its place.
#[derive(Debug)]
pub(crate) struct ObjectNode<'d> {
    /// The type of the object.
    pub object_type: &'static ObjectType,
    /// The location of the key or array element.
    pub location: Location,
    /// The object.
    pub node: &'d Node,
}

impl<'d> ObjectNode<'d> {
    /// Returns whether this is an object of the type, and not a reference.
    pub(crate) fn is(&self, object_type: &ObjectType) -> bool {
        ptr::eq(self.object_type, object_type) && !self.is_reference()
    }

    /// Returns whether this is a schema or a reference to a schema.
    pub(crate) fn is_in_schema_position(&self) -> bool {
        ptr::eq(self.object_type, &SCHEMA)
    }

    /// Returns whether this is a reference.
    pub(crate) fn is_reference(&self) -> bool {
        self.node.get("$ref").is_some()
    }

    /// Returns whether this is an entry of `components/schemas`.
    pub(crate) fn is_named_schema(&self) -> bool {
        let name = self.location.pointer.as_str().strip_prefix("/components/schemas/");
        self.is_in_schema_position() && name.is_some_and(|name| !name.contains('/'))
    }

    /// Returns the key of the object in its parent.
    pub(crate) fn key(&self) -> Option<String> {
        self.location.pointer.last()
    }

    /// Returns the value of a field.
    pub(crate) fn get(&self, key: &str) -> Option<&'d Node> {
        self.node.get(key)
    }

    /// Returns the value of a string field.
    pub(crate) fn get_str(&self, key: &str) -> Option<&'d str> {
        self.node.get_str(key)
    }

    /// Returns whether a field is `true`.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.node.is_true(key)
    }

    /// Returns whether a field is missing or `false`. Other types are invalid.
    pub(crate) fn is_false(&self, key: &str) -> bool {
        self.get(key).is_none_or(|node| node.as_bool() == Some(false))
    }

    /// Returns the location of a field, or of the object if the field is missing.
    pub(crate) fn at(&self, key: &str) -> Location {
        match self.node.member(key) {
            Some(member) => member_location(&self.location.pointer, member),
            None => self.location.clone(),
        }
    }

    /// Returns the location of the object.
    pub(crate) fn here(&self) -> Location {
        self.location.clone()
    }

    /// Returns the members of an object field.
    pub(crate) fn entries(&self, key: &str) -> impl Iterator<Item = (&'d str, Location, &'d Node)> {
        let parent = self.location.pointer.child(key);
        let members = self.get(key).map(Node::members).unwrap_or_default().iter();
        members.map(move |member| {
            (member.key.as_str(), member_location(&parent, member), &member.node)
        })
    }

    /// Returns the elements of an array field.
    pub(crate) fn elements(&self, key: &str) -> impl Iterator<Item = (Location, &'d Node)> {
        let parent = self.location.pointer.child(key);
        let elements = self.get(key).map(Node::elements).unwrap_or_default();
        elements.iter().enumerate().map(move |(index, element)| {
            (Location { position: element.position, pointer: parent.child(index) }, element)
        })
    }
}

/// Returns the location of a member of the object at `parent`.
pub(crate) fn member_location(parent: &Pointer, member: &Member) -> Location {
    Location { position: member.key_position, pointer: parent.child(&member.key) }
}
