//! Validation rules as data. `cargo xtask regen` writes the tables, and this module's
//! siblings interpret them.

/// The rules for one JSON value.
#[derive(Debug)]
pub enum Schema {
    /// Any value.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A number without fraction or exponent that fits an `i64`.
    Integer(Bounds),
    /// A number that fits an `f64`.
    Number(Bounds),
    /// A number that a [`Decimal`](crate::Decimal) represents exactly.
    Decimal(Bounds),
    /// A string.
    String(&'static StringRules),
    /// An array.
    Array {
        /// The rules for each item.
        items: &'static Schema,
        /// The permitted number of items.
        count: Count,
        /// Rejects equal items (`uniqueItems`).
        unique: bool,
    },
    /// An object.
    Object {
        /// The known properties, sorted by name.
        properties: &'static [Property],
        /// The rules for every other property. `None` ignores other properties.
        additional: Option<&'static Schema>,
        /// The permitted number of properties.
        count: Count,
    },
    /// Null, or a value that matches the inner schema.
    Nullable(&'static Schema),
    /// A value that matches exactly one of the schemas.
    OneOf(&'static [&'static Schema]),
    /// A value that matches at least one of the schemas.
    AnyOf(&'static [&'static Schema]),
    /// A value that matches all schemas.
    AllOf(&'static [&'static Schema]),
}

/// A named property of an object.
#[derive(Debug)]
pub struct Property {
    /// The name.
    pub name: &'static str,
    /// The messages that need the property.
    pub required: Required,
    /// The rules for the value.
    pub schema: &'static Schema,
}

/// The messages in which a property is required: `readOnly` properties are required in
/// responses only, and `writeOnly` properties in requests only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// Requests and responses.
    Always,
    /// Requests.
    InRequests,
    /// Responses.
    InResponses,
    /// Neither.
    Never,
}

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

impl Required {
    pub(super) fn applies_to(self, direction: Direction) -> bool {
        match self {
            Self::Always => true,
            Self::InRequests => direction == Direction::Request,
            Self::InResponses => direction == Direction::Response,
            Self::Never => false,
        }
    }
}

/// The rules for a number, besides its type.
#[derive(Debug)]
pub struct Bounds {
    /// The minimum. `true` excludes the minimum itself.
    pub minimum: Option<(f64, bool)>,
    /// The maximum. `true` excludes the maximum itself.
    pub maximum: Option<(f64, bool)>,
    /// A divisor of the value.
    pub multiple_of: Option<f64>,
    /// The format. Only [`Format::Int32`] applies to numbers.
    pub format: Option<Format>,
}

/// The rules for a string, checked in the order of the fields.
#[derive(Debug)]
pub struct StringRules {
    /// The Rust type of the string, for error messages.
    pub name: &'static str,
    /// The permitted length in characters.
    pub length: Count,
    /// The required prefix.
    pub prefix: &'static str,
    /// The pieces that make up the rest of the string after the prefix. `None` permits any
    /// characters.
    pub pieces: Option<&'static [Piece]>,
    /// The format.
    pub format: Option<Format>,
    /// The permitted values. Empty permits any value.
    pub values: &'static [&'static str],
}

/// A piece of a pattern: a run of characters of one class.
///
/// The classes of adjacent pieces are disjoint, so a run always ends at the first character
/// outside its class.
#[derive(Debug)]
pub struct Piece {
    /// The class, as inclusive ranges.
    pub class: &'static [(char, char)],
    /// The ASCII members of the class, indexed by byte. Bytes above 127 are never members.
    pub(super) ascii: [bool; 256],
    /// The permitted length of the run.
    pub count: Count,
}

impl Piece {
    pub(crate) const fn new(class: &'static [(char, char)], count: Count) -> Self {
        let mut ascii = [false; 256];
        let mut character = 0;
        while character < 128_u32 {
            let mut range = 0;
            while range < class.len() {
                let (first, last) = class[range];
                let is_in = first as u32 <= character && character <= last as u32;
                ascii[character as usize] |= is_in;
                range += 1;
            }
            character += 1;
        }
        Self { class, ascii, count }
    }
}

/// An inclusive range of counts.
#[derive(Debug)]
pub struct Count {
    /// The minimum.
    pub min: usize,
    /// The maximum, if any.
    pub max: Option<usize>,
}

/// A validated `format`.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// An ISO 3166-1 alpha-3 code.
    CountryCode,
    /// `full-date` of RFC 3339.
    Date,
    /// `date-time` of RFC 3339.
    DateTime,
    /// A fixed-point number that a [`Decimal`](crate::Decimal) represents exactly.
    Decimal,
    /// A signed integer of 32 bits.
    Int32,
}

impl Schema {
    /// Returns the schema without any `Nullable` wrapper.
    pub fn non_null(&'static self) -> &'static Self {
        match self {
            Self::Nullable(inner) => inner.non_null(),
            schema => schema,
        }
    }

    /// Returns the rules for a property of an object.
    pub fn property(&'static self, name: &str) -> Option<&'static Self> {
        let Self::Object { properties, .. } = self.non_null() else { return None };
        let index = properties.binary_search_by_key(&name, |property| property.name).ok()?;
        Some(properties[index].schema)
    }
}

impl StringRules {
    /// Permits any string.
    pub(crate) const ANY: Self = Self {
        name: "string",
        length: Count { min: 0, max: None },
        prefix: "",
        pieces: None,
        format: None,
        values: &[],
    };
}

impl Count {
    pub(crate) fn admits(&self, count: usize) -> bool {
        self.min <= count && self.max.is_none_or(|max| count <= max)
    }

    /// Describes the range, for example `20 to 37`.
    pub(crate) fn describe(&self) -> String {
        match (self.min, self.max) {
            (min, None) => format!("at least {min}"),
            (min, Some(max)) if min == max => min.to_string(),
            (0, Some(max)) => format!("at most {max}"),
            (min, Some(max)) => format!("{min} to {max}"),
        }
    }

    /// Describes the range with a noun, for example `20 to 37 characters`.
    pub(crate) fn describe_with(&self, singular: &str, plural: &str) -> String {
        let noun = if self.max.unwrap_or(self.min) == 1 { singular } else { plural };
        format!("{} {noun}", self.describe())
    }
}
