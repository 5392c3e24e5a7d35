//! String types with validation rules: identifiers, codes and open enums.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use serde::de::Visitor;

use super::schema::StringRules;
use super::strings::StringViolation;
use super::violation::Rule;

/// A string type with validation rules.
///
/// Parsing with `FromStr` or `TryFrom` rejects invalid strings. Deserialization keeps any
/// string, so that no data from the API is lost; [`check`](Self::check) validates it.
///
/// This trait is sealed: only the types in [`types`](crate::types) implement it.
pub trait CheckedString: AsRef<str> + sealed::Sealed {
    /// The rules.
    #[doc(hidden)]
    const RULES: &'static StringRules;

    /// Validates the string. Calls do the same before they send a request.
    ///
    /// # Errors
    ///
    /// Returns the first violation.
    fn check(&self) -> Result<(), InvalidString> {
        check(Self::RULES, self.as_ref())
    }
}

pub(crate) mod sealed {
    /// Restricts [`CheckedString`](super::CheckedString) and
    /// [`Operation`](crate::Operation) to the types of this crate.
    pub trait Sealed {}
}

pub(crate) fn check(rules: &StringRules, text: &str) -> Result<(), InvalidString> {
    rules.check(text).map_err(|violation| InvalidString::new(rules.name, violation))
}

/// An error from parsing or checking a string, such as an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidString {
    name: &'static str,
    rule: Rule,
    expected: Cow<'static, str>,
    got: String,
}

impl InvalidString {
    fn new(name: &'static str, violation: StringViolation) -> Self {
        let StringViolation { rule, expected, got } = violation;
        Self { name, rule, expected, got }
    }

    /// Returns the name of the string type, for example `CreditBatchId`.
    pub fn type_name(&self) -> &'static str {
        self.name
    }

    /// Returns the violated rule.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Returns a description of the strings that the rule permits.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the start of the string, quoted as JSON.
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

/// A value of an open enum that is not in the spec.
///
/// Only deserialization creates it, for values that the API has added. It never equals a known
/// value. Parsing rejects unknown values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// Returns the value as received.
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

/// A visitor that converts a borrowed string.
pub(crate) struct StringVisitor<F>(pub(crate) F);

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for StringVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}

/// Implements the common traits of string types on top of an inherent `as_str`.
///
/// `$convert` converts any `&str`, valid or not, to the type.
///
/// The macros in this module use full paths, because names in the spec may shadow those of the
/// prelude, for example a schema called `String` or an enum value called `error`.
macro_rules! checked_string {
    ($name:ident, $rules:path, $convert:expr) => {
        impl crate::validate::string_types::sealed::Sealed for $name {}

        impl crate::CheckedString for $name {
            const RULES: &'static crate::validate::StringRules = &$rules;
        }

        impl ::core::str::FromStr for $name {
            type Err = crate::InvalidString;

            fn from_str(text: &str) -> ::core::result::Result<Self, crate::InvalidString> {
                crate::validate::string_types::check(&$rules, text).map(|()| $convert(text))
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

        /// Accepts any string. Use [`CheckedString::check`](crate::CheckedString::check) to
        /// validate it.
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                deserializer.deserialize_str(crate::validate::string_types::StringVisitor($convert))
            }
        }
    };
}

/// Implements a string type for a newtype of `CompactString`.
macro_rules! string_type {
    ($name:ident, $rules:path) => {
        impl $name {
            /// Returns the string.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(::core::stringify!($name)).field(&self.as_str()).finish()
            }
        }

        crate::validate::string_types::checked_string!($name, $rules, |text: &str| $name(
            ::core::convert::From::from(text)
        ));
    };
}

/// Implements a string type for an enum with a variant `Unknown`.
macro_rules! open_enum {
    ($name:ident, $rules:path, { $($variant:ident = $value:literal),* $(,)? }) => {
        impl $name {
            /// Returns the value as the API spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        crate::validate::string_types::checked_string!($name, $rules, |text: &str| match text {
            $($value => $name::$variant,)*
            other => $name::Unknown(crate::UnknownValue::new(other)),
        });
    };
}

pub(crate) use {checked_string, open_enum, string_type};

#[cfg(test)]
mod tests {
    /// Types and variants that shadow names of the prelude.
    mod shadowing {
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

        pub(super) struct String(compact_str::CompactString);
        crate::validate::string_types::string_type!(String, RULES);

        pub(super) struct Option(compact_str::CompactString);
        crate::validate::string_types::string_type!(Option, RULES);
        crate::scalars::country::country_code!(Option);

        #[derive(Debug)]
        pub(super) enum Level {
            Err,
            Error,
            Ok,
            Unknown(crate::UnknownValue),
        }
        crate::validate::string_types::open_enum!(Level, RULES, { Err = "err", Error = "error", Ok = "ok" });
    }

    #[test]
    fn macros_compile_with_names_that_shadow_the_prelude() {
        for text in ["err", "error", "ok"] {
            assert_eq!(text.parse::<shadowing::Level>().unwrap(), text);
            assert_eq!(String::from(text.parse::<shadowing::String>().unwrap()), text);
        }
        assert!("warning".parse::<shadowing::Level>().is_err());
        let country = "err".parse::<shadowing::Option>().unwrap().country();
        assert_eq!(country, None);
    }
}
