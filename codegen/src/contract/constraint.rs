//! Constraints: the values of facts, and the relation of two constraints.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

/// A sorted set of strings.
pub type StringSet = BTreeSet<String>;

/// The value of a fact. Its variant, not the keyword it was read from, decides how a
/// change is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// A keyword whose presence allows fewer values: `uniqueItems`.
    Limit,
    /// A keyword whose presence allows more values: `nullable`.
    Permission,
    /// A remark that does not change the allowed values: `default`. Empty for a
    /// keyword without a value: `deprecated`.
    Note(String),
    /// A constraint that can only be compared for equality: `contentEncoding`.
    Opaque(String),
    /// An interval of numbers: `length`, `value`.
    Range(Range),
    /// The allowed types; an empty set allows no value.
    Types(StringSet),
    /// A format. Some formats include others: `int64` includes `int32`.
    Format(String),
    /// The divisor of `multipleOf`.
    MultipleOf(JsonNumber),
    /// Values of which one must match: `enum`.
    AnyOf(StringSet),
    /// Constraints that must all hold: `pattern`, if `allOf` merges two of them.
    AllOf(StringSet),
    /// Alternative sets of credentials; every credential of a set is needed.
    Credentials(BTreeSet<StringSet>),
}

/// The relation of a changed set of allowed values to the set before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetRelation {
    /// A subset: fewer values are allowed.
    Narrowed,
    /// A superset: more values are allowed.
    Widened,
    /// Neither contains the other, or the relation cannot be determined.
    Incomparable,
    /// The same set: only a remark changed.
    Unchanged,
}

impl SetRelation {
    /// Returns the relation of the reverse change.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Narrowed => Self::Widened,
            Self::Widened => Self::Narrowed,
            Self::Incomparable | Self::Unchanged => self,
        }
    }

    /// Returns `None` if both sets contain each other.
    fn from_inclusion(base_contains: bool, revision_contains: bool) -> Option<Self> {
        match (base_contains, revision_contains) {
            (true, true) => None,
            (true, false) => Some(Self::Narrowed),
            (false, true) => Some(Self::Widened),
            (false, false) => Some(Self::Incomparable),
        }
    }
}

/// The encoding of values on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueEncoding {
    /// JSON, which keeps types apart.
    Json,
    /// Text, in which every number is a string too: parameters, headers, XML, forms.
    Text,
}

impl Constraint {
    /// Returns the relation for a constraint that was added. Removing it is the
    /// reverse.
    pub fn when_added(&self) -> SetRelation {
        match self {
            Self::Permission => SetRelation::Widened,
            Self::Note(_) => SetRelation::Unchanged,
            _ => SetRelation::Narrowed,
        }
    }

    /// Returns whether this is the requirement of no credentials.
    pub(crate) fn is_no_credentials(&self) -> bool {
        matches!(self, Self::Credentials(sets) if sets.iter().all(StringSet::is_empty))
    }

    /// Returns the relation for a change from `self` to `revision`; `None` if both
    /// mean the same.
    pub fn change(&self, revision: &Self, encoding: ValueEncoding) -> Option<SetRelation> {
        if self == revision {
            return None;
        }
        let (base_contains, revision_contains) = match (self, revision) {
            (Self::Note(_), Self::Note(_)) => return Some(SetRelation::Unchanged),
            (Self::Range(a), Self::Range(b)) => (a.contains(b), b.contains(a)),
            (Self::Types(a), Self::Types(b)) => {
                (types_contain(a, b, encoding), types_contain(b, a, encoding))
            }
            (Self::Format(a), Self::Format(b)) => (format_contains(a, b), format_contains(b, a)),
            (Self::MultipleOf(a), Self::MultipleOf(b)) => {
                (b.is_multiple_of(a), a.is_multiple_of(b))
            }
            (Self::AnyOf(a), Self::AnyOf(b)) => (a.is_superset(b), b.is_superset(a)),
            (Self::AllOf(a), Self::AllOf(b)) => (a.is_subset(b), b.is_subset(a)),
            (Self::Credentials(a), Self::Credentials(b)) => {
                (credentials_accept(a, b), credentials_accept(b, a))
            }
            _ => (false, false),
        };
        SetRelation::from_inclusion(base_contains, revision_contains)
    }

    /// Returns the constraint of a schema that must satisfy both. Where two cannot be
    /// combined, `self` wins.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => Self::Range(a.and(b)),
            (Self::Types(a), Self::Types(b)) => Self::Types(types_in_both(&a, &b)),
            (Self::AnyOf(a), Self::AnyOf(b)) => Self::AnyOf(&a & &b),
            (Self::AllOf(a), Self::AllOf(b)) => Self::AllOf(&a | &b),
            (Self::Format(a), Self::Format(b)) if format_contains(&b, &a) => Self::Format(a),
            (Self::Format(a), Self::Format(b)) if format_contains(&a, &b) => Self::Format(b),
            (Self::Format(a), Self::Format(b)) => Self::Format(both(&a, &b)),
            (Self::MultipleOf(a), Self::MultipleOf(b)) if b.is_multiple_of(&a) => {
                Self::MultipleOf(b)
            }
            (Self::Opaque(a), Self::Opaque(b)) if a != b => Self::Opaque(both(&a, &b)),
            (nearer, _) => nearer,
        }
    }
}

fn both(a: &str, b: &str) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    format!("{first} & {second}")
}

fn type_is_covered(types: &StringSet, name: &str, encoding: ValueEncoding) -> bool {
    types.contains(name)
        || name == "integer" && types.contains("number")
        || encoding == ValueEncoding::Text && name != "null" && types.contains("string")
}

/// In text every number is a string too. A schema that lists both types
/// distinguishes them nevertheless.
fn types_contain(outer: &StringSet, inner: &StringSet, encoding: ValueEncoding) -> bool {
    let encoding = if inner.contains("string") { ValueEncoding::Json } else { encoding };
    inner.iter().all(|name| type_is_covered(outer, name, encoding))
}

fn types_in_both(a: &StringSet, b: &StringSet) -> StringSet {
    let is_covered =
        |types: &StringSet, name: &&String| type_is_covered(types, name, ValueEncoding::Json);
    let from_a = a.iter().filter(|name| is_covered(b, name));
    from_a.chain(b.iter().filter(|name| is_covered(a, name))).cloned().collect()
}

/// Families of the OpenAPI format registry; each format includes those before it.
const GROWING_FORMATS: [&[&str]; 2] = [&["int8", "int16", "int32", "int64"], &["float", "double"]];

fn format_contains(outer: &str, inner: &str) -> bool {
    outer == inner
        || GROWING_FORMATS.iter().any(|family| {
            let place = |format| family.iter().position(|member| *member == format);
            matches!((place(outer), place(inner)), (Some(outer), Some(inner)) if outer > inner)
        })
}

/// The text before the URL at which a token is refreshed.
pub(super) const REFRESH: &str = " refresh ";

/// Returns whether every set of credentials in `inner` is sufficient for `outer`.
fn credentials_accept(outer: &BTreeSet<StringSet>, inner: &BTreeSet<StringSet>) -> bool {
    let has = |given: &StringSet, needed: &String| {
        // Those who did not refresh tokens need not do so from now on.
        let without_refresh = needed.split_once(REFRESH).map(|(credential, _)| credential);
        given.contains(needed) || without_refresh.is_some_and(|needed| given.contains(needed))
    };
    let suffices = |given: &StringSet, needed: &StringSet| needed.iter().all(|n| has(given, n));
    inner.iter().all(|given| outer.iter().any(|needed| suffices(given, needed)))
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit | Self::Permission => Ok(()),
            Self::Note(text) | Self::Opaque(text) | Self::Format(text) => f.write_str(text),
            Self::Range(range) => range.fmt(f),
            Self::Types(set) if set.is_empty() => f.write_str("none"),
            Self::Types(set) | Self::AnyOf(set) => write_joined(f, set, " | "),
            Self::AllOf(set) => write_joined(f, set, " & "),
            Self::MultipleOf(number) => number.fmt(f),
            Self::Credentials(alternatives) => {
                for (index, set) in alternatives.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { " | " })?;
                    if set.is_empty() {
                        f.write_str("none")?;
                    } else {
                        write_joined(f, set, " + ")?;
                    }
                }
                Ok(())
            }
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, set: &StringSet, separator: &str) -> fmt::Result {
    for (index, string) in set.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { separator })?;
        f.write_str(string)?;
    }
    Ok(())
}

/// A JSON number. `0` and `0.0` are equal.
#[derive(Clone, Copy, Debug)]
pub enum JsonNumber {
    /// A number without a fraction.
    Integer(i128),
    /// A finite number with a fraction, or too large to be exact.
    Float(f64),
}

impl JsonNumber {
    /// The largest magnitude up to which floats represent every integer.
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

    /// Compares floats by their decimal form: 0.3 is a multiple of 0.1.
    fn is_multiple_of(&self, other: &Self) -> bool {
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

impl Ord for JsonNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            _ => self.as_float().total_cmp(&other.as_float()),
        }
    }
}

impl PartialOrd for JsonNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for JsonNumber {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for JsonNumber {}

impl fmt::Display for JsonNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
        }
    }
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// The number at the end.
    pub at: JsonNumber,
    /// True if the number itself is excluded.
    pub exclusive: bool,
}

/// An interval of numbers; an absent end is unbounded.
///
/// Displays in Rust's notation: `3..=37`, `..10`. An exclusive lower end is `>0..`.
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

    /// Returns the range with inclusive ends that has the same integers.
    #[must_use]
    pub(super) fn of_integers(self) -> Self {
        let inclusive = |bound: Bound, up: bool| {
            let at = match bound.at {
                JsonNumber::Integer(at) if bound.exclusive && up => at.checked_add(1),
                JsonNumber::Integer(at) if bound.exclusive => at.checked_sub(1),
                JsonNumber::Integer(at) => Some(at),
                JsonNumber::Float(at) if at.abs() > JsonNumber::EXACT => None,
                JsonNumber::Float(at) => Some((if up { at.ceil() } else { at.floor() }) as i128),
            };
            let at = at.map(JsonNumber::Integer);
            at.map_or(bound, |at| Bound { at, exclusive: false })
        };
        Self {
            least: self.least.map(|bound| inclusive(bound, true)),
            greatest: self.greatest.map(|bound| inclusive(bound, false)),
        }
    }

    /// Returns the intersection.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        // At the same number the exclusive end is the tighter one. For lower ends it
        // is the greater one; for upper ends the order of `exclusive` is inverted.
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

    fn set(text: &str) -> StringSet {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn range(least: Option<i128>, greatest: Option<i128>) -> Constraint {
        let bound = |at| Bound { at: JsonNumber::Integer(at), exclusive: false };
        Constraint::Range(Range { least: least.map(bound), greatest: greatest.map(bound) })
    }

    #[track_caller]
    fn assert_change(
        base: Constraint,
        revision: Constraint,
        encoding: ValueEncoding,
        relation: Option<SetRelation>,
    ) {
        assert_eq!(base.change(&revision, encoding), relation, "{base} => {revision}");
        let back = relation.map(SetRelation::reversed);
        assert_eq!(revision.change(&base, encoding), back, "{revision} => {base}");
    }

    #[test]
    fn relation_depends_on_the_kind_of_constraint() {
        use SetRelation::{Incomparable, Narrowed, Unchanged, Widened};
        use ValueEncoding::{Json, Text};
        let types = |text| Constraint::Types(set(text));
        let format = |text: &str| Constraint::Format(text.into());
        let any_of = |text| Constraint::AnyOf(set(text));
        let all_of = |text| Constraint::AllOf(set(text));
        let multiple = |n| Constraint::MultipleOf(JsonNumber::from_float(n));
        let note = |text: &str| Constraint::Note(text.into());
        assert_change(range(Some(1), Some(9)), range(Some(2), Some(9)), Json, Some(Narrowed));
        assert_change(range(Some(1), Some(9)), range(Some(1), None), Json, Some(Widened));
        assert_change(range(Some(1), Some(9)), range(Some(2), Some(10)), Json, Some(Incomparable));
        assert_change(types("integer"), types("number"), Json, Some(Widened));
        assert_change(types("integer"), types("string"), Json, Some(Incomparable));
        assert_change(types("integer"), types("string"), Text, Some(Widened));
        assert_change(types("integer"), types("integer string"), Text, Some(Widened));
        assert_change(types("integer number"), types("number"), Json, None);
        assert_change(types(""), types("string"), Json, Some(Widened));
        assert_change(format("int32"), format("int64"), Json, Some(Widened));
        assert_change(format("date"), format("uuid"), Json, Some(Incomparable));
        assert_change(any_of("a b"), any_of("a b c"), Json, Some(Widened));
        assert_change(any_of("a b"), any_of("a c"), Json, Some(Incomparable));
        assert_change(all_of("a b"), all_of("a"), Json, Some(Widened));
        assert_change(multiple(0.1), multiple(0.3), Json, Some(Narrowed));
        assert_change(multiple(2.0), multiple(3.0), Json, Some(Incomparable));
        assert_change(note("1"), note("2"), Json, Some(Unchanged));
    }

    #[test]
    fn additional_credential_narrows_and_additional_alternative_widens() {
        let credentials = |alternatives: &[&str]| {
            Constraint::Credentials(alternatives.iter().map(|text| set(text)).collect())
        };
        let change =
            |a: &[&str], b: &[&str]| credentials(a).change(&credentials(b), ValueEncoding::Json);
        assert_eq!(change(&["token"], &["token secret"]), Some(SetRelation::Narrowed));
        assert_eq!(change(&[""], &["token"]), Some(SetRelation::Narrowed));
        assert_eq!(change(&["token"], &["token", "secret"]), Some(SetRelation::Widened));
        assert_eq!(change(&["token"], &["secret"]), Some(SetRelation::Incomparable));
        assert_eq!(change(&[""], &["", "token"]), None);
    }

    #[test]
    fn exclusive_end_is_tighter_at_the_same_number() {
        let end = |exclusive| Some(Bound { at: JsonNumber::Integer(5), exclusive });
        let open = Range { least: end(true), greatest: end(true) };
        let closed = Range { least: end(false), greatest: end(false) };
        assert_eq!(open.and(closed), open);
        assert!(closed.contains(&open) && !open.contains(&closed));
        assert_eq!((open.to_string(), closed.to_string()), (">5..5".into(), "5..=5".into()));
    }
}
