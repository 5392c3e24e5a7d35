//! The rules of the spec as data: what regen writes and the walker reads.

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
    /// A number that a [`Decimal`](crate::Decimal) holds as it was written.
    Decimal(Bounds),
    /// A string.
    Text(&'static StringRules),
    /// An array.
    Array {
        /// The rules for each item.
        items: &'static Schema,
        /// How many items there may be.
        count: Count,
        /// Whether no two items may be equal.
        unique: bool,
    },
    /// An object.
    Object {
        /// The known properties, sorted by name.
        properties: &'static [Property],
        /// The rules for every other property; `None` ignores them.
        additional: Option<&'static Schema>,
        /// How many properties there may be.
        count: Count,
    },
    /// Null or what the other schema says.
    Nullable(&'static Schema),
    /// What exactly one of these says.
    OneOf(&'static [&'static Schema]),
    /// What at least one of these says.
    AnyOf(&'static [&'static Schema]),
    /// What all of these say.
    AllOf(&'static [&'static Schema]),
}

/// A named member of an object.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Whether the object must have it.
    pub required: bool,
    /// The rules for its value.
    pub schema: &'static Schema,
}

/// The rules for a number, besides its type.
#[derive(Debug)]
pub struct Bounds {
    /// The least value, and whether that is itself left out.
    pub minimum: Option<(f64, bool)>,
    /// The greatest value, and whether that is itself left out.
    pub maximum: Option<(f64, bool)>,
    /// What the value must be a multiple of.
    pub multiple_of: Option<f64>,
    /// What the value must fit.
    pub format: Option<Format>,
}

/// The rules for a string. They are checked in the order of these fields.
#[derive(Debug)]
pub struct StringRules {
    /// The type that the string becomes.
    pub name: &'static str,
    /// Its length in characters.
    pub length: Count,
    /// What it starts with.
    pub prefix: &'static str,
    /// What comes after the prefix, from left to right and to the end; `None` is
    /// anything.
    pub pieces: Option<&'static [Piece]>,
    /// What it stands for.
    pub format: Option<Format>,
    /// The known values, if they are listed.
    pub values: &'static [&'static str],
}

/// A run of characters of one class. The classes of two neighbours share no
/// character, so that a run always ends at the first character not of its class.
#[derive(Debug)]
pub struct Piece {
    /// The class, as inclusive ranges.
    pub(super) class: &'static [(char, char)],
    /// Whether a byte is a character of the class. Only ASCII is one byte each.
    pub(super) ascii: [bool; 256],
    /// The length of the run.
    pub(super) count: Count,
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

/// How many there may be of something.
#[derive(Debug)]
pub struct Count {
    /// The least number.
    pub min: usize,
    /// The greatest number, if there is one.
    pub max: Option<usize>,
}

/// A format that is checked.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// An ISO 3166-1 alpha-3 code.
    CountryCode,
    /// `full-date` of RFC 3339.
    Date,
    /// `date-time` of RFC 3339.
    DateTime,
    /// A signed integer of 32 bits.
    Int32,
}

impl StringRules {
    /// Any string.
    pub(crate) const ANY: Self = Self {
        name: "text",
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

    /// The numbers in words, as in `20 to 37`.
    pub(crate) fn describe(&self) -> String {
        match (self.min, self.max) {
            (min, None) => format!("at least {min}"),
            (min, Some(max)) if min == max => min.to_string(),
            (0, Some(max)) => format!("at most {max}"),
            (min, Some(max)) => format!("{min} to {max}"),
        }
    }

    /// The numbers in words with what is counted, as in `20 to 37 characters`.
    pub(crate) fn describe_of(&self, one: &str, many: &str) -> String {
        let what = if self.max.unwrap_or(self.min) == 1 { one } else { many };
        format!("{} {what}", self.describe())
    }
}
