//! Identifiers that encode a number.
//!
//! They contain `SIM` where a real identifier has the mark of its environment, so that they cannot
//! be confused with real ones.

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

/// A kind of resource with identifiers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum IdentifierKind {
    Batch,
    Delivery,
    Document,
    Issuance,
    Order,
    Organisation,
    Project,
    Refund,
    Removal,
    Retirement,
    StripeConfiguration,
    Supplier,
    Transfer,
}

/// The prefixes of identifiers.
const PREFIXES: [(IdentifierKind, &str); 13] = [
    (IdentifierKind::Batch, "ctb"),
    (IdentifierKind::Delivery, "dlv"),
    (IdentifierKind::Document, "pjd"),
    (IdentifierKind::Issuance, "iss"),
    (IdentifierKind::Order, "ord"),
    (IdentifierKind::Organisation, "org"),
    (IdentifierKind::Project, "prj"),
    (IdentifierKind::Refund, "bpr"),
    (IdentifierKind::Removal, "rmv"),
    (IdentifierKind::Retirement, "ret"),
    (IdentifierKind::StripeConfiguration, "ssc"),
    (IdentifierKind::Supplier, "spl"),
    (IdentifierKind::Transfer, "tfr"),
];

impl IdentifierKind {
    /// Returns the kind of an identifier, or of its prefix with the underscore.
    pub(crate) fn of(identifier: &str) -> Option<Self> {
        let (prefix, _) = identifier.split_once('_')?;
        PREFIXES.iter().find(|(_, known)| *known == prefix).map(|(kind, _)| *kind)
    }

    fn prefix(self) -> &'static str {
        PREFIXES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, prefix)| prefix)
    }
}

/// Encodes a number below 2⁴⁰.
pub(crate) fn encode(kind: IdentifierKind, seed: u64, number: u64) -> String {
    encode_with(kind.prefix(), seed, number)
}

/// Decodes an identifier that [`encode`] encoded with the same seed.
pub(crate) fn decode(kind: IdentifierKind, seed: u64, identifier: &str) -> Option<u64> {
    decode_with(kind.prefix(), seed, identifier)
}

/// Encodes the position of a resource in a list, which is opaque to clients.
pub(crate) fn encode_cursor(kind: IdentifierKind, seed: u64, number: u64) -> String {
    let cursor = encode_with("cur", seed.wrapping_add(kind as u64), number);
    cursor.strip_prefix("cur_").unwrap_or_default().to_owned()
}

/// Decodes a cursor of the same kind and seed.
pub(crate) fn decode_cursor(kind: IdentifierKind, seed: u64, cursor: &str) -> Option<u64> {
    decode_with("cur", seed.wrapping_add(kind as u64), &format!("cur_{cursor}"))
}

fn encode_with(prefix: &str, seed: u64, number: u64) -> String {
    let noise = Random::new(seed, prefix, number).next();
    let bits = u128::from(noise) << NUMBER_BITS | u128::from(number);
    let mut text = String::with_capacity(prefix.len() + 1 + BEFORE + MARK.len() + AFTER);
    text.push_str(prefix);
    text.push('_');
    for place in (0..BEFORE + AFTER).rev() {
        if place + 1 == AFTER {
            text.push_str(MARK);
        }
        text.push(ALPHABET[(bits >> (BITS as usize * place)) as usize % 32].into());
    }
    text
}

fn decode_with(prefix: &str, seed: u64, identifier: &str) -> Option<u64> {
    let text = identifier.strip_prefix(prefix)?.strip_prefix('_')?;
    let digits = text.bytes().take(BEFORE).chain(text.bytes().skip(BEFORE + MARK.len()));
    let number = digits.take(BEFORE + AFTER).try_fold(0_u128, |number, digit| {
        let digit = ALPHABET.iter().position(|known| *known == digit)?;
        Some(number << BITS | digit as u128)
    })?;
    let number = number as u64 & ((1 << NUMBER_BITS) - 1);
    (encode_with(prefix, seed, number) == identifier).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{IdentifierKind, PREFIXES, decode, decode_cursor, encode, encode_cursor};

    #[test]
    fn round_trips_every_kind_of_identifier() {
        for (kind, prefix) in PREFIXES {
            for seed in [0, 1, u64::MAX] {
                for number in [0, 1, 31, 32, 99_999, (1 << 40) - 1] {
                    let identifier = encode(kind, seed, number);
                    assert!(identifier.starts_with(prefix), "{identifier}");
                    assert_eq!(IdentifierKind::of(&identifier), Some(kind));
                    assert_eq!(decode(kind, seed, &identifier), Some(number), "{identifier}");
                }
            }
        }
    }

    #[test]
    fn identifiers_contain_the_mark() {
        let identifier = encode(IdentifierKind::Batch, 7, 26);
        assert_eq!(&identifier[13..16], "SIM");
        assert!(identifier.ends_with("000T"), "{identifier}");
    }

    #[test]
    fn rejects_identifiers_that_it_did_not_encode() {
        let identifier = encode(IdentifierKind::Batch, 7, 26);
        assert_eq!(decode(IdentifierKind::Batch, 8, &identifier), None);
        assert_eq!(decode(IdentifierKind::Issuance, 7, &identifier), None);
        assert_eq!(decode(IdentifierKind::Batch, 7, &format!("{identifier}0")), None);
        for text in ["ctb_1DRBTYA8Q1S07CBY", "ctb_1CA2D3S73SBXYN70", "ctb_é", ""] {
            assert_eq!(decode(IdentifierKind::Batch, 7, text), None);
        }
    }

    #[test]
    fn cursors_belong_to_one_kind_and_seed() {
        let cursor = encode_cursor(IdentifierKind::Order, 7, 3);
        assert_eq!(decode_cursor(IdentifierKind::Order, 7, &cursor), Some(3));
        assert_eq!(decode_cursor(IdentifierKind::Batch, 7, &cursor), None);
        assert_eq!(decode_cursor(IdentifierKind::Order, 9, &cursor), None);
    }
}
