//! Formats of strings: what is known of their values.

/// A format with the facts about its values.
pub(super) struct KnownFormat {
    pub(super) name: &'static str,
    /// A pattern that every value matches.
    pub(super) pattern: &'static str,
    /// Set if every string that matches the pattern is a value.
    pub(super) exact: bool,
    /// Formats of which every value is a value of this one.
    pub(super) contains: &'static [&'static str],
    /// Some values.
    pub(super) examples: &'static [&'static str],
}

/// Formats without effect on the value of a string.
pub(super) const WITHOUT_EFFECT: &[&str] = &["binary", "password", "html", "markdown", "text"];

/// Integer formats with their ranges.
pub(super) const INTEGERS: &[(&str, i128, i128)] = &[
    ("int8", i8::MIN as i128, i8::MAX as i128),
    ("uint8", 0, u8::MAX as i128),
    ("int16", i16::MIN as i128, i16::MAX as i128),
    ("uint16", 0, u16::MAX as i128),
    ("int32", i32::MIN as i128, i32::MAX as i128),
    ("uint32", 0, u32::MAX as i128),
    ("int64", i64::MIN as i128, i64::MAX as i128),
    ("uint64", 0, u64::MAX as i128),
];

/// Formats of numbers without effect: every JSON number can be read as a double.
pub(super) const NUMBERS: &[&str] = &["double", "decimal"];

const UUID: KnownFormat = KnownFormat {
    exact: true,
    ..inexact(
        "uuid",
        "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        &[],
    )
};

const URI_REFERENCE: KnownFormat = KnownFormat {
    contains: &["uri"],
    ..inexact("uri-reference", "^[!-~]*$", &["/a", "/b", "https://example.com/c"])
};

const fn inexact(
    name: &'static str,
    pattern: &'static str,
    examples: &'static [&'static str],
) -> KnownFormat {
    KnownFormat { name, pattern, exact: false, contains: &[], examples }
}

const FORMATS: &[KnownFormat] = &[
    UUID,
    URI_REFERENCE,
    inexact("date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", &["2000-01-01", "2000-01-02", "2000-01-03"]),
    inexact(
        "date-time",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.+Zz-]{6,}$",
        &["2000-01-01T00:00:00Z", "2000-01-02T00:00:00Z", "2000-01-03T00:00:00Z"],
    ),
    inexact("time", "^[0-9]{2}:[0-9]{2}", &["00:00:00Z", "00:00:01Z", "00:00:02Z"]),
    inexact("email", "^.+@.+$", &["a@example.com", "b@example.com", "c@example.com"]),
    inexact(
        "ipv4",
        r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$",
        &["127.0.0.1", "127.0.0.2", "127.0.0.3"],
    ),
    inexact("ipv6", "^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$", &["::1", "::2", "::3"]),
    inexact(
        "uri",
        "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]*$",
        &["https://example.com/a", "https://example.com/b", "https://example.com/c"],
    ),
    inexact("hostname", "^[A-Za-z0-9._-]+$", &["a.example", "b.example", "c.example"]),
    inexact("iso-3166-1-alpha-3", "^[A-Z]{3}$", &["GBR", "DEU", "USA"]),
    inexact("base64", r"^[A-Za-z0-9+/=_\s-]*$", &["", "YQ==", "Yg=="]),
];

/// The format called `name`.
pub(super) fn find(name: &str) -> Option<&'static KnownFormat> {
    FORMATS.iter().find(|format| format.name == name)
}
