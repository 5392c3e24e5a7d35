//! Scalar types: exact decimals, countries, dates and times.

pub(crate) mod country;
pub(crate) mod decimal;
pub(crate) mod time;
