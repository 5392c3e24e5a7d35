//! Decodes JSON and validates it in the same pass.
//!
//! [`Validating`] wraps serde's deserializers and visitors and checks each value against its
//! schema. It only records that the document may be invalid: a rule is violated, or cannot be
//! checked in one pass. [`explain`] then reads the document again and lists the violations.
//! Most documents are valid and are read once.

use std::cell::Cell;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess,
    Visitor,
};

use super::explain::explain;
use super::numbers::{self, ParsedNumber};
use super::schema::{Count, Direction, Property, Schema};
use super::violation::Violation;

/// The member name under which serde_json passes numbers to visitors if any crate in the build
/// enables its feature `arbitrary_precision`.
const NUMBER_MEMBER: &str = "$serde_json::private::Number";

/// A decoded JSON document with its violations.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Validated<T> {
    /// The value, or `None` if the document does not decode.
    pub value: Option<T>,
    /// The violations, as [`json`](super::json) returns them. Not empty if there is no value.
    pub violations: Vec<Violation>,
}

/// Decodes and validates a document without a byte order mark.
pub(crate) fn decode_validating<T: DeserializeOwned>(
    json: &[u8],
    schema: &'static Schema,
) -> Validated<T> {
    let valid = Cell::new(true);
    let decoded = if let Ok(text) = str::from_utf8(json) {
        decode(text, schema, &valid)
    } else {
        valid.set(false);
        serde_json::from_slice(json)
    };
    let mut violations = if decoded.is_ok() && valid.get() {
        Vec::new()
    } else {
        explain(json, schema, Direction::Response)
    };
    if let Err(error) = &decoded
        && violations.is_empty()
    {
        violations.push(Violation::undecodable(error));
    }
    Validated { value: decoded.ok(), violations }
}

/// Returns whether a document is certainly valid. An invalid document, and a valid one whose
/// schema has alternatives, gives false.
///
/// Every value is visited and none is kept, which takes less time than decoding.
pub fn is_valid(text: &str, schema: &'static Schema) -> bool {
    let valid = Cell::new(true);
    decode::<Visited>(text, schema, &valid).is_ok() && valid.get()
}

/// A value that was visited by [`Validating`] and not kept. `IgnoredAny` does not visit values.
struct Visited;

impl<'de> Deserialize<'de> for Visited {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Visited {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

/// Decodes a document and clears `valid` unless the document is certainly valid.
fn decode<T: DeserializeOwned>(
    text: &str,
    schema: &'static Schema,
    valid: &Cell<bool>,
) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let decoded = T::deserialize(SchemaCheck { schema, valid }.wrap(&mut deserializer));
    // Here and below, results are returned unchanged: unpacking and repacking them would copy
    // large values.
    if decoded.is_ok() {
        deserializer.end()?;
    }
    decoded
}

/// The schema of the next value, and a flag that is cleared if the document may be invalid.
#[derive(Clone, Copy)]
struct SchemaCheck<'v> {
    schema: &'static Schema,
    valid: &'v Cell<bool>,
}

impl<'v> SchemaCheck<'v> {
    fn wrap<T>(self, inner: T) -> Validating<'v, T> {
        Validating { inner, check: self }
    }

    fn with_schema(self, schema: &'static Schema) -> Self {
        Self { schema, ..self }
    }

    fn fail(self) {
        self.valid.set(false);
    }

    fn require(self, condition: bool) {
        if !condition {
            self.fail();
        }
    }

    fn null(self) {
        self.require(matches!(self.schema, Schema::Nullable(_) | Schema::Any));
    }

    fn boolean(self) {
        self.require(matches!(self.schema.non_null(), Schema::Boolean | Schema::Any));
    }

    fn number(self, number: ParsedNumber) {
        let schema = self.schema.non_null();
        if let Schema::Any = schema {
            return;
        }
        let bounds = numbers::check(schema, number);
        self.require(bounds.is_ok_and(|bounds| numbers::is_within(bounds, number)));
    }

    fn string(self, text: &str) {
        match self.schema.non_null() {
            Schema::Any => {}
            Schema::String(rules) => self.require(rules.check(text).is_ok()),
            _ => self.fail(),
        }
    }

    /// Returns whether a float is `-0` for a type without fractions. serde_json parses `-0` as
    /// a float, which integer types do not accept.
    fn is_integral_negative_zero(self, value: f64) -> bool {
        value == 0.0
            && value.is_sign_negative()
            && !matches!(
                self.schema.non_null(),
                Schema::Number(_) | Schema::Decimal(_) | Schema::Any
            )
    }
}

/// A wrapper of a serde deserializer, visitor or seed that checks the values it forwards.
struct Validating<'v, T> {
    inner: T,
    check: SchemaCheck<'v>,
}

macro_rules! forward_to_deserializer {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(
            self,
            $($argument: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* self.check.wrap(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Validating<'_, D> {
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

    /// Accepts only schemas without rules, because ignored values do not reach the visitor.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.check.require(matches!(self.check.schema, Schema::Any));
        self.inner.deserialize_ignored_any(visitor)
    }
}

macro_rules! forward_to_visitor {
    ($($method:ident($type:ty) => $check:expr;)*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            $check(self.check, &value);
            self.inner.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Validating<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    forward_to_visitor! {
        visit_bool(bool) => |check: SchemaCheck<'_>, _: &_| check.boolean();
        visit_i64(i64) => |check: SchemaCheck<'_>, value: &_| check.number(ParsedNumber::Signed(*value));
        visit_u64(u64) => |check: SchemaCheck<'_>, value: &_| check.number(ParsedNumber::Unsigned(*value));
        visit_str(&str) => SchemaCheck::string;
        visit_borrowed_str(&'de str) => SchemaCheck::string;
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        self.check.number(ParsedNumber::Float(value));
        if self.check.is_integral_negative_zero(value) {
            self.inner.visit_i64(0)
        } else {
            self.inner.visit_f64(value)
        }
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.check.null();
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.check.null();
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(self.check.wrap(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(self.check.wrap(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        let (schema, count) = match self.check.schema.non_null() {
            Schema::Array { items, count, unique } => {
                self.check.require(!unique);
                (*items, Some(count))
            }
            schema => {
                self.check.require(matches!(schema, Schema::Any));
                (schema, None)
            }
        };
        let check = self.check.with_schema(schema);
        let mut items = ValidatingItems { inner: items, check, length: 0 };
        let value = self.inner.visit_seq(&mut items);
        self.check.require(count.is_none_or(|count| count.admits(items.length)));
        value
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let (properties, additional, count): (&[_], _, _) = match self.check.schema.non_null() {
            Schema::Object { properties, additional, count } => {
                (properties, *additional, Some(count))
            }
            schema => {
                self.check.require(matches!(schema, Schema::Any));
                (&[], Some(schema), None)
            }
        };
        let progress = ObjectProgress::new(self.check, properties, additional);
        let mut members = ValidatingMembers { inner: members, progress };
        let value = self.inner.visit_map(&mut members);
        members.progress.finish(count);
        value
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Validating<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(self.check.wrap(deserializer))
    }
}

/// The items of an array.
struct ValidatingItems<'v, A> {
    inner: A,
    check: SchemaCheck<'v>,
    /// The number of items read so far.
    length: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for ValidatingItems<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let element = self.inner.next_element_seed(self.check.wrap(seed))?;
        self.length += usize::from(element.is_some());
        Ok(element)
    }
}

/// The members of an object.
struct ValidatingMembers<'v, A> {
    inner: A,
    progress: ObjectProgress<'v>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ValidatingMembers<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        self.inner.next_key_seed(MemberName { seed, progress: &mut self.progress })
    }

    fn next_value_seed<S>(&mut self, seed: S) -> Result<S::Value, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let ObjectProgress { check, schema, .. } = self.progress;
        match schema {
            Some(schema) => self.inner.next_value_seed(check.with_schema(schema).wrap(seed)),
            None => self.inner.next_value_seed(seed),
        }
    }
}

/// The state of an object that is being read.
struct ObjectProgress<'v> {
    check: SchemaCheck<'v>,
    properties: &'static [Property],
    additional: Option<&'static Schema>,
    /// The properties read so far, as a bit set.
    seen: u64,
    /// The number of members read so far.
    length: usize,
    /// The index of the next property if the members are in the order of the schema.
    next: usize,
    /// The schema of the current member. `None` skips validation.
    schema: Option<&'static Schema>,
}

impl<'v> ObjectProgress<'v> {
    fn new(
        check: SchemaCheck<'v>,
        properties: &'static [Property],
        additional: Option<&'static Schema>,
    ) -> Self {
        check.require(properties.len() <= u64::BITS as usize);
        Self { check, properties, additional, seen: 0, length: 0, next: 0, schema: None }
    }

    fn start_member(&mut self, name: &str) {
        self.length += 1;
        if let Some(index) = self.find(name) {
            let bit = bit(index);
            self.check.require(self.seen & bit == 0);
            self.seen |= bit;
            self.next = index + 1;
            self.schema = Some(self.properties[index].schema);
        } else {
            self.check.require(name != NUMBER_MEMBER);
            self.schema = self.additional;
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
        let complete = properties.all(|(index, property)| {
            !property.required.applies_to(Direction::Response) || self.seen & bit(index) != 0
        });
        self.check.require(complete && count.is_none_or(|count| count.admits(self.length)));
    }
}

/// Returns the bit of a property. Objects with more properties than bits take the slow path.
fn bit(index: usize) -> u64 {
    1 << (index % u64::BITS as usize)
}

/// A wrapper of the seed of a member name that looks up the schema of the member.
struct MemberName<'p, 'v, S> {
    seed: S,
    progress: &'p mut ObjectProgress<'v>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for MemberName<'_, '_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for MemberName<'_, '_, S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<S::Value, E> {
        self.progress.start_member(name);
        self.seed.deserialize(StrDeserializer::new(name))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::{Validated, decode};
    use crate::samples;
    use crate::types::{CreditBatch, CreditQuantity};
    use crate::validate::{self, HasSchema};

    fn is_valid<T: HasSchema>(json: &str) -> bool {
        let valid = Cell::new(true);
        decode::<T>(json, T::SCHEMA, &valid).is_ok() && valid.get()
    }

    /// Compares the value with serde_json and the violations with the slow path.
    fn assert_agreement<T: HasSchema + PartialEq + std::fmt::Debug>(json: &str) {
        let Validated { value, violations } = validate::from_slice::<T>(json.as_bytes());
        assert_eq!(value, serde_json::from_str(json).ok(), "{json}");
        let found = validate::json::<T>(json.as_bytes());
        assert!(!super::is_valid(json, T::SCHEMA) || found.is_empty(), "{json}");
        if value.is_none() && found.is_empty() {
            assert_eq!(violations.len(), 1, "{json}");
        } else {
            assert_eq!(violations, found, "{json}");
        }
    }

    #[test]
    fn validates_valid_documents_in_one_pass() {
        for changes in [
            vec![],
            vec![("/status", json!("retired")), ("/retired_at", json!("2024-03-02T09:30:00Z"))],
            vec![("/beneficiary", json!(null)), ("/carbon_removal_data", json!(null))],
            vec![("/owner/name", json!("Кирилл \"\n")), ("/size/credits", json!(125))],
        ] {
            let json = samples::credit_batch(&changes).to_string();
            assert!(is_valid::<CreditBatch>(&json), "{json}");
            assert!(super::is_valid(&json, CreditBatch::SCHEMA), "{json}");
            assert_agreement::<CreditBatch>(&json);
        }
        assert!(is_valid::<CreditQuantity>(
            r#" {"credits": 1.5, "more": [{}], "credit_kgs": 1500} "#
        ));
    }

    #[test]
    fn detects_missing_and_duplicate_properties() {
        let mut batch = samples::credit_batch(&[]);
        let names: Vec<_> =
            batch.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names {
            let removed = batch.as_object_mut().and_then(|batch| batch.remove(&name)).unwrap();
            assert_agreement::<CreditBatch>(&batch.to_string());
            assert!(!is_valid::<CreditBatch>(&batch.to_string()), "{name}");
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
            assert!(!is_valid::<CreditQuantity>(json), "{json}");
            assert_agreement::<CreditQuantity>(json);
        }
    }
}
