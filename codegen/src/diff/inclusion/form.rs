//! The normal form of schemas: assertions and their Boolean combinations, each stored
//! once, so that schemas that say the same have the same identifier.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::numbers::{NumberLimit, Rational};

/// A JSON type. Integers are numbers that are multiples of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonType {
    Null = 1,
    Boolean = 2,
    Number = 4,
    String = 8,
    Array = 16,
    Object = 32,
}

impl JsonType {
    /// All types, those with the simplest values first.
    pub(super) const ALL: [Self; 6] =
        [Self::Null, Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];

    pub(super) fn of(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }
}

/// A set of JSON types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TypeSet(u8);

impl TypeSet {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(63);

    pub(super) fn contains(self, json_type: JsonType) -> bool {
        self.0 & json_type as u8 != 0
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn complement(self) -> Self {
        Self(63 & !self.0)
    }
}

impl From<JsonType> for TypeSet {
    fn from(json_type: JsonType) -> Self {
        Self(json_type as u8)
    }
}

impl FromIterator<JsonType> for TypeSet {
    fn from_iter<I: IntoIterator<Item = JsonType>>(types: I) -> Self {
        types.into_iter().fold(Self::NONE, |set, json_type| set.union(json_type.into()))
    }
}

/// A value without parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ScalarValue {
    Null,
    Boolean(bool),
    Number(Rational),
    String(Rc<str>),
}

/// The members of an object that an assertion is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum NameSelector {
    /// The member of this name.
    Name(Rc<str>),
    /// Members whose name matches a pattern.
    Pattern(Rc<str>),
    /// Members with none of these names whose name matches none of these patterns.
    Rest { names: BTreeSet<Rc<str>>, patterns: BTreeSet<Rc<str>> },
}

/// The identifier of a form within its [`Forms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FormId(u32);

/// An assertion about a value, or a combination of assertions.
///
/// Assertions about numbers, strings, arrays and objects hold for values of every
/// other type, as in JSON Schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Types(TypeSet),
    Scalars(BTreeSet<ScalarValue>),
    All(Vec<FormId>),
    Any(Vec<FormId>),
    One(Vec<FormId>),
    Not(FormId),
    /// A schema that is read when it is needed: an index of `Normalizer::deferred`.
    Deferred(usize),
    /// An assertion about values of these types that is beyond this module, and why. Those
    /// of the same identity mean the same.
    Opaque {
        types: TypeSet,
        reason: Rc<str>,
        identity: Rc<str>,
    },

    /// The text of a value of these types satisfies a form.
    Text {
        types: TypeSet,
        form: FormId,
    },

    Minimum(NumberLimit),
    Maximum(NumberLimit),
    MultipleOf(Rational),
    /// The number is the shortest decimal of some 32-bit float.
    SinglePrecision,

    MinLength(u64),
    MaxLength(u64),
    Pattern(Rc<str>),
    Format(Rc<str>),

    MinItems(u64),
    MaxItems(u64),
    /// Elements from one index to before another satisfy a form.
    Items(usize, Option<usize>, FormId),
    /// At least so many elements satisfy a form.
    Contains(FormId, u64),
    /// At most so many elements satisfy a form.
    ContainsMax(FormId, u64),
    Unique,

    MinMembers(u64),
    MaxMembers(u64),
    Required(Rc<str>),
    Members(NameSelector, FormId),
    Names(FormId),
}

impl Form {
    /// The types of which an assertion can refuse values; `None` for a combination,
    /// and for an assertion about all types.
    pub(super) fn subject(&self) -> Option<TypeSet> {
        let json_type = match self {
            Self::Opaque { types, .. } | Self::Text { types, .. } => return Some(*types),
            Self::Minimum(_) | Self::Maximum(_) | Self::MultipleOf(_) | Self::SinglePrecision => {
                JsonType::Number
            }
            Self::MinLength(_) | Self::MaxLength(_) | Self::Pattern(_) | Self::Format(_) => {
                JsonType::String
            }
            Self::MinItems(_)
            | Self::MaxItems(_)
            | Self::Items(..)
            | Self::Contains(..)
            | Self::ContainsMax(..)
            | Self::Unique => JsonType::Array,
            Self::MinMembers(_)
            | Self::MaxMembers(_)
            | Self::Required(_)
            | Self::Members(..)
            | Self::Names(_) => JsonType::Object,
            _ => return None,
        };
        Some(json_type.into())
    }
}

/// All forms of two documents.
#[derive(Debug, Default)]
pub(super) struct Forms {
    list: Vec<Rc<Form>>,
    /// The possible types of each form.
    types: Vec<TypeSet>,
    ids: HashMap<Rc<Form>, FormId>,
}

impl Forms {
    pub(super) fn get(&self, id: FormId) -> Rc<Form> {
        Rc::clone(&self.list[id.0 as usize])
    }

    pub(super) fn intern(&mut self, form: Form) -> FormId {
        let form = match form {
            Form::MinLength(0) | Form::MinItems(0) | Form::MinMembers(0) => {
                Form::Types(TypeSet::ALL)
            }
            form => form,
        };
        if let Some(id) = self.ids.get(&form) {
            return *id;
        }
        self.types.push(self.types_of(&form));
        let form = Rc::new(form);
        let id = FormId(self.list.len() as u32);
        self.list.push(Rc::clone(&form));
        self.ids.insert(form, id);
        id
    }

    pub(super) fn always(&mut self) -> FormId {
        self.intern(Form::Types(TypeSet::ALL))
    }

    pub(super) fn never(&mut self) -> FormId {
        self.intern(Form::Types(TypeSet::NONE))
    }

    pub(super) fn types(&mut self, types: impl Into<TypeSet>) -> FormId {
        self.intern(Form::Types(types.into()))
    }

    pub(super) fn not(&mut self, id: FormId) -> FormId {
        match &*self.get(id) {
            Form::Not(inner) => *inner,
            Form::Types(types) => self.types(types.complement()),
            _ => self.intern(Form::Not(id)),
        }
    }

    /// The conjunction: nested ones are opened and types are intersected.
    pub(super) fn all(&mut self, parts: impl IntoIterator<Item = FormId>) -> FormId {
        let mut types = TypeSet::ALL;
        let mut kept = BTreeSet::new();
        for part in parts {
            match &*self.get(part) {
                Form::Types(more) => types = types.intersection(*more),
                Form::All(inner) => {
                    for part in inner {
                        match &*self.get(*part) {
                            Form::Types(more) => types = types.intersection(*more),
                            _ => _ = kept.insert(*part),
                        }
                    }
                }
                _ => _ = kept.insert(part),
            }
        }
        kept.retain(|part| {
            self.list[part.0 as usize]
                .subject()
                .is_none_or(|s| s.intersection(types) != TypeSet::NONE)
        });
        if types == TypeSet::NONE || kept.is_empty() {
            return self.types(types);
        }
        if types != TypeSet::ALL {
            kept.insert(self.types(types));
        }
        self.single(kept).unwrap_or_else(|kept| self.intern(Form::All(kept)))
    }

    /// The disjunction: nested ones are opened, types and scalars are united.
    pub(super) fn any(&mut self, parts: impl IntoIterator<Item = FormId>) -> FormId {
        let mut types = TypeSet::NONE;
        let mut scalars = BTreeSet::new();
        let mut kept = BTreeSet::new();
        for part in parts {
            let part_form = self.get(part);
            let inner = match &*part_form {
                Form::Any(inner) => inner.as_slice(),
                _ => std::slice::from_ref(&part),
            };
            for part in inner {
                match &*self.get(*part) {
                    Form::Types(more) => types = types.union(*more),
                    Form::Scalars(more) => scalars.extend(more.iter().cloned()),
                    _ => _ = kept.insert(*part),
                }
            }
        }
        if !scalars.is_empty() {
            kept.insert(self.intern(Form::Scalars(scalars)));
        }
        if types == TypeSet::ALL || kept.is_empty() {
            return self.types(types);
        }
        if types != TypeSet::NONE {
            kept.insert(self.types(types));
        }
        self.single(kept).unwrap_or_else(|kept| self.intern(Form::Any(kept)))
    }

    fn single(&self, kept: BTreeSet<FormId>) -> Result<FormId, Vec<FormId>> {
        match kept.first() {
            Some(only) if kept.len() == 1 => Ok(*only),
            _ => Err(kept.into_iter().collect()),
        }
    }

    /// Exactly one of `parts`, which is their disjunction where no value satisfies two.
    pub(super) fn one(&mut self, mut parts: Vec<FormId>) -> FormId {
        if parts.len() < 2 || self.are_disjoint(&parts) {
            return self.any(parts);
        }
        parts.sort_unstable();
        self.intern(Form::One(parts))
    }

    fn are_disjoint(&self, parts: &[FormId]) -> bool {
        let types: Vec<_> = parts.iter().map(|part| self.possible_types(*part)).collect();
        let mut seen = TypeSet::NONE;
        let by_type = types.iter().all(|types| {
            let disjoint = seen.intersection(*types) == TypeSet::NONE;
            seen = seen.union(*types);
            disjoint
        });
        by_type || self.are_apart(parts, |forms, part| forms.scalars(part)) || {
            let objects = types.iter().all(|types| *types == JsonType::Object.into());
            objects
                && self
                    .tags(parts[0])
                    .into_iter()
                    .any(|name| self.are_apart(parts, |forms, part| forms.tag_values(part, &name)))
        }
    }

    /// Returns whether each part has a set of values and no two of them overlap.
    fn are_apart(
        &self,
        parts: &[FormId],
        values: impl Fn(&Self, FormId) -> Option<BTreeSet<ScalarValue>>,
    ) -> bool {
        let mut seen = HashSet::new();
        parts.iter().all(|part| {
            values(self, *part)
                .is_some_and(|values| values.into_iter().all(|value| seen.insert(value)))
        })
    }

    /// The conjuncts of a form: itself, where it is no conjunction.
    fn conjuncts(&self, id: FormId) -> Vec<Rc<Form>> {
        match &*self.get(id) {
            Form::All(parts) => parts.iter().map(|part| self.get(*part)).collect(),
            _ => vec![self.get(id)],
        }
    }

    /// The types of the values that can satisfy a form, and perhaps others.
    pub(super) fn possible_types(&self, id: FormId) -> TypeSet {
        self.types[id.0 as usize]
    }

    fn types_of(&self, form: &Form) -> TypeSet {
        let combine = |parts: &[FormId], start, combine: fn(TypeSet, TypeSet) -> TypeSet| {
            parts.iter().map(|part| self.possible_types(*part)).fold(start, combine)
        };
        match form {
            Form::Types(types) => *types,
            Form::Scalars(scalars) => scalars.iter().map(ScalarValue::json_type).collect(),
            Form::All(parts) => combine(parts, TypeSet::ALL, TypeSet::intersection),
            Form::Any(parts) | Form::One(parts) => combine(parts, TypeSet::NONE, TypeSet::union),
            _ => TypeSet::ALL,
        }
    }

    /// The only values that can satisfy a form, where it lists them.
    fn scalars(&self, id: FormId) -> Option<BTreeSet<ScalarValue>> {
        self.conjuncts(id).iter().find_map(|form| match &**form {
            Form::Scalars(scalars) => Some(scalars.clone()),
            _ => None,
        })
    }

    /// The required members of an object that may tell it from others.
    fn tags(&self, id: FormId) -> Vec<Rc<str>> {
        let required = self.conjuncts(id).into_iter().filter_map(|form| match &*form {
            Form::Required(name) => Some(Rc::clone(name)),
            _ => None,
        });
        required.collect()
    }

    fn tag_values(&self, id: FormId, tag: &str) -> Option<BTreeSet<ScalarValue>> {
        let conjuncts = self.conjuncts(id);
        let required = |form: &Rc<Form>| matches!(&**form, Form::Required(name) if &**name == tag);
        conjuncts.iter().any(required).then_some(())?;
        conjuncts.iter().find_map(|form| match &**form {
            Form::Members(NameSelector::Name(name), value) if &**name == tag => {
                self.scalars(*value)
            }
            _ => None,
        })
    }
}

impl ScalarValue {
    pub(super) fn json_type(&self) -> JsonType {
        match self {
            Self::Null => JsonType::Null,
            Self::Boolean(_) => JsonType::Boolean,
            Self::Number(_) => JsonType::Number,
            Self::String(_) => JsonType::String,
        }
    }

    /// The scalar of a JSON value; `None` for arrays, objects and extreme numbers.
    pub(super) fn of_json(value: &serde_json::Value) -> Option<Self> {
        use serde_json::Value as Json;
        Some(match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Boolean(*value),
            Json::Number(number) => Self::Number(Rational::of_json(number)?),
            Json::String(text) => Self::String(text.as_str().into()),
            Json::Array(_) | Json::Object(_) => return None,
        })
    }

    pub(super) fn to_json(&self) -> Option<serde_json::Value> {
        use serde_json::Value as Json;
        Some(match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => Json::Bool(*value),
            Self::Number(number) => Json::Number(number.to_json()?),
            Self::String(text) => Json::String((**text).to_owned()),
        })
    }
}

/// A form that has to hold, or must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal {
    pub(super) form: FormId,
    pub(super) holds: bool,
}

impl Literal {
    pub(super) fn yes(form: FormId) -> Self {
        Self { form, holds: true }
    }

    pub(super) fn no(form: FormId) -> Self {
        Self { form, holds: false }
    }

    pub(super) fn negated(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}
