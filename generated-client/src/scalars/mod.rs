//! Scalar types: checked strings and open enums, exact decimals, countries and times.

pub(crate) mod country;
pub(crate) mod decimal;
pub(crate) mod string;
pub(crate) mod time;
