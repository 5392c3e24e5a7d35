//! The vocabulary of invented worlds: places, pathways, documents and texts.

/// A place, which serves as the location of suppliers and projects.
#[derive(Debug)]
pub(crate) struct GeoLocation {
    pub(crate) country_code: &'static str,
    pub(crate) country_name: &'static str,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

/// A way to remove CO₂e, with the place where its projects are.
#[derive(Debug)]
pub(crate) struct PathwayEntry {
    /// The abbreviation in serial numbers.
    pub(crate) mark: &'static str,
    pub(crate) name: &'static str,
    /// The value of `Pathway` in the spec.
    pub(crate) pathway: &'static str,
    pub(crate) process_key: &'static str,
    pub(crate) protocol_slug: &'static str,
    pub(crate) place: GeoLocation,
}

macro_rules! pathways {
    ($(($mark:literal, $name:literal, $pathway:literal, $process:literal, $slug:literal,
        $code:literal, $country:literal, $latitude:literal, $longitude:literal)),* $(,)?) => {
        &[$(PathwayEntry {
            mark: $mark,
            name: $name,
            pathway: $pathway,
            process_key: $process,
            protocol_slug: $slug,
            place: GeoLocation {
                country_code: $code,
                country_name: $country,
                latitude: $latitude,
                longitude: $longitude,
            },
        }),*]
    };
}

pub(crate) const PATHWAYS: &[PathwayEntry] = pathways![
    (
        "BSTORE",
        "Bio-oil storage",
        "biomass_carbon_removal_and_storage",
        "bio_oil_geological_storage",
        "bio-oil-geological-storage",
        "GBR",
        "United Kingdom",
        53.79,
        -1.54
    ),
    (
        "DAC",
        "Direct air capture",
        "direct_air_capture",
        "direct_air_capture",
        "direct-air-capture",
        "ISL",
        "Iceland",
        64.04,
        -21.4
    ),
    (
        "ERW",
        "Enhanced weathering",
        "enhanced_weathering",
        "enhanced_weathering_in_agriculture",
        "enhanced-weathering-agriculture",
        "BRA",
        "Brazil",
        -22.9,
        -47.06
    ),
    (
        "BIOCHAR",
        "Biochar",
        "biomass_carbon_removal_and_storage",
        "biochar_in_soil",
        "biochar-soil",
        "KEN",
        "Kenya",
        -0.5,
        35.28
    ),
    (
        "BSTORE",
        "Biomass burial",
        "biomass_carbon_removal_and_storage",
        "subsurface_biomass_storage",
        "subsurface-biomass-storage",
        "USA",
        "United States",
        37.69,
        -97.33
    ),
    (
        "OAE",
        "Ocean alkalinity enhancement",
        "marine",
        "ocean_alkalinity_enhancement",
        "ocean-alkalinity-enhancement",
        "CAN",
        "Canada",
        44.65,
        -63.57
    ),
    (
        "ERW",
        "Basalt spreading",
        "enhanced_weathering",
        "enhanced_weathering_in_agriculture",
        "enhanced-weathering-agriculture",
        "IND",
        "India",
        22.72,
        75.86
    ),
    (
        "DAC",
        "Air capture and mineralization",
        "carbon_mineralization",
        "carbon_mineralization",
        "carbon-mineralization",
        "NOR",
        "Norway",
        60.39,
        5.32
    ),
];

/// The statuses of projects. The first is that of projects with credits.
pub(crate) const PROJECT_STATUSES: &[&str] = &["validated", "under_validation", "preview"];

/// The purposes of retirements.
pub(crate) const PURPOSES: &[&str] = &[
    "corporate_targets",
    "public_environmental_claims",
    "insetting",
    "regulatory_requirement",
    "other",
];

/// The documents of projects.
pub(crate) const DOCUMENTS: &[&str] =
    &["Project design document", "Monitoring plan", "Validation report"];

/// The notes of events.
pub(crate) const NOTES: &[&str] = &["First of several", "As agreed", "For the year's emissions"];

/// Returns the purposes that bits stand for.
pub(crate) fn purposes(bits: u8) -> impl Iterator<Item = &'static str> {
    let is_set = move |(index, _): &(usize, _)| bits & (1 << index) != 0;
    PURPOSES.iter().copied().enumerate().filter(is_set).map(|(_, purpose)| purpose)
}

/// Returns the bit of a purpose.
pub(crate) fn purpose_bit(purpose: &str) -> u8 {
    let index = PURPOSES.iter().position(|known| *known == purpose);
    index.map_or(0, |index| 1 << index)
}
