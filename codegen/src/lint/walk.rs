//! Walks through a document along the openapi30, and reports what departs from it.

use super::document::{Site, child_of};
use super::findings::{Findings, Place};
use super::openapi30::{Choice, FOREIGN, Field, Kind, MAX_COUNT, OPENAPI, Object};
use super::words::{cut, meant, or, shown};
use crate::document::diagnostic::Position;
use crate::document::pointer::Pointer;
use crate::document::{Node, Value};

/// Every object and every reference, each after what it is in.
pub(super) fn sites<'d>(root: &'d Node, findings: &mut Findings) -> Vec<Site<'d>> {
    let mut walker = Walker { sites: Vec::new(), findings };
    let place = Place { position: Position::START, pointer: Pointer::root() };
    walker.object(&OPENAPI, place, root);
    walker.sites
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
        match kind {
            Kind::Of(object) => self.object(object, place, node),
            Kind::Component(object) if node.get("$ref").is_some() => {
                self.sites.push(Site { object, place, node });
            }
            Kind::Component(object) => self.object(object, place, node),
            Kind::Named(kind) => {
                self.component_names(&place, node);
                self.members(kind, &place, node);
            }
            Kind::Map(kind) => self.members(kind, &place, node),
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

    fn members(&mut self, kind: &'static Kind, place: &Place, node: &'d Node) {
        for member in node.members() {
            self.value(kind, child_of(&place.pointer, member), &member.node);
        }
    }

    fn component_names(&mut self, place: &Place, node: &Node) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let is_name = |key: &str| !key.is_empty() && key.chars().all(is_part);
        for member in node.members().iter().filter(|member| !is_name(&member.key)) {
            let message = format!("`{}` is no name for a component", cut(&member.key));
            let help = "use ASCII letters, digits, `.`, `-` and `_`";
            self.findings.add(child_of(&place.pointer, member), message, help);
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
        for choice in object.choices {
            self.choice(choice, object.name, &place, node);
        }
        self.sites.push(Site { object, place, node });
    }

    fn unknown(&mut self, object: &Object, place: Place, key: &str) {
        let name = object.name;
        if let Some((_, _, help)) = FOREIGN.iter().find(|row| (row.0, row.1) == (name, key)) {
            let message = format!("`{key}` is not in the {name} Object of OpenAPI 3.0");
            return self.findings.add(place, message, *help);
        }
        let key = cut(key);
        let message = match &object.others {
            Some(others) => format!("`{key}` is not {}", others.form),
            None => format!("the {name} Object of OpenAPI 3.0 has no field `{key}`"),
        };
        let meant = meant(&key, object.fields.iter().map(|field| field.name));
        let help = match (meant, &object.others) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, Some(others)) => others.help.to_owned(),
            (None, None) if object.extensions => {
                "remove it, or begin its name with `x-` to make it an extension".to_owned()
            }
            (None, None) => "remove it".to_owned(),
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
    }

    fn choice(&mut self, choice: &Choice, name: &str, place: &Place, node: &Node) {
        let mut found = choice.names.iter().filter_map(|name| node.member(name));
        let all = or(choice.names.iter().copied());
        match (found.next(), found.next()) {
            (None, _) if choice.required => {
                let message = format!("the {name} Object lacks {all}");
                self.findings.add(place.clone(), message, "add one of them");
            }
            (Some(_), Some(second)) => {
                let message = format!("the {name} Object has more than one of {all}");
                self.findings.add(child_of(&place.pointer, second), message, "keep one of them");
            }
            _ => {}
        }
    }
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
