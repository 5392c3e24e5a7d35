//! Finds every object of a document by the grammar, and what breaks the grammar.

use std::collections::HashMap;
use std::ptr;

use super::findings::{Findings, Place};
use super::grammar::{FOREIGN, Field, Kind, MAX_COUNT, METHODS, OPENAPI, Object, PATH_ITEM};
use super::words::{cut, meant, or, shown};
use crate::diagnostic::Position;
use crate::pointer::Pointer;
use crate::source::{Member, Node, Value};

/// So many references are followed; those of a valid document are done long before.
const MAX_STEPS: usize = 64;

/// An object of the specification, or a reference to one, in a document.
#[derive(Debug)]
pub(crate) struct Site<'d> {
    /// What the grammar says it is.
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
        let within = self.place.pointer.child(key);
        self.get(key)
            .into_iter()
            .flat_map(Node::members)
            .map(move |member| (member.key.as_str(), child_of(&within, member), &member.node))
    }

    /// The value under `key`, element by element.
    pub(crate) fn elements(&self, key: &str) -> impl Iterator<Item = (Place, &'d Node)> {
        let within = self.place.pointer.child(key);
        let elements = self.get(key).map(Node::elements).unwrap_or_default();
        elements.iter().enumerate().map(move |(index, element)| {
            (Place { position: element.position, pointer: within.child(index) }, element)
        })
    }
}

fn child_of(within: &Pointer, member: &Member) -> Place {
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
    /// Reads the document, and reports what breaks the grammar.
    pub(crate) fn read(root: &'d Node, findings: &mut Findings) -> Self {
        let mut walker = Walker { sites: Vec::new(), findings };
        let place = Place { position: Position::START, pointer: Pointer::root() };
        walker.object(&OPENAPI, place, root);
        let sites = walker.sites;
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

    /// What `resolve` gives, and then what is in an `allOf` with one element, which
    /// merely carries a description.
    pub(crate) fn unwrap<'s>(&'s self, site: &'s Site<'d>) -> Option<&'s Site<'d>> {
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

struct Walker<'d, 'f> {
    sites: Vec<Site<'d>>,
    findings: &'f mut Findings,
}

impl<'d> Walker<'d, '_> {
    fn value(&mut self, kind: &'static Kind, place: Place, node: &'d Node) {
        if !kind.accepts(node) {
            let (why, help) = mismatch(kind, &place, node);
            self.findings.add(place, why, help);
            return;
        }
        let is_named = matches!(kind, Kind::Named(_));
        match kind {
            Kind::Of(object) => self.object(object, place, node),
            Kind::Component(object) if node.get("$ref").is_some() => {
                self.sites.push(Site { object, place, node });
            }
            Kind::Component(object) => self.object(object, place, node),
            Kind::Named(kind) | Kind::Map(kind) => {
                for member in node.members() {
                    let place = child_of(&place.pointer, member);
                    if is_named && !is_component_name(&member.key) {
                        let message = format!("`{}` is no name for a component", cut(&member.key));
                        let help = "use ASCII letters, digits, `.`, `-` and `_`";
                        self.findings.add(place.clone(), message, help);
                    }
                    self.value(kind, place, &member.node);
                }
            }
            Kind::List(kind) | Kind::NonEmpty(kind) => {
                for (index, element) in node.elements().iter().enumerate() {
                    let pointer = place.pointer.child(index);
                    self.value(kind, Place { position: element.position, pointer }, element);
                }
            }
            Kind::BooleanOr(kind) if node.as_bool().is_none() => self.value(kind, place, node),
            _ => {}
        }
    }

    fn object(&mut self, object: &'static Object, place: Place, node: &'d Node) {
        for member in node.members() {
            let place = child_of(&place.pointer, member);
            match object.kind(&member.key) {
                Some(kind) => self.value(kind, place, &member.node),
                None => self.unknown(object, place, &member.key),
            }
        }
        self.missing(object, &place, node);
        self.sites.push(Site { object, place, node });
    }

    fn unknown(&mut self, object: &Object, place: Place, key: &str) {
        let name = object.name;
        if let Some((_, _, help)) = FOREIGN.iter().find(|row| (row.0, row.1) == (name, key)) {
            let message = format!("`{key}` is not in the {name} Object of OpenAPI 3.0");
            return self.findings.add(place, message, *help);
        }
        let known = object.fields.iter().map(|field| field.name);
        let key = cut(key);
        let message = match &object.others {
            Some(others) => format!("`{key}` is not {}", others.form),
            None => format!("the {name} Object of OpenAPI 3.0 has no field `{key}`"),
        };
        let help = match meant(&key, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if object.others.is_some() => {
                object.others.as_ref().map(|others| others.help).unwrap_or_default().to_owned()
            }
            None if object.extensions => {
                "remove it, or begin its name with `x-` to make it an extension".to_owned()
            }
            None => "remove it".to_owned(),
        };
        self.findings.add(place, message, help);
    }

    fn missing(&mut self, object: &Object, place: &Place, node: &Node) {
        let name = object.name;
        for field in object.fields.iter().filter(|field| field.required) {
            if node.get(field.name).is_none() {
                let message = format!("the {name} Object lacks `{}`", field.name);
                let help = format!("add `{}`, {}", field.name, field.kind.expected());
                self.findings.add(place.clone(), message, help);
            }
        }
        for choice in object.choices {
            let names: Vec<_> =
                choice.names.iter().copied().filter(|name| node.get(name).is_some()).collect();
            let all = or(choice.names.iter().copied());
            match names.as_slice() {
                [] if choice.required => {
                    let message = format!("the {name} Object lacks {all}");
                    self.findings.add(place.clone(), message, "add one of them");
                }
                [_, second, ..] => {
                    let position =
                        node.member(second).map_or(place.position, |member| member.key_position);
                    let place = Place { position, pointer: place.pointer.child(second) };
                    let message = format!("the {name} Object has more than one of {all}");
                    self.findings.add(place, message, "keep one of them");
                }
                _ => {}
            }
        }
    }
}

fn is_component_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
}

impl Object {
    /// What the value under `key` may be; `None` where there is no such key.
    fn kind(&'static self, key: &str) -> Option<&'static Kind> {
        let named =
            self.fields.iter().find(|field| field.name == key).map(|Field { kind, .. }| kind);
        named.or_else(|| match &self.others {
            _ if self.extensions && key.starts_with("x-") => Some(&Kind::Any),
            Some(others) if (others.accepts)(key) => Some(&others.kind),
            _ => None,
        })
    }
}

impl Kind {
    fn accepts(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (Self::Any, _)
            | (Self::Text, Value::String(_))
            | (Self::Boolean | Self::BooleanOr(_), Value::Bool(_))
            | (Self::Number, Value::Integer(_) | Value::Float(_))
            | (
                Self::Of(_) | Self::Component(_) | Self::Named(_) | Self::Map(_),
                Value::Object(_),
            )
            | (Self::List(_), Value::Array(_)) => true,
            (Self::Word(words), Value::String(text)) => words.contains(&text.as_str()),
            (Self::Count, Value::Integer(count)) => (0..=MAX_COUNT).contains(count),
            (Self::NonEmpty(_), Value::Array(elements)) => !elements.is_empty(),
            (Self::BooleanOr(kind), _) => kind.accepts(node),
            _ => false,
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Any => "a value".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Word(words) => or(words.iter().copied()),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Count => format!("an integer from 0 to {MAX_COUNT}"),
            Self::Of(object) | Self::Component(object) => format!("an object ({})", object.name),
            Self::Named(_) | Self::Map(_) => "an object".to_owned(),
            Self::List(_) => "an array".to_owned(),
            Self::NonEmpty(_) => "an array with one element or more".to_owned(),
            Self::BooleanOr(kind) => format!("`true`, `false` or {}", kind.expected()),
        }
    }
}

/// What is wrong with a value that is not of the kind, and how to mend it.
fn mismatch(kind: &Kind, place: &Place, node: &Node) -> (String, String) {
    let key = place.pointer.last().unwrap_or_default();
    let found = shown(node);
    let newer = |how: &str| format!("{found} under `{key}` is OpenAPI 3.1; {how}");
    match (kind, key.as_str(), &node.value) {
        (Kind::Word(_), "type", Value::Array(_)) => (
            newer("in 3.0 a schema has one type"),
            "write one `type`, with `nullable: true` beside it where null is allowed".to_owned(),
        ),
        (Kind::Word(_), "type", Value::String(text)) if text == "null" => (
            newer("3.0 has no such type"),
            "write `nullable: true` beside the type of the other values".to_owned(),
        ),
        (
            Kind::Boolean,
            "exclusiveMinimum" | "exclusiveMaximum",
            Value::Integer(_) | Value::Float(_),
        ) => {
            let bound = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
            let number = found.trim_matches('`');
            (
                newer("in 3.0 it says whether the bound itself is excluded"),
                format!("write `{bound}: {number}` and `{key}: true`"),
            )
        }
        _ => (format!("expected {}, found {found}", kind.expected()), remedy(kind, node)),
    }
}

fn remedy(kind: &Kind, node: &Node) -> String {
    match (kind, &node.value) {
        (Kind::Word(words), Value::String(text)) => match meant(text, words.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "choose one of these".to_owned(),
        },
        (Kind::Text | Kind::Word(_), Value::Integer(_) | Value::Float(_) | Value::Bool(_)) => {
            "put it in quotes, so that YAML reads a string".to_owned()
        }
        (Kind::Count, Value::Integer(_) | Value::Float(_)) => {
            "write a whole number in this range, in digits alone".to_owned()
        }
        (Kind::Number, Value::String(text)) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            "write it without quotes; numbers are held in 64-bit floating point, which ends at \
             about 1.8e308"
                .to_owned()
        }
        (Kind::NonEmpty(_), Value::Array(_)) => "add an element, or remove the key".to_owned(),
        (_, Value::Null) => "give it a value, or remove the key".to_owned(),
        _ => "replace the value".to_owned(),
    }
}
