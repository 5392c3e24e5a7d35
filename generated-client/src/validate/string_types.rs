//! Strings with rules: the identifiers, codes and open enums of the API.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};

use arrayvec::ArrayString;
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::validate::{Fault, Rule, StringRules, excerpt};

/// A string that the spec has rules for.
///
/// What a caller builds keeps the rules, as `FromStr` and `TryFrom` let nothing else
/// through. What the API sent is kept as it came, so that nothing is lost; whether it
/// keeps the rules is what [`check`](Self::check) tells.
///
/// The types in [`types`](crate::types) implement it, and no others can.
pub trait CheckedString: AsRef<str> + sealed::Sealed {
    /// The rules.
    #[doc(hidden)]
    const RULES: &'static StringRules;

    /// Checks the text against the rules, as is done before it goes out in a request.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    fn check(&self) -> Result<(), InvalidString> {
        check(Self::RULES, self.as_ref())
    }
}

pub(crate) mod sealed {
    /// Keeps [`CheckedString`](super::CheckedString) to the types of this crate.
    pub trait Sealed {}
}

pub(crate) fn check(rules: &StringRules, text: &str) -> Result<(), InvalidString> {
    rules.check(text).map_err(|fault| InvalidString::new(rules.name, fault))
}

/// Checks a text that is to be a segment of a path. Whatever its rules, it must be one
/// that no URL parser, proxy or server takes for less or more than that.
pub(crate) fn check_segment(rules: &StringRules, text: &str) -> Result<(), InvalidString> {
    check(rules, text)?;
    let stands_out = |c: char| c.is_control() || matches!(c, '/' | '\\' | '%' | '?' | '#');
    let (rule, expected) = if matches!(text, "" | "." | "..") {
        (Rule::Format, "a segment of a path other than an empty one, `.` and `..`")
    } else if text.contains(stands_out) {
        let expected = "none of `/`, `\\`, `%`, `?`, `#` and control characters, as it goes into a \
                        path";
        (Rule::Character, expected)
    } else {
        return Ok(());
    };
    let fault = Fault { rule, expected: expected.into(), got: excerpt(text) };
    Err(InvalidString::new(rules.name, fault))
}

/// Why a text is not what it was to be, such as an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidString {
    name: &'static str,
    rule: Rule,
    expected: Cow<'static, str>,
    got: String,
}

impl InvalidString {
    fn new(name: &'static str, fault: Fault) -> Self {
        Self { name, rule: fault.rule, expected: fault.expected, got: fault.got }
    }

    /// The type that the text was to be, as in `CreditBatchId`.
    pub fn type_name(&self) -> &'static str {
        self.name
    }

    /// The rule that the text breaks.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// What the rule asks for, in words.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What was there: the start of the text in JSON.
    pub fn got(&self) -> &str {
        &self.got
    }
}

impl fmt::Display for InvalidString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, rule, expected, got } = self;
        write!(f, "not a `{name}`: {rule}: expected {expected}, got {got}")
    }
}

impl Error for InvalidString {}

/// A value of an open enum that the spec does not know.
///
/// It comes from the API alone: no known value can be one, and parsing makes none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// The value as it was received.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text of which `N` bytes are kept in place, and longer ones on the heap.
#[derive(Clone)]
pub(crate) struct Text<const N: usize>(Storage<N>);

#[derive(Clone)]
enum Storage<const N: usize> {
    InPlace(ArrayString<N>),
    Heap(Box<str>),
}

impl<const N: usize> Text<N> {
    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            Storage::InPlace(text) => text,
            Storage::Heap(text) => text,
        }
    }
}

impl<const N: usize> From<&str> for Text<N> {
    fn from(text: &str) -> Self {
        let in_place = ArrayString::from(text).map(Storage::InPlace);
        Self(in_place.unwrap_or_else(|_| Storage::Heap(text.into())))
    }
}

impl<const N: usize> PartialEq for Text<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<const N: usize> Eq for Text<N> {}

impl<const N: usize> PartialOrd for Text<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for Text<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl<const N: usize> Hash for Text<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Text<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(|text: &str| text.into()))
    }
}

/// Makes something of a string without copying it first.
pub(crate) struct TextVisitor<F>(pub(crate) F);

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for TextVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}

/// What identifiers, codes and open enums have in common: all that follows from
/// `as_str`, the rules and a way to keep any text.
///
/// Here and below, whatever the spec may give its name to is named by its full path: a
/// schema may be called `String` and a value of an enum `error`.
macro_rules! checked_string {
    ($name:ident, $rules:path, $keep:expr) => {
        impl crate::scalars::string::sealed::Sealed for $name {}

        impl crate::CheckedString for $name {
            const RULES: &'static crate::validate::StringRules = &$rules;
        }

        impl ::core::str::FromStr for $name {
            type Err = crate::InvalidString;

            fn from_str(text: &str) -> ::core::result::Result<Self, crate::InvalidString> {
                crate::scalars::string::check(&$rules, text).map(|()| $keep(text))
            }
        }

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = crate::InvalidString;

            fn try_from(text: &str) -> ::core::result::Result<Self, crate::InvalidString> {
                text.parse()
            }
        }

        impl ::core::convert::TryFrom<::std::string::String> for $name {
            type Error = crate::InvalidString;

            fn try_from(
                text: ::std::string::String,
            ) -> ::core::result::Result<Self, crate::InvalidString> {
                text.parse()
            }
        }

        impl ::core::convert::From<$name> for ::std::string::String {
            fn from(text: $name) -> Self {
                ::std::borrow::ToOwned::to_owned(text.as_str())
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::core::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// Keeps any text. Whether it keeps the rules is for
        /// [`CheckedString::check`](crate::CheckedString::check) to tell.
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                deserializer.deserialize_str(crate::scalars::string::TextVisitor($keep))
            }
        }
    };
}

/// Gives a newtype of [`Text`] its rules and all that a text type can do.
macro_rules! string_type {
    ($name:ident, $rules:path) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(::core::stringify!($name)).field(&self.as_str()).finish()
            }
        }

        crate::scalars::string::checked_string!($name, $rules, |text: &str| $name(
            ::core::convert::From::from(text)
        ));
    };
}

/// Gives an enum with a variant `Unknown` the names of its values and all that a
/// text type can do.
macro_rules! open_enum {
    ($name:ident, $rules:path, { $($variant:ident = $value:literal),* $(,)? }) => {
        impl $name {
            /// The value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        crate::scalars::string::checked_string!($name, $rules, |text: &str| match text {
            $($value => $name::$variant,)*
            other => $name::Unknown(crate::UnknownValue::new(other)),
        });
    };
}

pub(crate) use {checked_string, open_enum, string_type};

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use serde_json::json;

    use super::{CheckedString, Text, check_segment};
    use crate::types::{CreditBatchId, CreditBatchStatus};
    use crate::validate::{Rule, StringRules};

    const ID: &str = "ctb_1DRBTYA8Q1S07CBY";

    /// Types of which each name means something else to Rust.
    mod taken {
        #![allow(dead_code, unreachable_pub)]

        struct AsRef;
        struct From;
        struct FromStr;
        struct Into;
        struct Ok;
        struct PartialEq;
        struct Result;
        struct ToOwned;
        struct TryFrom;

        static RULES: crate::validate::StringRules = crate::validate::StringRules {
            values: &["err", "error", "ok"],
            ..crate::validate::StringRules::ANY
        };

        pub(super) struct String(crate::scalars::string::Text<3>);
        crate::scalars::string::string_type!(String, RULES);

        pub(super) struct Option(crate::scalars::string::Text<3>);
        crate::scalars::string::string_type!(Option, RULES);
        crate::scalars::country::country_code!(Option);

        #[derive(Debug)]
        pub(super) enum Level {
            Err,
            Error,
            Ok,
            Unknown(crate::UnknownValue),
        }
        crate::scalars::string::open_enum!(Level, RULES, { Err = "err", Error = "error", Ok = "ok" });
    }

    #[test]
    fn the_names_of_the_spec_take_none_from_the_code_around_them() {
        for text in ["err", "error", "ok"] {
            assert_eq!(text.parse::<taken::Level>().unwrap(), text);
            assert_eq!(String::from(text.parse::<taken::String>().unwrap()), text);
        }
        assert!("warning".parse::<taken::Level>().is_err());
        let country = "err".parse::<taken::Option>().unwrap().country();
        assert_eq!(country, None);
    }

    #[test]
    fn an_identifier_is_parsed_strictly() {
        let id: CreditBatchId = ID.parse().unwrap();
        assert_eq!(id, ID);
        assert_eq!(CreditBatchId::try_from(ID), Ok(id.clone()));
        assert_eq!(CreditBatchId::try_from(ID.to_owned()), Ok(id.clone()));
        assert_eq!(String::from(id), ID);
        let error = CreditBatchId::try_from("iss_1EWT8R5FY1S0GFCY").unwrap_err();
        assert_eq!(error.type_name(), "CreditBatchId");
        assert_eq!(error.rule(), Rule::Prefix);
        assert_eq!(
            error.to_string(),
            "not a `CreditBatchId`: prefix: expected `ctb_` at the start, got \
             \"iss_1EWT8R5FY1S0GFCY\""
        );
    }

    #[test]
    fn an_identifier_is_received_as_it_comes_and_checked_later() {
        for text in [ID, "", "new_prefix/é", &"long".repeat(50)] {
            let id: CreditBatchId = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(id.as_str(), text);
            assert_eq!(id.check().is_ok(), text == ID);
            assert_eq!(serde_json::to_value(&id).unwrap(), json!(text));
        }
    }

    #[test]
    fn an_identifier_shows_what_it_is() {
        let id: CreditBatchId = ID.parse().unwrap();
        assert_eq!(format!("{id:?}"), format!("CreditBatchId(\"{ID}\")"));
        assert_eq!(format!("{id:>22}"), format!("  {ID}"));
    }

    #[test]
    fn a_text_of_any_form_is_still_one_segment_of_a_path() {
        for text in ["a", "ctb_1", "...", "a.b", "é ü", "a:b@c;d=e&f", ".a"] {
            assert_eq!(check_segment(&StringRules::ANY, text), Ok(()), "{text}");
        }
        for text in ["", ".", ".."] {
            let error = check_segment(&StringRules::ANY, text).unwrap_err();
            assert_eq!(error.rule(), Rule::Format, "{text}");
        }
        for text in ["/", "a/b", "..\\", "%2e%2E", "a?b", "a#", "a\nb", "\u{7f}", "a\0"] {
            let error = check_segment(&StringRules::ANY, text).unwrap_err();
            assert_eq!(error.rule(), Rule::Character, "{text}");
        }
        assert_eq!(
            check_segment(&StringRules::ANY, "../x").unwrap_err().to_string(),
            "not a `text`: character: expected none of `/`, `\\`, `%`, `?`, `#` and control \
             characters, as it goes into a path, got \"../x\""
        );
    }

    #[test]
    fn texts_compare_and_hash_as_strings_do_wherever_they_are_kept() {
        let texts = ["b", "abcd", "a", "abc", "", "abcd"].map(Text::<3>::from);
        let sorted: BTreeSet<_> = texts.clone().into_iter().collect();
        let sorted: Vec<_> = sorted.iter().map(Text::as_str).collect();
        assert_eq!(sorted, ["", "a", "abc", "abcd", "b"]);
        assert_eq!(texts.into_iter().collect::<HashSet<_>>().len(), 5);
    }

    #[test]
    fn an_identifier_is_small() {
        assert!(size_of::<CreditBatchId>() <= 48);
    }

    #[test]
    fn an_unknown_value_of_an_enum_survives_a_round_trip() {
        for text in ["active", "split", "retired", "frozen", "Active", ""] {
            let status: CreditBatchStatus = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(status.as_str(), text);
            assert_eq!(status.to_string(), text);
            assert_eq!(serde_json::to_value(&status).unwrap(), json!(text));
        }
    }

    #[test]
    fn only_a_known_value_of_an_enum_can_be_parsed() {
        assert_eq!("split".parse(), Ok(CreditBatchStatus::Split));
        let error = "frozen".parse::<CreditBatchStatus>().unwrap_err();
        assert_eq!(error.rule(), Rule::Enum);
        let unknown: CreditBatchStatus = serde_json::from_value(json!("frozen")).unwrap();
        assert_eq!(unknown.check(), Err(error));
        assert_eq!(CreditBatchStatus::Split.check(), Ok(()));
    }
}
