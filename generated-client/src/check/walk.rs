//! Walks a JSON document beside its schema and builds nothing of it, but for the
//! values that several schemas have a say in.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::number::{self, Number};
use super::schema::{Count, Property, Schema};
use super::violation::{Rule, Violation, excerpt};

/// The member in which serde_json hands over every number as text once any crate
/// of the build turns its feature `arbitrary_precision` on.
const NUMBER_AS_TEXT: &str = "$serde_json::private::Number";

/// Everything in which the document breaks the rules.
pub(super) fn walk(json: &[u8], schema: &'static Schema) -> Vec<Violation> {
    let mut walk = Walk::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let outcome = Step { schema, walk: &mut walk }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match outcome {
        Ok(()) => walk.violations,
        Err(error) => vec![Violation::not_json(&error)],
    }
}

/// Where the walk is and what it has found.
#[derive(Debug, Default)]
struct Walk {
    pointer: String,
    violations: Vec<Violation>,
}

impl Walk {
    fn report(&mut self, rule: Rule, expected: impl Into<Cow<'static, str>>, got: String) {
        let pointer = self.pointer.clone();
        self.violations.push(Violation { pointer, rule, expected: expected.into(), got });
    }

    fn report_count(&mut self, rule: Rule, count: &Count, found: usize, what: &str) {
        if !count.admits(found) {
            self.report(rule, format!("{} {what}", count.describe()), found.to_string());
        }
    }

    /// Does something one step further down.
    fn within<T>(&mut self, token: &str, f: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        for character in token.chars() {
            match character {
                '~' => self.pointer.push_str("~0"),
                '/' => self.pointer.push_str("~1"),
                other => self.pointer.push(other),
            }
        }
        let result = f(self);
        self.pointer.truncate(length);
        result
    }

    /// Walks a value that is already built, and gives back what is found there.
    fn found_in(&mut self, value: &Value, schema: &'static Schema) -> Vec<Violation> {
        let start = self.violations.len();
        self.value(value, schema);
        self.violations.split_off(start)
    }

    fn value(&mut self, value: &Value, schema: &'static Schema) {
        match *schema {
            Schema::Nullable(_) if value.is_null() => {}
            Schema::Nullable(inner) => self.value(value, inner),
            Schema::AllOf(schemas) => schemas.iter().for_each(|schema| self.value(value, schema)),
            Schema::OneOf(schemas) => self.alternatives(value, schemas, Rule::OneOf),
            Schema::AnyOf(schemas) => self.alternatives(value, schemas, Rule::AnyOf),
            _ => {
                if let Err(error) = (Step { schema, walk: &mut *self }).deserialize(value) {
                    self.report(Rule::Json, "JSON", error.to_string());
                }
            }
        }
    }

    /// Where no schema fits and one alone is of the value's type, that one was
    /// meant, and what is wrong is what it finds.
    fn alternatives(&mut self, value: &Value, schemas: &[&'static Schema], rule: Rule) {
        let attempts = schemas.iter().map(|schema| (*schema, self.found_in(value, schema)));
        let (fitting, failing): (Vec<_>, Vec<_>) = attempts
            .partition(|(_, found)| found.iter().all(|violation| violation.rule == Rule::Enum));
        let mut meant = match (fitting.len(), rule) {
            (0, _) => failing,
            (1, _) | (_, Rule::AnyOf) => fitting.into_iter().take(1).collect(),
            _ => Vec::new(),
        };
        meant.retain(|(schema, _)| is_of_type(value, schema));
        if let [(_, found)] = meant.as_mut_slice() {
            self.violations.append(found);
            return;
        }
        let names: Vec<_> = schemas.iter().map(|schema| describe(schema)).collect();
        let how_many = if rule == Rule::OneOf { "exactly one" } else { "one" };
        self.report(rule, format!("{how_many} of: {}", names.join(", ")), show(value));
    }
}

/// One value of the document with its schema.
struct Step<'w> {
    schema: &'static Schema,
    walk: &'w mut Walk,
}

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.schema() {
            Schema::Any => Value::deserialize(deserializer).map(drop),
            Schema::AllOf(_) | Schema::AnyOf(_) | Schema::OneOf(_) => {
                let value = Value::deserialize(deserializer)?;
                self.walk.value(&value, self.schema);
                Ok(())
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl Step<'_> {
    /// The schema, where null is not in question.
    fn schema(&self) -> &'static Schema {
        let mut schema = self.schema;
        while let Schema::Nullable(inner) = schema {
            schema = inner;
        }
        schema
    }

    fn wrong_type<E>(self, got: impl Into<String>) -> Result<(), E> {
        self.walk.report(Rule::Type, describe(self.schema), got.into());
        Ok(())
    }

    fn number<E>(self, number: Number) -> Result<(), E> {
        let (bounds, checked) = match self.schema() {
            Schema::Integer(bounds) => (bounds, number::check_integer(number)),
            Schema::Decimal(bounds) => (bounds, number::check_decimal(number)),
            Schema::Number(bounds) => (bounds, Ok(())),
            _ => return self.wrong_type(number.show()),
        };
        match checked {
            Err((Rule::Type, _)) => return self.wrong_type(number.show()),
            Err((rule, expected)) => self.walk.report(rule, expected, number.show()),
            Ok(()) => {
                for (rule, expected) in number::check_bounds(bounds, number) {
                    self.walk.report(rule, expected, number.show());
                }
            }
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Step<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.schema {
            Schema::Nullable(_) => Ok(()),
            _ => self.wrong_type("null"),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.schema() {
            Schema::Boolean => Ok(()),
            _ => self.wrong_type(value.to_string()),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.number(Number::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.number(Number::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.number(Number::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let Schema::Text(rules) = *self.schema() else { return self.wrong_type(excerpt(text)) };
        if let Err(fault) = rules.check(text) {
            self.walk.report(fault.rule, fault.expected, fault.got);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Schema::Array { items: schema, ref count, unique } = *self.schema() else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return self.wrong_type("an array");
        };
        let mut found = 0;
        let mut earlier = unique.then(HashSet::new);
        loop {
            let item = Item { schema, walk: &mut *self.walk, index: found, earlier: &mut earlier };
            if items.next_element_seed(item)?.is_none() {
                break;
            }
            found += 1;
        }
        self.walk.report_count(Rule::Items, count, found, "items");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let properties = match *self.schema() {
            Schema::Object { properties, .. } => properties,
            _ => &[],
        };
        let mut next = members.next_key_seed(Key(properties))?;
        if let Some(Name::Other(name)) = &next
            && name == NUMBER_AS_TEXT
        {
            let text: String = members.next_value()?;
            let number = Number::parse(&text);
            return number.map_or_else(|| Err(A::Error::custom(&text)), |n| self.number(n));
        }
        let Schema::Object { additional, ref count, .. } = *self.schema() else {
            while next.is_some() {
                members.next_value::<IgnoredAny>()?;
                next = members.next_key_seed(Key(properties))?;
            }
            return self.wrong_type("an object");
        };
        let mut object = Object { properties, additional, seen: vec![false; properties.len()] };
        let mut found = 0;
        while let Some(name) = next {
            object.member(name, &mut members, self.walk)?;
            found += 1;
            next = members.next_key_seed(Key(properties))?;
        }
        object.finish(self.walk);
        self.walk.report_count(Rule::Properties, count, found, "properties");
        Ok(())
    }
}

/// An item of an array, and the items before it where all must differ.
struct Item<'w> {
    schema: &'static Schema,
    walk: &'w mut Walk,
    index: usize,
    earlier: &'w mut Option<HashSet<String>>,
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { schema, walk, index, earlier } = self;
        walk.within(&index.to_string(), |walk| {
            let Some(earlier) = earlier else {
                return Step { schema, walk }.deserialize(deserializer);
            };
            let value = Value::deserialize(deserializer)?;
            walk.value(&value, schema);
            if !earlier.insert(value.to_string()) {
                walk.report(Rule::Unique, "an item unlike those before it", show(&value));
            }
            Ok(())
        })
    }
}

/// An object whose members are walked one by one.
struct Object {
    properties: &'static [Property],
    additional: Option<&'static Schema>,
    /// Which of the properties were there.
    seen: Vec<bool>,
}

impl Object {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: Name,
        members: &mut A,
        walk: &mut Walk,
    ) -> Result<(), A::Error> {
        let (name, schema) = match &name {
            Name::Property(index) => {
                let property = &self.properties[*index];
                if std::mem::replace(&mut self.seen[*index], true) {
                    let expected = "the property once";
                    walk.within(property.name, |walk| {
                        walk.report(Rule::Duplicate, expected, "it again".into());
                    });
                    return members.next_value::<IgnoredAny>().map(drop);
                }
                (property.name, Some(property.schema))
            }
            Name::Other(name) => (name.as_str(), self.additional),
        };
        match schema {
            Some(schema) => {
                walk.within(name, |walk| members.next_value_seed(Step { schema, walk }))
            }
            None => members.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn finish(&self, walk: &mut Walk) {
        for (property, seen) in self.properties.iter().zip(&self.seen) {
            if property.required && !seen {
                walk.within(property.name, |walk| {
                    walk.report(Rule::Required, "the property", "nothing".into());
                });
            }
        }
    }
}

/// The name of a member of an object with these properties.
struct Key(&'static [Property]);

enum Name {
    /// A known property, by its place in the list.
    Property(usize),
    Other(String),
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let place = self.0.binary_search_by_key(&name, |property| property.name);
        Ok(place.map_or_else(|_| Name::Other(name.to_owned()), Name::Property))
    }
}

/// The type of a schema, in words.
fn describe(schema: &Schema) -> Cow<'static, str> {
    match schema {
        Schema::Any => "any value".into(),
        Schema::Boolean => "a boolean".into(),
        Schema::Integer(_) => "an integer".into(),
        Schema::Number(_) | Schema::Decimal(_) => "a number".into(),
        Schema::Text(_) => "a string".into(),
        Schema::Array { .. } => "an array".into(),
        Schema::Object { .. } => "an object".into(),
        Schema::Nullable(inner) => format!("{} or null", describe(inner)).into(),
        Schema::OneOf(schemas) | Schema::AnyOf(schemas) | Schema::AllOf(schemas) => {
            let names: Vec<_> = schemas.iter().map(|schema| describe(schema)).collect();
            let word = if matches!(schema, Schema::AllOf(_)) { " and " } else { " or " };
            names.join(word).into()
        }
    }
}

fn is_of_type(value: &Value, schema: &Schema) -> bool {
    match schema {
        Schema::Any => true,
        Schema::Boolean => value.is_boolean(),
        Schema::Integer(_) => value.is_i64() || value.is_u64(),
        Schema::Number(_) | Schema::Decimal(_) => value.is_number(),
        Schema::Text(_) => value.is_string(),
        Schema::Array { .. } => value.is_array(),
        Schema::Object { .. } => value.is_object(),
        Schema::Nullable(inner) => value.is_null() || is_of_type(value, inner),
        Schema::OneOf(schemas) | Schema::AnyOf(schemas) => {
            schemas.iter().any(|schema| is_of_type(value, schema))
        }
        Schema::AllOf(schemas) => schemas.iter().all(|schema| is_of_type(value, schema)),
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Array(_) => "an array".into(),
        Value::Object(_) => "an object".into(),
        Value::String(text) => excerpt(text),
        scalar => scalar.to_string(),
    }
}
