//! Constants: values of `enum` and `const` as forms.

use serde_json::Value as Json;

use super::InclusionChecker;
use super::form::{Form, FormId, JsonType, NameSelector, ScalarValue};
use super::numbers::Rational;
use crate::document::diagnostic::Position;
use crate::document::{Member, Node, Value};

impl InclusionChecker<'_> {
    /// The form that only this value satisfies; `None` where it has an extreme number.
    pub(super) fn constant(&mut self, node: &Node) -> Option<FormId> {
        match &node.value {
            Value::Array(elements) => self.constant_array(elements),
            Value::Object(members) => self.constant_object(members),
            _ => Some(self.forms.intern(Form::Scalars([scalar(node)?].into()))),
        }
    }

    fn constant_array(&mut self, elements: &[Node]) -> Option<FormId> {
        let length = elements.len() as u64;
        let mut parts = vec![
            self.forms.types(JsonType::Array),
            self.forms.intern(Form::MinItems(length)),
            self.forms.intern(Form::MaxItems(length)),
        ];
        for (index, element) in elements.iter().enumerate() {
            let element = self.constant(element)?;
            parts.push(self.forms.intern(Form::Items(index, Some(index + 1), element)));
        }
        Some(self.forms.all(parts))
    }

    fn constant_object(&mut self, members: &[Member]) -> Option<FormId> {
        let max = self.forms.intern(Form::MaxMembers(members.len() as u64));
        let mut parts = vec![self.forms.types(JsonType::Object), max];
        for member in members {
            let value = self.constant(&member.node)?;
            let name = NameSelector::Name(member.key.as_str().into());
            parts.push(self.forms.intern(Form::Required(member.key.as_str().into())));
            parts.push(self.forms.intern(Form::Members(name, value)));
        }
        Some(self.forms.all(parts))
    }
}

fn scalar(node: &Node) -> Option<ScalarValue> {
    Some(match &node.value {
        Value::Null => ScalarValue::Null,
        Value::Bool(value) => ScalarValue::Boolean(*value),
        Value::String(text) => ScalarValue::String(text.as_str().into()),
        _ => ScalarValue::Number(number(node)?),
    })
}

/// The exact number of a node, as it is written in decimal.
pub(super) fn number(node: &Node) -> Option<Rational> {
    match node.value {
        Value::Integer(value) => Some(Rational::integer(value)),
        Value::Float(value) => Rational::parse(&format!("{value:e}")),
        _ => None,
    }
}

/// A JSON value as a node.
pub(super) fn node_of(value: &Json) -> Option<Node> {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i128() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64()?),
        },
        Json::String(text) => Value::String(text.clone()),
        Json::Array(elements) => Value::Array(elements.iter().map(node_of).collect::<Option<_>>()?),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let node = node_of(value)?;
                Some(Member { key: key.clone(), key_position: Position::START, node })
            });
            Value::Object(members.collect::<Option<_>>()?)
        }
    };
    Some(Node { position: Position::START, value })
}
