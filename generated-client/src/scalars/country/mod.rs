//! The countries of ISO 3166-1.

mod table;

use std::fmt;

use table::{Row, TABLE};

/// A country, or part of one, with a code of its own in ISO 3166-1.
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
    /// The country with this alpha-3 code, in upper case.
    pub fn from_alpha3(code: &str) -> Option<Self> {
        let index = TABLE.binary_search_by_key(&table::key(code), |row| row.key).ok()?;
        u8::try_from(index).ok().map(Self)
    }

    /// Every country that has a code. Codes that are reserved, such as `XKX` for
    /// Kosovo, and codes that were withdrawn are not among them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).zip(&TABLE).map(|(index, _)| Self(index))
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    /// The code of two letters, as in `GB`.
    pub fn alpha2(self) -> &'static str {
        self.row().alpha2
    }

    /// The code of three letters, as in `GBR`.
    pub fn alpha3(self) -> &'static str {
        self.row().alpha3
    }

    /// The code of three digits, as in 826.
    pub fn numeric(self) -> u16 {
        self.row().numeric
    }

    /// The short name in English, as ISO 3166-1 has it.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Country").field(&self.alpha3()).finish()
    }
}

/// The name.
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Gives a text type the country that it is the code of.
macro_rules! country_code {
    ($name:ident) => {
        impl $name {
            /// The country; `None` where the API sent a code that no country has.
            pub fn country(&self) -> ::core::option::Option<crate::Country> {
                crate::Country::from_alpha3(self.as_str())
            }
        }
    };
}

pub(crate) use country_code;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Country;

    #[test]
    fn the_table_is_that_of_a_crate_of_its_own() {
        let ours: Vec<_> = Country::all()
            .map(|country| (country.alpha3(), country.alpha2(), country.numeric(), country.name()))
            .collect();
        let mut theirs: Vec<_> = rust_iso3166::ALL
            .iter()
            .map(|code| (code.alpha3, code.alpha2, code.numeric, code.name))
            .collect();
        theirs.sort_unstable();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn there_are_249_countries_with_codes_of_their_own() {
        let alpha3: BTreeSet<_> = Country::all().map(Country::alpha3).collect();
        let alpha2: BTreeSet<_> = Country::all().map(Country::alpha2).collect();
        let numeric: BTreeSet<_> = Country::all().map(Country::numeric).collect();
        assert_eq!([alpha3.len(), alpha2.len(), numeric.len()], [249; 3]);
        assert!(alpha3.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn every_country_is_found_by_its_code() {
        assert!(
            Country::all().all(|country| Country::from_alpha3(country.alpha3()) == Some(country))
        );
    }

    #[test]
    fn only_assigned_codes_are_countries() {
        let reserved = ["EUE", "SUN", "UNO", "XKX"];
        let withdrawn = ["ANT", "CSK", "DDR", "YUG", "ZAR"];
        let others = ["", "AAA", "GB", "GBRR", "ZZZ", "gbr", "ÅLA"];
        let all = reserved.into_iter().chain(withdrawn).chain(others);
        let found: Vec<_> = all.filter_map(Country::from_alpha3).collect();
        assert_eq!(found, []);
    }

    #[test]
    fn recent_codes_are_countries() {
        let names = ["SSD", "UKR", "CUW", "SRB", "TLS", "MKD", "SWZ"]
            .map(|code| Country::from_alpha3(code).map(Country::alpha2));
        let codes = ["SS", "UA", "CW", "RS", "TL", "MK", "SZ"].map(Some);
        assert_eq!(names, codes);
    }

    #[test]
    fn a_country_displays_as_its_name() {
        assert_eq!(Country::from_alpha3("ISL").unwrap().to_string(), "Iceland");
    }
}
