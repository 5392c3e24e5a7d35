//! Decodes JSON and watches, in the same pass, whether it keeps the rules.
//!
//! The watch only ever says that nothing is wrong. Where it has a doubt, be it about a
//! rule that is broken or one that takes more than one look, the walk has the last word:
//! nearly all documents break no rule and are read once, the others twice.

use std::cell::Cell;
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::HasSchema;
use super::explain::walk;
use super::numbers::{self, NUMBER_AS_TEXT, Number};
use super::schema::{Count, Property, Schema};
use super::violation::Violation;

/// A JSON document as a value, with everything in which it breaks the rules.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Validated<T> {
    /// The value; `None` where the document is nothing that its type can hold.
    pub value: Option<T>,
    /// Every violation, as [`json`](super::json) reports them. There is at least one where
    /// there is no value.
    pub violations: Vec<Violation>,
}

/// Decodes and checks a document that has no byte order mark.
pub(crate) fn body<T: HasSchema>(json: &[u8]) -> Validated<T> {
    let in_order = Cell::new(true);
    let decoded = match str::from_utf8(json) {
        Ok(text) => watched(text, &in_order),
        Err(_) => {
            in_order.set(false);
            serde_json::from_slice(json)
        }
    };
    let mut violations = match &decoded {
        Ok(_) if in_order.get() => Vec::new(),
        _ => walk(json, T::SCHEMA),
    };
    if let Err(error) = &decoded
        && violations.is_empty()
    {
        violations.push(Violation::undecodable(error));
    }
    Validated { value: decoded.ok(), violations }
}

/// What is decoded, with every doubt about a rule noted.
fn watched<T: HasSchema>(text: &str, in_order: &Cell<bool>) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let decoded = T::deserialize(Watch { schema: T::SCHEMA, in_order }.over(&mut deserializer));
    // A value is large: it is handed on as it is, here and below, and not taken out of its
    // result and put into another, for which it would be copied.
    if decoded.is_ok() {
        deserializer.end()?;
    }
    decoded
}

const NO_PROPERTIES: &[Property] = &[];

/// What a value should be, and where a doubt about that is noted.
#[derive(Clone, Copy)]
struct Watch<'w> {
    schema: &'static Schema,
    in_order: &'w Cell<bool>,
}

impl<'w> Watch<'w> {
    fn over<T>(self, inner: T) -> Watched<'w, T> {
        Watched { inner, watch: self }
    }

    fn of(self, schema: &'static Schema) -> Self {
        Self { schema, ..self }
    }

    fn doubt(self) {
        self.in_order.set(false);
    }

    fn doubt_unless(self, in_order: bool) {
        if !in_order {
            self.doubt();
        }
    }

    /// The schema, where null is not in question.
    fn schema(self) -> &'static Schema {
        match self.schema {
            Schema::Nullable(inner) => self.of(inner).schema(),
            schema => schema,
        }
    }

    fn null(self) {
        self.doubt_unless(matches!(self.schema, Schema::Nullable(_) | Schema::Any));
    }

    fn boolean(self) {
        self.doubt_unless(matches!(self.schema(), Schema::Boolean | Schema::Any));
    }

    fn number(self, number: Number) {
        let bounds = match self.schema() {
            Schema::Any => return,
            Schema::Integer(bounds) if numbers::check_integer(number).is_ok() => bounds,
            Schema::Decimal(bounds) if numbers::check_decimal(number).is_ok() => bounds,
            Schema::Number(bounds) => bounds,
            _ => return self.doubt(),
        };
        self.doubt_unless(numbers::is_within(bounds, number));
    }

    fn text(self, text: &str) {
        match self.schema() {
            Schema::Any => {}
            Schema::Text(rules) => self.doubt_unless(rules.check(text).is_ok()),
            _ => self.doubt(),
        }
    }
}

/// Something of serde's that is watched.
struct Watched<'w, T> {
    inner: T,
    watch: Watch<'w>,
}

macro_rules! forward_to_deserializer {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(
            self,
            $($argument: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* self.watch.over(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Watched<'_, D> {
    type Error = D::Error;

    forward_to_deserializer! {
        deserialize_any()
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
    }

    /// What is ignored is not seen.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.watch.doubt_unless(matches!(self.watch.schema, Schema::Any));
        self.inner.deserialize_ignored_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! forward_to_visitor {
    ($($method:ident($type:ty) => $look:expr;)*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            $look(self.watch, &value);
            self.inner.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watched<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    forward_to_visitor! {
        visit_bool(bool) => |watch: Watch<'_>, _: &_| watch.boolean();
        visit_i64(i64) => |watch: Watch<'_>, value: &_| watch.number(Number::Signed(*value));
        visit_u64(u64) => |watch: Watch<'_>, value: &_| watch.number(Number::Unsigned(*value));
        visit_f64(f64) => |watch: Watch<'_>, value: &_| watch.number(Number::Float(*value));
        visit_str(&str) => Watch::text;
        visit_borrowed_str(&'de str) => Watch::text;
        visit_string(String) => |watch: Watch<'_>, text: &String| watch.text(text);
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.watch.null();
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.watch.null();
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(self.watch.over(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(self.watch.over(deserializer))
    }

    /// No type of the API has a form in JSON for which serde asks for an enum.
    fn visit_enum<A: EnumAccess<'de>>(self, variants: A) -> Result<V::Value, A::Error> {
        self.watch.doubt();
        self.inner.visit_enum(variants)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        let (schema, count) = match self.watch.schema() {
            Schema::Array { items, count, unique: false } => (*items, Some(count)),
            schema => {
                self.watch.doubt_unless(matches!(schema, Schema::Any));
                (&Schema::Any, None)
            }
        };
        let mut items = Items { inner: items, watch: self.watch.of(schema), found: 0 };
        let value = self.inner.visit_seq(&mut items);
        self.watch.doubt_unless(count.is_none_or(|count| count.admits(items.found)));
        value
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let (properties, additional, count) = match self.watch.schema() {
            Schema::Object { properties, additional, count } => {
                (*properties, *additional, Some(count))
            }
            schema => {
                self.watch.doubt_unless(matches!(schema, Schema::Any));
                (NO_PROPERTIES, Some(&Schema::Any), None)
            }
        };
        let progress = Progress::new(self.watch, properties, additional);
        let mut members = Members { inner: members, progress };
        let value = self.inner.visit_map(&mut members);
        members.progress.finish(count);
        value
    }
}

/// The items of an array.
struct Items<'w, A> {
    inner: A,
    watch: Watch<'w>,
    found: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let element = self.inner.next_element_seed(self.watch.over(seed))?;
        self.found += usize::from(element.is_some());
        Ok(element)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Watched<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(self.watch.over(deserializer))
    }
}

/// The members of an object.
struct Members<'w, A> {
    inner: A,
    progress: Progress<'w>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        self.inner.next_key_seed(Name { seed, progress: &mut self.progress })
    }

    fn next_value_seed<S>(&mut self, seed: S) -> Result<S::Value, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let Progress { watch, schema, .. } = self.progress;
        match schema {
            Some(schema) => self.inner.next_value_seed(watch.of(schema).over(seed)),
            None => self.inner.next_value_seed(seed),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// How far an object has been read.
struct Progress<'w> {
    watch: Watch<'w>,
    properties: &'static [Property],
    additional: Option<&'static Schema>,
    /// Which of the properties were there, one a bit.
    seen: u64,
    found: usize,
    /// The property that comes next if the members are in the order of the properties.
    next: usize,
    /// What there are rules for is looked at, and this is where they are.
    schema: Option<&'static Schema>,
}

impl<'w> Progress<'w> {
    fn new(
        watch: Watch<'w>,
        properties: &'static [Property],
        additional: Option<&'static Schema>,
    ) -> Self {
        watch.doubt_unless(properties.len() <= u64::BITS as usize);
        Self { watch, properties, additional, seen: 0, found: 0, next: 0, schema: None }
    }

    fn name(&mut self, name: &str) {
        self.found += 1;
        match self.find(name) {
            Some(index) => {
                let bit = bit(index);
                self.watch.doubt_unless(self.seen & bit == 0);
                self.seen |= bit;
                self.next = index + 1;
                self.schema = Some(self.properties[index].schema);
            }
            None => {
                self.watch.doubt_unless(name != NUMBER_AS_TEXT);
                self.schema = self.additional;
            }
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        match self.properties.get(self.next) {
            Some(property) if property.name == name => Some(self.next),
            _ => self.properties.binary_search_by_key(&name, |property| property.name).ok(),
        }
    }

    fn finish(&self, count: Option<&Count>) {
        let mut properties = self.properties.iter().enumerate();
        let complete =
            properties.all(|(index, property)| !property.required || self.seen & bit(index) != 0);
        self.watch.doubt_unless(complete && count.is_none_or(|count| count.admits(self.found)));
    }
}

/// The bit of a property. Where properties are so many that two share one, there is a doubt
/// from the start.
fn bit(index: usize) -> u64 {
    1 << (index % u64::BITS as usize)
}

/// The name of a member, noted on its way to what it is decoded into.
struct Name<'p, 'w, S> {
    seed: S,
    progress: &'p mut Progress<'w>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'_, '_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Name<'_, '_, S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<S::Value, E> {
        self.progress.name(name);
        self.seed.deserialize(StrDeserializer::new(name))
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<S::Value, E> {
        self.progress.name(name);
        self.seed.deserialize(BorrowedStrDeserializer::new(name))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::{Validated, watched};
    use crate::samples;
    use crate::types::{CarbonRemovalData, CreditBatch, CreditQuantity, ErrorBody, Organisation};
    use crate::validate::{self, HasSchema};

    fn is_certain<T: HasSchema>(json: &str) -> bool {
        let in_order = Cell::new(true);
        watched::<T>(json, &in_order).is_ok() && in_order.get()
    }

    /// What is decoded and found is what serde_json decodes and the walk finds.
    fn agrees<T: HasSchema + PartialEq + std::fmt::Debug>(json: &str) {
        let Validated { value, violations } = validate::from_slice::<T>(json.as_bytes());
        assert_eq!(value, serde_json::from_str(json).ok(), "{json}");
        let found = validate::json::<T>(json.as_bytes());
        match value.is_none() && found.is_empty() {
            true => assert_eq!(violations.len(), 1, "{json}"),
            false => assert_eq!(violations, found, "{json}"),
        }
    }

    #[test]
    fn what_is_in_order_is_read_once() {
        for changes in [
            vec![],
            vec![("/status", json!("retired")), ("/retired_at", json!("2024-03-02T09:30:00Z"))],
            vec![("/beneficiary", json!(null)), ("/carbon_removal_data", json!(null))],
            vec![("/owner/name", json!("Кирилл \"\n")), ("/size/credits", json!(125))],
        ] {
            let json = samples::credit_batch(&changes).to_string();
            assert!(is_certain::<CreditBatch>(&json), "{json}");
            agrees::<CreditBatch>(&json);
        }
        assert!(is_certain::<CreditQuantity>(
            r#" {"credits": 1.5, "more": [{}], "credit_kgs": 1500} "#
        ));
    }

    #[test]
    fn where_there_is_a_doubt_the_walk_decides() {
        let pointers = ["", "/id", "/issued_at", "/sequestered_on", "/owner", "/owner/domain"];
        let numbers = ["/size/credit_kgs", "/size/credits", "/carbon_removal_data/losses_kg"];
        let values = [
            json!(null),
            json!(true),
            json!(-1),
            json!(u64::MAX),
            json!(0.1),
            json!(1e300),
            json!(""),
            json!("ctb_1DRBTYA8Q1S07CB/"),
            json!("2024-01-22 11:56:48Z"),
            json!("2024-02-30"),
            json!([]),
            json!({"id": 1}),
        ];
        for pointer in pointers.into_iter().chain(numbers) {
            for value in &values {
                let changes = [(pointer, value.clone())];
                agrees::<CreditBatch>(&samples::credit_batch(&changes).to_string());
            }
        }
    }

    #[test]
    fn a_missing_or_repeated_property_is_a_doubt() {
        let mut batch = samples::credit_batch(&[]);
        let names: Vec<_> =
            batch.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names {
            let removed = batch.as_object_mut().and_then(|batch| batch.remove(&name)).unwrap();
            agrees::<CreditBatch>(&batch.to_string());
            assert!(!is_certain::<CreditBatch>(&batch.to_string()), "{name}");
            batch[&name] = removed;
        }
        for json in [
            r#"{"credit_kgs": 1, "credits": 0.001, "credits": 0.001}"#,
            r#"{"credits": 0.001}"#,
            r#"{"credit_kgs": 1, "credits": 0.001} {}"#,
            r#"{"credit_kgs": 1, "credits": 0.001"#,
            r#"{"credit_kgs": 1, "credits": {"$serde_json::private::Number": "1"}}"#,
            r#"{"$serde_json::private::Number": "1"}"#,
            "[1, 2]",
            "7",
            "",
        ] {
            assert!(!is_certain::<CreditQuantity>(json), "{json}");
            agrees::<CreditQuantity>(json);
        }
    }

    #[test]
    fn types_with_alternatives_and_arrays_agree_too() {
        for json in [
            r#"{"detail": "gone"}"#,
            r#"{"detail": [{"loc": ["path", 0], "msg": "m", "type": "t"}]}"#,
            r#"{"detail": [{"loc": 1}]}"#,
            r#"{"detail": null}"#,
            r#"{"$serde_json::private::Number": "1"}"#,
            "{}",
        ] {
            agrees::<ErrorBody>(json);
        }
        agrees::<Organisation>(r#"{"domain": 1, "id": "org_1GB56M1ST1S0GVNA", "name": "a"}"#);
        agrees::<CarbonRemovalData>("{}");
    }

    #[test]
    fn bytes_that_are_no_text_are_no_json() {
        let checked = validate::from_slice::<Organisation>(b"{\"name\": \"\xff\"}");
        assert_eq!(checked.value, None);
        assert_eq!(checked.violations, validate::json::<Organisation>(b"{\"name\": \"\xff\"}"));
    }
}
