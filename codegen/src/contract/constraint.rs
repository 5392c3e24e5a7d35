//! What a fact says, and what it means when that changes.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

/// A set of words, in order.
pub type Words = BTreeSet<String>;

/// What a fact says. Its kind, and not the keyword it came from, decides what a
/// change of it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Standing there allows fewer values: `uniqueItems`.
    Limit,
    /// Standing there allows more values: `nullable`.
    Permission,
    /// A remark that allows neither more nor fewer values: `default`. Empty where
    /// standing there is all that it says: `deprecated`.
    Note(String),
    /// A rule that can only be compared as a whole: `contentEncoding`.
    Text(String),
    /// From a least to a greatest number: `length`, `value`.
    Range(Range),
    /// The types a value may have; none means that no value will do.
    Types(Words),
    /// A format, of which some contain others: `int64` contains `int32`.
    Format(String),
    /// What a number must be a multiple of.
    Multiple(Number),
    /// One of these is needed: `enum`.
    Choice(Words),
    /// All of these are needed: `pattern`, where `allOf` brings two together.
    Demand(Words),
    /// Alternative sets of credentials, of each of which all are needed.
    Credentials(BTreeSet<Words>),
}

/// What a change of a fact does to the values that it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Fewer are allowed.
    Narrowed,
    /// More are allowed.
    Widened,
    /// Others are allowed; which, cannot be told, or some more and some fewer.
    Shifted,
    /// The same are allowed.
    Noted,
}

impl Effect {
    /// The effect of the opposite change, or of the same change below `not`.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Narrowed => Self::Widened,
            Self::Widened => Self::Narrowed,
            Self::Shifted | Self::Noted => self,
        }
    }

    /// `None` where both contain each other.
    fn of_inclusion(base_contains: bool, revision_contains: bool) -> Option<Self> {
        match (base_contains, revision_contains) {
            (true, true) => None,
            (true, false) => Some(Self::Narrowed),
            (false, true) => Some(Self::Widened),
            (false, false) => Some(Self::Shifted),
        }
    }
}

/// How values travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wire {
    /// With their type: JSON.
    Typed,
    /// As text, of which numbers and truth values are a part: parameters, headers,
    /// XML, forms.
    Text,
}

impl Value {
    /// What it means that a fact appears; the reverse is what it means that it
    /// goes away.
    pub fn appearance(&self) -> Effect {
        match self {
            Self::Permission => Effect::Widened,
            Self::Note(_) => Effect::Noted,
            _ => Effect::Narrowed,
        }
    }

    /// What it means that a fact which said `self` now says `revision`. `None`
    /// where both say the same.
    pub fn change(&self, revision: &Self, wire: Wire) -> Option<Effect> {
        if self == revision {
            return None;
        }
        let (here, there) = match (self, revision) {
            (Self::Note(_), Self::Note(_)) => return Some(Effect::Noted),
            (Self::Range(a), Self::Range(b)) => (a.contains(b), b.contains(a)),
            (Self::Types(a), Self::Types(b)) => {
                (types_contain(a, b, wire), types_contain(b, a, wire))
            }
            (Self::Format(a), Self::Format(b)) => (format_contains(a, b), format_contains(b, a)),
            (Self::Multiple(a), Self::Multiple(b)) => (b.multiple_of(a), a.multiple_of(b)),
            (Self::Choice(a), Self::Choice(b)) => (a.is_superset(b), b.is_superset(a)),
            (Self::Demand(a), Self::Demand(b)) => (a.is_subset(b), b.is_subset(a)),
            (Self::Credentials(a), Self::Credentials(b)) => (accepts(a, b), accepts(b, a)),
            _ => (false, false),
        };
        Effect::of_inclusion(here, there)
    }

    /// The value of a schema that must satisfy both; `self` is the nearer one.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => Self::Range(a.and(b)),
            (Self::Types(a), Self::Types(b)) => Self::Types(types_in_both(&a, &b)),
            (Self::Choice(a), Self::Choice(b)) => Self::Choice(&a & &b),
            (Self::Demand(a), Self::Demand(b)) => Self::Demand(&a | &b),
            (Self::Format(a), Self::Format(b)) if format_contains(&b, &a) => Self::Format(a),
            (Self::Format(a), Self::Format(b)) if format_contains(&a, &b) => Self::Format(b),
            (Self::Format(a), Self::Format(b)) => Self::Format(both(&a, &b)),
            (Self::Multiple(a), Self::Multiple(b)) if b.multiple_of(&a) => Self::Multiple(b),
            (Self::Text(a), Self::Text(b)) if a != b => Self::Text(both(&a, &b)),
            (nearer, _) => nearer,
        }
    }
}

fn both(a: &str, b: &str) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    format!("{first} & {second}")
}

fn type_covered(of: &Words, name: &str, wire: Wire) -> bool {
    of.contains(name)
        || name == "integer" && of.contains("number")
        || wire == Wire::Text && name != "null" && of.contains("string")
}

/// As text, a number is a string too; but who lists both tells them apart.
fn types_contain(outer: &Words, inner: &Words, wire: Wire) -> bool {
    let wire = if inner.contains("string") { Wire::Typed } else { wire };
    inner.iter().all(|name| type_covered(outer, name, wire))
}

fn types_in_both(a: &Words, b: &Words) -> Words {
    let covered = |of: &Words, name: &&String| type_covered(of, name, Wire::Typed);
    let from_a = a.iter().filter(|name| covered(b, name));
    from_a.chain(b.iter().filter(|name| covered(a, name))).cloned().collect()
}

/// From the OpenAPI format registry; each contains those before it.
const GROWING_FORMATS: [&[&str]; 2] = [&["int8", "int16", "int32", "int64"], &["float", "double"]];

fn format_contains(outer: &str, inner: &str) -> bool {
    outer == inner
        || GROWING_FORMATS.iter().any(|family| {
            let place = |format| family.iter().position(|member| *member == format);
            matches!((place(outer), place(inner)), (Some(outer), Some(inner)) if outer > inner)
        })
}

/// Whether everything that satisfies `inner` satisfies `outer`.
fn accepts(outer: &BTreeSet<Words>, inner: &BTreeSet<Words>) -> bool {
    inner.iter().all(|given| outer.iter().any(|needed| needed.is_subset(given)))
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit | Self::Permission => Ok(()),
            Self::Note(text) | Self::Text(text) | Self::Format(text) => f.write_str(text),
            Self::Range(range) => range.fmt(f),
            Self::Types(words) if words.is_empty() => f.write_str("none"),
            Self::Types(words) | Self::Choice(words) => joined(f, words, " | "),
            Self::Demand(words) => joined(f, words, " & "),
            Self::Multiple(number) => number.fmt(f),
            Self::Credentials(alternatives) => {
                for (index, words) in alternatives.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { " | " })?;
                    match words.is_empty() {
                        true => f.write_str("none")?,
                        false => joined(f, words, " + ")?,
                    }
                }
                Ok(())
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, words: &Words, separator: &str) -> fmt::Result {
    for (index, word) in words.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { separator })?;
        f.write_str(word)?;
    }
    Ok(())
}

/// A number as JSON has them: `0` and `0.0` are one.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Without a fraction.
    Integer(i128),
    /// With one, or too large for an exact one. Finite.
    Float(f64),
}

impl Number {
    /// Beyond this not every integer is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    pub(super) fn from_float(number: f64) -> Self {
        if number.fract() == 0.0 && number.abs() <= Self::EXACT {
            Self::Integer(number as i128)
        } else {
            Self::Float(number)
        }
    }

    fn as_float(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    /// Floats are taken at their shortest decimal form, as they were written:
    /// 0.3 is a multiple of 0.1.
    fn multiple_of(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Integer(0)) => false,
            (Self::Integer(a), Self::Integer(b)) => a % b == 0,
            _ => {
                let quotient = self.as_float() / other.as_float();
                (quotient - quotient.round()).abs() < 1e-9
            }
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            _ => self.as_float().total_cmp(&other.as_float()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
        }
    }
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// The number at the end.
    pub at: Number,
    /// Whether the number itself lies outside.
    pub exclusive: bool,
}

/// The numbers from a least to a greatest; an absent end is open.
///
/// Displays as Rust writes ranges: `3..=37`, `..10`; a least number that lies
/// outside is `>0..`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The lower end.
    pub least: Option<Bound>,
    /// The upper end.
    pub greatest: Option<Bound>,
}

impl Range {
    fn contains(&self, inner: &Self) -> bool {
        self.and(*inner) == *inner
    }

    /// What lies in both.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        // Of two lower ends at one number the exclusive one leaves less; of two
        // upper ends too, so there the order of `exclusive` has to be turned.
        let upper = |bound: &Bound| (bound.at, !bound.exclusive);
        Self {
            least: self.least.max(other.least),
            greatest: [self.greatest, other.greatest].into_iter().flatten().min_by_key(upper),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Bound { at, exclusive }) = self.least {
            write!(f, "{}{at}", if exclusive { ">" } else { "" })?;
        }
        f.write_str("..")?;
        match self.greatest {
            Some(Bound { at, exclusive }) => write!(f, "{}{at}", if exclusive { "" } else { "=" }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn range(least: Option<i128>, greatest: Option<i128>) -> Value {
        let bound = |at| Bound { at: Number::Integer(at), exclusive: false };
        Value::Range(Range { least: least.map(bound), greatest: greatest.map(bound) })
    }

    #[track_caller]
    fn assert_change(base: Value, revision: Value, wire: Wire, effect: Option<Effect>) {
        assert_eq!(base.change(&revision, wire), effect, "{base} => {revision}");
        let back = effect.map(Effect::reversed);
        assert_eq!(revision.change(&base, wire), back, "{revision} => {base}");
    }

    #[test]
    fn a_change_is_judged_by_the_kind_of_value() {
        use Effect::{Narrowed, Noted, Shifted, Widened};
        use Wire::{Text, Typed};
        let types = |text| Value::Types(words(text));
        let format = |text: &str| Value::Format(text.into());
        let choice = |text| Value::Choice(words(text));
        let demand = |text| Value::Demand(words(text));
        let multiple = |n| Value::Multiple(Number::from_float(n));
        let note = |text: &str| Value::Note(text.into());
        assert_change(range(Some(1), Some(9)), range(Some(2), Some(9)), Typed, Some(Narrowed));
        assert_change(range(Some(1), Some(9)), range(Some(1), None), Typed, Some(Widened));
        assert_change(range(Some(1), Some(9)), range(Some(2), Some(10)), Typed, Some(Shifted));
        assert_change(types("integer"), types("number"), Typed, Some(Widened));
        assert_change(types("integer"), types("string"), Typed, Some(Shifted));
        assert_change(types("integer"), types("string"), Text, Some(Widened));
        assert_change(types("integer"), types("integer string"), Text, Some(Widened));
        assert_change(types("integer number"), types("number"), Typed, None);
        assert_change(types(""), types("string"), Typed, Some(Widened));
        assert_change(format("int32"), format("int64"), Typed, Some(Widened));
        assert_change(format("date"), format("uuid"), Typed, Some(Shifted));
        assert_change(choice("a b"), choice("a b c"), Typed, Some(Widened));
        assert_change(choice("a b"), choice("a c"), Typed, Some(Shifted));
        assert_change(demand("a b"), demand("a"), Typed, Some(Widened));
        assert_change(multiple(0.1), multiple(0.3), Typed, Some(Narrowed));
        assert_change(multiple(2.0), multiple(3.0), Typed, Some(Shifted));
        assert_change(note("1"), note("2"), Typed, Some(Noted));
    }

    #[test]
    fn one_more_credential_is_a_narrower_call_and_one_more_alternative_a_wider() {
        let credentials = |alternatives: &[&str]| {
            Value::Credentials(alternatives.iter().map(|text| words(text)).collect())
        };
        let change = |a: &[&str], b: &[&str]| credentials(a).change(&credentials(b), Wire::Typed);
        assert_eq!(change(&["token"], &["token secret"]), Some(Effect::Narrowed));
        assert_eq!(change(&[""], &["token"]), Some(Effect::Narrowed));
        assert_eq!(change(&["token"], &["token", "secret"]), Some(Effect::Widened));
        assert_eq!(change(&["token"], &["secret"]), Some(Effect::Shifted));
    }

    #[test]
    fn an_exclusive_end_is_the_tighter_of_two_at_one_number() {
        let end = |exclusive| Some(Bound { at: Number::Integer(5), exclusive });
        let open = Range { least: end(true), greatest: end(true) };
        let closed = Range { least: end(false), greatest: end(false) };
        assert_eq!(open.and(closed), open);
        assert!(closed.contains(&open) && !open.contains(&closed));
        assert_eq!((open.to_string(), closed.to_string()), (">5..5".into(), "5..=5".into()));
    }
}
