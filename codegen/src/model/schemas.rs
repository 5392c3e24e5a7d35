//! Queries about schemas.

use std::collections::BTreeSet;

use crate::document::nullable::is_null_only;
use crate::document::pointer::Pointer;
use crate::document::{Member, Node, reference};
use crate::pattern::Pattern;

/// The maximum number of nested aliases. Stops circular ones.
const MAX_ALIASES: usize = 64;

/// A string format that the client validates.
pub(crate) struct ValidatedFormat {
    /// The name in the document.
    name: &'static str,
    /// The variant of the client's `Format`.
    pub variant: &'static str,
    /// The provider of the type.
    pub provider: TypeProvider,
}

/// The provider of the Rust type for a format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeProvider {
    /// typify uses an existing type, such as those of `chrono`.
    Typify,
    /// The client defines a type. The path is that of a macro that adds the methods of
    /// this format to the type.
    Client(&'static str),
}

const STRING_FORMATS: &[ValidatedFormat] = &[
    ValidatedFormat { name: "date", variant: "Date", provider: TypeProvider::Typify },
    ValidatedFormat { name: "date-time", variant: "DateTime", provider: TypeProvider::Typify },
    ValidatedFormat { name: "decimal", variant: "Decimal", provider: TypeProvider::Typify },
    ValidatedFormat {
        name: "iso-3166-1-alpha-3",
        variant: "CountryCode",
        provider: TypeProvider::Client("crate::scalars::country::country_code"),
    },
];

/// Returns the named schemas in document order.
pub(crate) fn components(root: &Node) -> impl Iterator<Item = &Member> {
    root.find(&schemas_pointer()).into_iter().flat_map(Node::members)
}

/// Returns the pointer to `components/schemas`.
pub(crate) fn schemas_pointer() -> Pointer {
    Pointer::root().descend(["components", "schemas"])
}

/// Returns the schema with this name.
pub(crate) fn component<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    root.find(&schemas_pointer().child(name))
}

/// Returns the names of the schemas that a part of the document refers to, directly or
/// indirectly.
pub(crate) fn reachable<'n>(root: &'n Node, part: &'n Node) -> BTreeSet<&'n str> {
    let mut names = BTreeSet::new();
    let mut followed = BTreeSet::new();
    let mut pending = vec![part];
    while let Some(node) = pending.pop() {
        names.extend(reference::schema_name(node));
        if let Some(target) = reference::target(node)
            && !followed.contains(&target)
        {
            pending.extend(root.find(&target));
            followed.insert(target);
        }
        pending.extend(node.elements());
        pending.extend(node.members().iter().map(|member| &member.node));
    }
    names
}

/// Returns the names of the schemas that requests contain.
pub(crate) fn sent(root: &Node) -> BTreeSet<&str> {
    in_operations(root, "requestBody")
}

/// Returns the names of the schemas that responses contain.
pub(crate) fn received(root: &Node) -> BTreeSet<&str> {
    in_operations(root, "responses")
}

fn in_operations<'n>(root: &'n Node, key: &str) -> BTreeSet<&'n str> {
    let paths = root.get("paths").into_iter().flat_map(Node::members);
    let operations = paths.flat_map(|path| path.node.members());
    let parts = operations.filter_map(|operation| operation.node.get(key));
    parts.flat_map(|part| reachable(root, part)).collect()
}

/// Returns whether a property occurs in responses only.
pub(crate) fn is_read_only(root: &Node, property: &Node) -> bool {
    reference::resolve(root, property).is_some_and(|property| property.is_true("readOnly"))
}

/// Returns whether a property occurs in requests only.
pub(crate) fn is_write_only(root: &Node, property: &Node) -> bool {
    reference::resolve(root, property).is_some_and(|property| property.is_true("writeOnly"))
}

/// Returns whether a schema allows null.
pub(crate) fn is_nullable(root: &Node, schema: &Node) -> bool {
    let schema = unwrap_alias(root, schema);
    schema.is_true("nullable") || alternatives(root, schema).is_some_and(|found| found.nullable)
}

/// The alternatives of a `oneOf` or `anyOf`.
pub(crate) struct Alternatives<'n> {
    /// `oneOf` or `anyOf`.
    pub keyword: &'static str,
    /// The alternatives other than null.
    pub schemas: Vec<&'n Node>,
    /// True if null is an alternative.
    pub nullable: bool,
}

/// Returns the alternatives of a schema with `oneOf` or `anyOf`.
pub(crate) fn alternatives<'n>(root: &'n Node, schema: &'n Node) -> Option<Alternatives<'n>> {
    let (keyword, list) =
        ["oneOf", "anyOf"].into_iter().find_map(|keyword| Some((keyword, schema.get(keyword)?)))?;
    let is_null = |node: &&'n Node| reference::resolve(root, node).is_some_and(is_null_only);
    let (nulls, schemas): (Vec<_>, Vec<_>) = list.elements().iter().partition(is_null);
    Some(Alternatives { keyword, schemas, nullable: !nulls.is_empty() })
}

/// Returns the only element of an `allOf`, which merely adds a description.
pub(crate) fn unwrap_all_of(schema: &Node) -> Option<&Node> {
    match schema.get("allOf")?.elements() {
        [only] => Some(only),
        _ => None,
    }
}

/// Follows references and every `allOf` with one element.
pub(crate) fn unwrap_alias<'n>(root: &'n Node, mut schema: &'n Node) -> &'n Node {
    for _ in 0..MAX_ALIASES {
        let next = match reference::schema_name(schema) {
            Some(name) => component(root, name),
            None => unwrap_all_of(schema),
        };
        match next {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// Returns the name and the rules of the client's string type for a schema that refers to one,
/// directly or by an `allOf` with one element.
pub(crate) fn named_string_type<'n>(
    root: &'n Node,
    mut schema: &'n Node,
) -> Option<(&'n str, StringConstraints)> {
    while let Some(inner) = unwrap_all_of(schema) {
        schema = inner;
    }
    let name = reference::schema_name(schema)?;
    Some((name, string_type(component(root, name)?)?))
}

/// The validation rules of a string schema.
pub(crate) struct StringConstraints {
    /// The minimum and maximum length in characters.
    pub length: (u64, Option<u64>),
    /// The pattern.
    pub pattern: Option<Pattern>,
    /// The format.
    pub format: Option<&'static ValidatedFormat>,
    /// The known values of an enum.
    pub values: Vec<String>,
}

/// Returns the rules of a string schema, or `None` for any other type.
pub(crate) fn string_constraints(schema: &Node) -> Option<StringConstraints> {
    if schema.get_str("type")? != "string" {
        return None;
    }
    let bound =
        |key| schema.get(key).and_then(Node::as_integer).and_then(|n| u64::try_from(n).ok());
    let format = schema.get_str("format");
    let values = schema.get("enum").into_iter().flat_map(Node::elements);
    Some(StringConstraints {
        length: (bound("minLength").unwrap_or(0), bound("maxLength")),
        pattern: schema.get_str("pattern").and_then(|pattern| Pattern::parse(pattern).ok()),
        format: format.and_then(|name| STRING_FORMATS.iter().find(|format| format.name == name)),
        values: values.filter_map(Node::as_str).map(str::to_owned).collect(),
    })
}

impl StringConstraints {
    /// Returns whether every string is valid.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == (0, None)
            && self.pattern.is_none()
            && self.format.is_none()
            && self.values.is_empty()
    }
}

/// Returns the rules of a schema that becomes a string type of the client. typify
/// generates the types of all other schemas.
pub(crate) fn string_type(schema: &Node) -> Option<StringConstraints> {
    string_constraints(schema).filter(|rules| {
        let is_typify = |format: &ValidatedFormat| format.provider == TypeProvider::Typify;
        !rules.is_empty() && !rules.format.is_some_and(is_typify)
    })
}
