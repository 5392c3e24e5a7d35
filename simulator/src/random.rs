//! Pseudorandom numbers that depend only on a seed.

use std::ops::Range;

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The sequence of numbers for one object of one world.
#[derive(Debug)]
pub(crate) struct Random(SplitMix64);

impl Random {
    /// Creates the sequence of the object with a kind and a number. Each object has its own
    /// sequence, so that objects can be computed in any order.
    pub(crate) fn new(seed: u64, kind: &str, number: u64) -> Self {
        let kind = kind.bytes().fold(0, |bits, byte| bits << 8 | u64::from(byte));
        let mixed = [kind, number].into_iter().fold(seed, |mixed, next| hash(mixed ^ next));
        Self(SplitMix64::seed_from_u64(mixed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number within a range that is not empty.
    pub(crate) fn within(&mut self, range: Range<i64>) -> i64 {
        let length = range.end.abs_diff(range.start);
        let offset = (u128::from(self.next()) * u128::from(length)) >> u64::BITS;
        range.start.saturating_add_unsigned(offset as u64)
    }

    /// Returns `true` with a probability of one in `times`.
    pub(crate) fn one_in(&mut self, times: i64) -> bool {
        self.within(0..times) == 0
    }

    /// Returns an item of a slice that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.within(0..items.len() as i64) as usize]
    }
}

fn hash(value: u64) -> u64 {
    SplitMix64::seed_from_u64(value).next_u64()
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_numbers_of_a_seed_are_stable() {
        let mut random = Random::new(7, "ctb", 0);
        assert_eq!(
            [random.next(), random.next()],
            [10_583_527_283_585_122_042, 15_914_905_047_463_247_877]
        );
    }

    #[test]
    fn numbers_cover_their_range_including_both_ends() {
        let mut random = Random::new(7, "", 0);
        let numbers: Vec<_> = (0..1000).map(|_| random.within(-2..3)).collect();
        assert_eq!(numbers.iter().min(), Some(&-2));
        assert_eq!(numbers.iter().max(), Some(&2));
        assert_eq!(random.within(i64::MIN..i64::MIN + 1), i64::MIN);
        assert!((0..100).all(|_| random.within(0..i64::MAX) >= 0));
    }
}
