//! Identifiers, which are numbers in another spelling.
//!
//! One of the simulator's has `SIM` where a real one has the mark of the environment
//! that it is from, so that nobody takes the one for the other.

use std::fmt::Debug;
use std::str::FromStr;

use isometric_registry::types::{
    CreditBatchId, DeliveryId, IssuanceId, OrganisationId, ProjectId, RemovalId, RetirementId,
    SupplierId,
};

use crate::random::Random;

/// Crockford's base 32, which real identifiers are written in.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS: u32 = 5;
const MARK: &str = "SIM";

/// How many characters come before the mark, and how many after.
const BEFORE: usize = 9;
const AFTER: usize = 4;

/// How many bits the number has. The others depend on the seed.
const NUMBER_BITS: u32 = 40;

/// An identifier that can be made from a number.
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

/// The identifier of a number, which is below 2⁴⁰.
#[expect(clippy::expect_used, reason = "spelled as every identifier is, and tested for each kind")]
pub(crate) fn identifier<T: Identifier>(seed: u64, number: u64) -> T {
    spell(T::PREFIX, seed, number).parse().expect("an identifier")
}

/// The number of an identifier that [`identifier`] made from the same seed.
pub(crate) fn number<T: Identifier + AsRef<str>>(seed: u64, identifier: &T) -> Option<u64> {
    let text = identifier.as_ref().strip_prefix(T::PREFIX)?.strip_prefix('_')?;
    let digits = text.bytes().take(BEFORE).chain(text.bytes().skip(BEFORE + MARK.len()));
    let number = digits.take(BEFORE + AFTER).try_fold(0_u128, |number, digit| {
        let digit = ALPHABET.iter().position(|known| *known == digit)?;
        Some(number << BITS | digit as u128)
    })?;
    let number = number as u64 & ((1 << NUMBER_BITS) - 1);
    (spell(T::PREFIX, seed, number) == identifier.as_ref()).then_some(number)
}

fn spell(prefix: &str, seed: u64, number: u64) -> String {
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

    fn survives<T: Identifier + AsRef<str>>() {
        for seed in [0, 1, u64::MAX] {
            for expected in [0, 1, 31, 32, 99_999, (1 << 40) - 1] {
                let id: T = identifier(seed, expected);
                assert_eq!(number(seed, &id), Some(expected), "{}", id.as_ref());
            }
        }
    }

    #[test]
    fn every_kind_of_identifier_survives_a_round_trip() {
        survives::<CreditBatchId>();
        survives::<DeliveryId>();
        survives::<IssuanceId>();
        survives::<OrganisationId>();
        survives::<ProjectId>();
        survives::<RemovalId>();
        survives::<RetirementId>();
        survives::<SupplierId>();
    }

    #[test]
    fn an_identifier_says_that_it_is_simulated() {
        let id: CreditBatchId = identifier(7, 26);
        assert_eq!(&id.as_str()[13..16], "SIM");
        assert!(id.as_str().ends_with("000T"), "{id}");
    }

    #[test]
    fn an_identifier_from_elsewhere_has_no_number() {
        let id: CreditBatchId = identifier(7, 26);
        assert_eq!(number(8, &id), None);
        for text in ["ctb_1DRBTYA8Q1S07CBY", "ctb_1CA2D3S73SBXYN70", "ctb_0000000000000000000000"] {
            assert_eq!(number(7, &text.parse::<CreditBatchId>().unwrap()), None);
        }
        let longer: CreditBatchId = format!("{id}0").parse().unwrap();
        assert_eq!(number(7, &longer), None);
    }
}
