//! How the emitters look at a schema: what it refers to, what it allows besides
//! null, and which of the client's own types stand for it.

use std::collections::BTreeSet;

use crate::document::pointer::Pointer;
use crate::document::{Member, Node, Value};
use crate::pattern::Pattern;

/// A format of strings that the client checks.
pub(super) struct TextFormat {
    /// Its name in the document.
    name: &'static str,
    /// The variant of the client's `Format`.
    pub variant: &'static str,
    /// Who has a type for it.
    pub owner: Owner,
}

/// Who has a type for a format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// typify: a type of `chrono`.
    Typify,
    /// The client. The path is that of the macro that gives a named schema of this
    /// format what its kind of value can do.
    Client(&'static str),
}

const TEXT_FORMATS: &[TextFormat] = &[
    TextFormat { name: "date", variant: "Date", owner: Owner::Typify },
    TextFormat { name: "date-time", variant: "DateTime", owner: Owner::Typify },
    TextFormat {
        name: "iso-3166-1-alpha-3",
        variant: "CountryCode",
        owner: Owner::Client("crate::scalars::country::country_code"),
    },
];

/// The named schemas of a document, in its order.
pub(super) fn components(root: &Node) -> impl Iterator<Item = &Member> {
    root.find(&schemas_pointer()).into_iter().flat_map(Node::members)
}

pub(super) fn schemas_pointer() -> Pointer {
    Pointer::root().descend(["components", "schemas"])
}

/// The schema called `name`.
pub(super) fn component<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    root.find(&schemas_pointer().child(name))
}

/// The name of the schema that this one refers to, if it is a reference.
pub(super) fn reference(schema: &Node) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// The names of the schemas that `part` of the document refers to, directly or not.
pub(super) fn reached<'n>(root: &'n Node, part: &'n Node) -> BTreeSet<&'n str> {
    let mut reached = BTreeSet::new();
    let mut followed = BTreeSet::new();
    let mut pending = vec![part];
    while let Some(node) = pending.pop() {
        reached.extend(reference(node));
        if let Some(target) = node.get("$ref").and_then(Node::as_str)
            && followed.insert(target)
        {
            let pointer = Pointer::from_reference(target);
            pending.extend(pointer.and_then(|pointer| root.find(&pointer)));
        }
        pending.extend(node.elements());
        pending.extend(node.members().iter().map(|member| &member.node));
    }
    reached
}

/// Whether this is the schema of null and nothing else.
pub(super) fn is_null(schema: &Node) -> bool {
    schema.get("nullable").and_then(Node::as_bool) == Some(true)
        && schema.get("enum").is_some_and(|values| {
            !values.elements().is_empty()
                && values.elements().iter().all(|value| value.value == Value::Null)
        })
}

/// The alternatives of a `oneOf` or `anyOf`, apart from null.
pub(super) struct Alternatives<'n> {
    /// `oneOf` or `anyOf`.
    pub keyword: &'static str,
    /// Those that allow something besides null.
    pub schemas: Vec<&'n Node>,
    /// Whether there is one for null.
    pub nullable: bool,
}

pub(super) fn alternatives<'n>(root: &'n Node, schema: &'n Node) -> Option<Alternatives<'n>> {
    let (keyword, list) =
        ["oneOf", "anyOf"].into_iter().find_map(|keyword| Some((keyword, schema.get(keyword)?)))?;
    let resolve = |node: &'n Node| match reference(node) {
        Some(name) => component(root, name).unwrap_or(node),
        None => node,
    };
    let (nulls, schemas): (Vec<_>, Vec<_>) =
        list.elements().iter().partition(|node| is_null(resolve(node)));
    Some(Alternatives { keyword, schemas, nullable: !nulls.is_empty() })
}

/// The only element of an `allOf`, which then merely carries a description.
pub(super) fn wrapped(schema: &Node) -> Option<&Node> {
    match schema.get("allOf")?.elements() {
        [only] => Some(only),
        _ => None,
    }
}

/// The rules of a string schema, as the client checks them.
pub(super) struct StringRules {
    /// Bounds of the length in characters.
    pub length: (u64, Option<u64>),
    /// What the characters must be.
    pub pattern: Option<Pattern>,
    /// What the text stands for.
    pub format: Option<&'static TextFormat>,
    /// The known values of an enum.
    pub values: Vec<String>,
}

/// The rules of a string schema; `None` where it is no string.
pub(super) fn text_rules(schema: &Node) -> Option<StringRules> {
    if schema.get("type")?.as_str()? != "string" {
        return None;
    }
    let bound =
        |key| schema.get(key).and_then(Node::as_integer).and_then(|n| u64::try_from(n).ok());
    let format = schema.get("format").and_then(Node::as_str);
    let values = schema.get("enum").into_iter().flat_map(Node::elements);
    let rules = StringRules {
        length: (bound("minLength").unwrap_or(0), bound("maxLength")),
        pattern: schema
            .get("pattern")
            .and_then(Node::as_str)
            .and_then(|pattern| Pattern::parse(pattern).ok()),
        format: format.and_then(|name| TEXT_FORMATS.iter().find(|row| row.name == name)),
        values: values.filter_map(Node::as_str).map(str::to_owned).collect(),
    };
    Some(rules)
}

impl StringRules {
    /// Whether every text passes.
    pub(super) fn is_empty(&self) -> bool {
        self.length == (0, None)
            && self.pattern.is_none()
            && self.format.is_none()
            && self.values.is_empty()
    }
}

/// The rules of a named schema that becomes a type of our own: a string with
/// rules. All others are typify's.
pub(super) fn string_type(schema: &Node) -> Option<StringRules> {
    text_rules(schema).filter(|rules| {
        !rules.is_empty() && rules.format.is_none_or(|format| format.owner != Owner::Typify)
    })
}
