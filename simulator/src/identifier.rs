//! Identifiers that encode a number.
//!
//! They contain `SIM` where a real identifier has the mark of its environment, so that they cannot
//! be confused with real ones.

use std::fmt::Debug;
use std::str::FromStr;

use isometric_registry::types::{
    CreditBatchId, DeliveryId, IssuanceId, OrganisationId, ProjectId, RemovalId, RetirementId,
    SupplierId,
};

use crate::random::Random;

/// Crockford's base 32, the alphabet of real identifiers.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS: u32 = 5;
const MARK: &str = "SIM";

/// The number of characters before and after the mark.
const BEFORE: usize = 9;
const AFTER: usize = 4;

/// The number of bits of the encoded number. The other bits depend on the seed.
const NUMBER_BITS: u32 = 40;

/// An identifier that can encode a number.
pub(crate) trait Identifier: FromStr<Err: Debug> {
    const PREFIX: &'static str;
}

macro_rules! identifiers {
    ($($name:ident: $prefix:literal),* $(,)?) => {
        $(impl Identifier for $name {
            const PREFIX: &'static str = $prefix;
        })*
    };
}

identifiers! {
    CreditBatchId: "ctb",
    DeliveryId: "dlv",
    IssuanceId: "iss",
    OrganisationId: "org",
    ProjectId: "prj",
    RemovalId: "rmv",
    RetirementId: "ret",
    SupplierId: "spl",
}

/// Encodes a number below 2⁴⁰.
#[expect(clippy::expect_used, reason = "the identifier is valid, tested for each kind")]
pub(crate) fn identifier<T: Identifier>(seed: u64, number: u64) -> T {
    encode(T::PREFIX, seed, number).parse().expect("an identifier")
}

/// Decodes an identifier that [`identifier`] encoded with the same seed.
pub(crate) fn number<T: Identifier + AsRef<str>>(seed: u64, identifier: &T) -> Option<u64> {
    let text = identifier.as_ref().strip_prefix(T::PREFIX)?.strip_prefix('_')?;
    let digits = text.bytes().take(BEFORE).chain(text.bytes().skip(BEFORE + MARK.len()));
    let number = digits.take(BEFORE + AFTER).try_fold(0_u128, |number, digit| {
        let digit = ALPHABET.iter().position(|known| *known == digit)?;
        Some(number << BITS | digit as u128)
    })?;
    let number = number as u64 & ((1 << NUMBER_BITS) - 1);
    (encode(T::PREFIX, seed, number) == identifier.as_ref()).then_some(number)
}

fn encode(prefix: &str, seed: u64, number: u64) -> String {
    let noise = Random::new(seed, prefix, number).next();
    let bits = u128::from(noise) << NUMBER_BITS | u128::from(number);
    let digits = (0..BEFORE + AFTER).rev();
    let digits = digits.map(|place| ALPHABET[(bits >> (BITS as usize * place)) as usize % 32]);
    let mut text: String = digits.map(char::from).collect();
    text.insert_str(BEFORE, MARK);
    format!("{prefix}_{text}")
}

#[cfg(test)]
mod tests {
    use isometric_registry::types::{
        CreditBatchId, DeliveryId, IssuanceId, OrganisationId, ProjectId, RemovalId, RetirementId,
        SupplierId,
    };

    use super::{Identifier, identifier, number};

    fn assert_round_trip<T: Identifier + AsRef<str>>() {
        for seed in [0, 1, u64::MAX] {
            for expected in [0, 1, 31, 32, 99_999, (1 << 40) - 1] {
                let id: T = identifier(seed, expected);
                assert_eq!(number(seed, &id), Some(expected), "{}", id.as_ref());
            }
        }
    }

    #[test]
    fn round_trips_every_kind_of_identifier() {
        assert_round_trip::<CreditBatchId>();
        assert_round_trip::<DeliveryId>();
        assert_round_trip::<IssuanceId>();
        assert_round_trip::<OrganisationId>();
        assert_round_trip::<ProjectId>();
        assert_round_trip::<RemovalId>();
        assert_round_trip::<RetirementId>();
        assert_round_trip::<SupplierId>();
    }

    #[test]
    fn identifiers_contain_the_mark() {
        let id: CreditBatchId = identifier(7, 26);
        assert_eq!(&id.as_str()[13..16], "SIM");
        assert!(id.as_str().ends_with("000T"), "{id}");
    }

    #[test]
    fn rejects_identifiers_that_it_did_not_encode() {
        let id: CreditBatchId = identifier(7, 26);
        assert_eq!(number(8, &id), None);
        for text in ["ctb_1DRBTYA8Q1S07CBY", "ctb_1CA2D3S73SBXYN70", "ctb_0000000000000000000000"] {
            assert_eq!(number(7, &text.parse::<CreditBatchId>().unwrap()), None);
        }
        let longer: CreditBatchId = format!("{id}0").parse().unwrap();
        assert_eq!(number(7, &longer), None);
    }
}
