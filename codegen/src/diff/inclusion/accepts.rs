//! Evaluation: whether a value satisfies a form.

use serde_json::Value as Json;

use super::InclusionChecker;
use super::form::{Form, FormId, JsonType, Literal, NameSelector, ScalarValue};
use super::numbers::Rational;
use super::strings::has_format;
use super::wire_form::text_of;

impl InclusionChecker<'_> {
    /// Returns whether a value satisfies a literal; `None` where that is not known.
    pub(super) fn accepts(&mut self, literal: Literal, value: &Json) -> Option<bool> {
        self.memory.enter().ok()?;
        let result = self.evaluate(literal.form, value);
        self.memory.leave();
        result.map(|accepted| accepted == literal.holds)
    }

    fn form_accepts(&mut self, form: FormId, value: &Json) -> Option<bool> {
        self.accepts(Literal::yes(form), value)
    }

    fn evaluate(&mut self, id: FormId, value: &Json) -> Option<bool> {
        let form = self.forms.get(id);
        let json_type = JsonType::of(value);
        if form.subject().is_some_and(|types| !types.contains(json_type)) {
            return Some(true);
        }
        let is_about_strings = form.subject().is_some() || matches!(&*form, Form::Scalars(_));
        if let Json::String(text) = value
            && is_about_strings
            && let Some(assumed) = self.memory.placeholders.get(text)
        {
            return (*assumed == id).then_some(true);
        }
        match &*form {
            Form::Types(types) => Some(types.contains(json_type)),
            Form::Scalars(scalars) => match (ScalarValue::of_json(value), value) {
                (Some(scalar), _) => Some(scalars.contains(&scalar)),
                (None, Json::Number(_)) => None,
                (None, _) => Some(false),
            },
            Form::All(parts) => every(parts, |part| self.form_accepts(*part, value)),
            Form::Any(parts) => {
                every(parts, |part| Some(!self.form_accepts(*part, value)?)).map(|none| !none)
            }
            Form::One(parts) => self.exactly_one(parts, value),
            Form::Not(inner) => self.form_accepts(*inner, value).map(|accepted| !accepted),
            Form::Deferred(index) => {
                let target = self.read_deferred(*index);
                self.form_accepts(target, value)
            }
            Form::Opaque { .. } => None,
            Form::Text { form, .. } => self.form_accepts(*form, &Json::String(text_of(value)?)),
            form => match value {
                Json::Number(number) => number_accepts(form, Rational::of_json(number)?),
                Json::String(text) => self.string_accepts(form, text),
                Json::Array(elements) => self.array_accepts(form, elements),
                Json::Object(members) => self.object_accepts(form, members),
                Json::Null | Json::Bool(_) => Some(true),
            },
        }
    }

    fn exactly_one(&mut self, parts: &[FormId], value: &Json) -> Option<bool> {
        let (mut certain, mut possible) = (0, 0);
        for part in parts {
            match self.form_accepts(*part, value) {
                Some(accepted) => certain += usize::from(accepted),
                None => possible += 1,
            }
        }
        match (certain, possible) {
            (2.., _) => Some(false),
            (_, 0) => Some(certain == 1),
            _ => None,
        }
    }

    fn string_accepts(&mut self, form: &Form, text: &str) -> Option<bool> {
        let length = || text.chars().count() as u64;
        match form {
            Form::MinLength(min) => Some(length() >= *min),
            Form::MaxLength(max) => Some(length() <= *max),
            Form::Pattern(pattern) => self.memory.patterns.matches(pattern, text),
            Form::Format(name) => has_format(&mut self.memory.patterns, name, text),
            _ => None,
        }
    }

    fn array_accepts(&mut self, form: &Form, elements: &[Json]) -> Option<bool> {
        let length = elements.len();
        match form {
            Form::MinItems(min) => Some(length as u64 >= *min),
            Form::MaxItems(max) => Some(length as u64 <= *max),
            Form::Items(from, to, item) => {
                let range = (*from).min(length)..to.unwrap_or(length).min(length);
                every(&elements[range], |element| self.form_accepts(*item, element))
            }
            Form::Contains(item, min) => {
                let (certain, possible) = self.count_matching(*item, elements);
                decided(certain >= *min, certain + possible < *min)
            }
            Form::ContainsMax(item, max) => {
                let (certain, possible) = self.count_matching(*item, elements);
                decided(certain + possible <= *max, certain > *max)
            }
            Form::Unique => {
                let pairs = (0..length).flat_map(|right| (0..right).map(move |left| (left, right)));
                Some(!pairs.into_iter().any(|(l, r)| same(&elements[l], &elements[r])))
            }
            _ => None,
        }
    }

    /// Counts the elements that satisfy a form for certain, and those that perhaps do.
    fn count_matching(&mut self, item: FormId, elements: &[Json]) -> (u64, u64) {
        elements.iter().fold((0, 0), |(certain, possible), element| {
            match self.form_accepts(item, element) {
                Some(true) => (certain + 1, possible),
                Some(false) => (certain, possible),
                None => (certain, possible + 1),
            }
        })
    }

    fn object_accepts(
        &mut self,
        form: &Form,
        members: &serde_json::Map<String, Json>,
    ) -> Option<bool> {
        let count = members.len() as u64;
        match form {
            Form::MinMembers(min) => Some(count >= *min),
            Form::MaxMembers(max) => Some(count <= *max),
            Form::Required(name) => Some(members.contains_key(&**name)),
            Form::Members(NameSelector::Name(name), member) => match members.get(&**name) {
                Some(value) => self.form_accepts(*member, value),
                None => Some(true),
            },
            Form::Members(selector, member) => {
                every(members, |(name, value)| match self.selects(selector, name) {
                    Some(false) => Some(true),
                    Some(true) => self.form_accepts(*member, value),
                    None => self.form_accepts(*member, value).filter(|accepted| *accepted),
                })
            }
            Form::Names(form) => {
                every(members.keys(), |name| self.form_accepts(*form, &Json::String(name.clone())))
            }
            _ => None,
        }
    }

    /// Returns whether a selector is about a name; `None` where that is not known.
    pub(super) fn selects(&mut self, selector: &NameSelector, name: &str) -> Option<bool> {
        match selector {
            NameSelector::Name(selected) => Some(**selected == *name),
            NameSelector::Pattern(pattern) => self.memory.patterns.matches(pattern, name),
            NameSelector::Rest { names, .. } if names.contains(name) => Some(false),
            NameSelector::Rest { patterns, .. } => {
                every(patterns, |pattern| Some(!self.memory.patterns.matches(pattern, name)?))
            }
        }
    }
}

fn number_accepts(form: &Form, number: Rational) -> Option<bool> {
    match form {
        Form::Minimum(limit) => {
            Some(number > limit.value || number == limit.value && !limit.exclusive)
        }
        Form::Maximum(limit) => {
            Some(number < limit.value || number == limit.value && !limit.exclusive)
        }
        Form::MultipleOf(step) => number.is_multiple_of(*step),
        Form::SinglePrecision => Some(number.is_single_precision()),
        _ => None,
    }
}

fn decided(yes: bool, no: bool) -> Option<bool> {
    match (yes, no) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Returns whether all inputs pass: no if one does not, else unknown if one is unknown.
fn every<I>(
    inputs: impl IntoIterator<Item = I>,
    mut passes: impl FnMut(I) -> Option<bool>,
) -> Option<bool> {
    let mut result = Some(true);
    for input in inputs {
        match passes(input) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

/// Equality of JSON values, in which `1` and `1.0` are the same number.
pub(super) fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left == right
                || Rational::of_json(left)
                    .is_some_and(|left| Some(left) == Rational::of_json(right))
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|r| same(value, r)))
        }
        _ => left == right,
    }
}
