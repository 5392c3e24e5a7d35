//! Countries of ISO 3166-1.

mod table;

use std::fmt;

use table::{Row, TABLE};

/// A country or territory with an ISO 3166-1 code.
///
/// ```
/// use isometric_registry::{Country, types::CountryCode};
///
/// let code: CountryCode = "GBR".parse()?;
/// let country = code.country().map(|country| country.alpha2());
/// assert_eq!(country, Some("GB"));
/// assert_eq!(Country::from_alpha3("XKX"), None);
/// # Ok::<(), isometric_registry::InvalidString>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(u8);

impl Country {
    /// Returns the country with this alpha-3 code, in upper case.
    pub fn from_alpha3(code: &str) -> Option<Self> {
        let index = TABLE.binary_search_by_key(&table::key(code), |row| row.key).ok()?;
        u8::try_from(index).ok().map(Self)
    }

    /// Returns all countries with an assigned code. Reserved codes, such as `XKX` for Kosovo,
    /// and withdrawn codes are not included.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).zip(&TABLE).map(|(index, _)| Self(index))
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    /// Returns the alpha-2 code, for example `GB`.
    pub fn alpha2(self) -> &'static str {
        self.row().alpha2
    }

    /// Returns the alpha-3 code, for example `GBR`.
    pub fn alpha3(self) -> &'static str {
        self.row().alpha3
    }

    /// Returns the numeric code, for example 826.
    pub fn numeric(self) -> u16 {
        self.row().numeric
    }

    /// Returns the English short name of ISO 3166-1.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Country").field(&self.alpha3()).finish()
    }
}

/// Displays the English short name.
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Implements `country` for a string type of alpha-3 codes.
#[allow(unused_macros, reason = "a spec may have no country code")]
macro_rules! country_code {
    ($name:ident) => {
        impl $name {
            /// Returns the country, or `None` if the API sent an unassigned code.
            pub fn country(&self) -> ::core::option::Option<crate::Country> {
                crate::Country::from_alpha3(self.as_str())
            }
        }
    };
}

#[allow(unused_imports, reason = "a spec may have no country code")]
pub(crate) use country_code;
