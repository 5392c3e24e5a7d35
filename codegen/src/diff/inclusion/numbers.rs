//! Exact numbers, and numbers that satisfy bounds and multiples.

use std::cmp::Ordering;

use serde_json::Number;

use super::Search;

/// Candidates that are tried before the search for a number is given up.
const MAX_CANDIDATES: i128 = 2_000;
/// The least natural number that single precision cannot express.
const NOT_SINGLE: Rational = Rational { numerator: 16_777_217, denominator: 1 };

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rational {
    numerator: i128,
    denominator: i128,
}

impl Rational {
    pub(super) const ZERO: Self = Self { numerator: 0, denominator: 1 };
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// Reduces a fraction. Returns `None` for a zero denominator and out of range.
    pub(super) fn new(numerator: i128, denominator: i128) -> Option<Self> {
        let divisor = gcd(numerator.checked_abs()?, denominator.checked_abs()?);
        let sign = denominator.signum();
        if divisor == 0 || sign == 0 {
            return None;
        }
        Some(Self {
            numerator: numerator / divisor * sign,
            denominator: denominator / divisor * sign,
        })
    }

    pub(super) fn integer(value: i128) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// Reads a decimal number such as `-1.5e3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let exponent: i32 = exponent.parse().ok()?;
        let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = 10_i128.checked_pow(shift.unsigned_abs());
        match (digits, scale) {
            (0, _) => Some(Self::ZERO),
            (_, Some(scale)) if shift < 0 => Self::new(digits, scale),
            (_, scale) => Self::new(digits.checked_mul(scale?)?, 1),
        }
    }

    pub(super) fn of_json(number: &Number) -> Option<Self> {
        Self::parse(&number.to_string())
    }

    /// The JSON number of exactly this value, where there is one.
    pub(super) fn to_json(self) -> Option<Number> {
        if self.denominator == 1
            && let Ok(value) = i64::try_from(self.numerator)
        {
            return Some(value.into());
        }
        let float = Number::from_f64(self.numerator as f64 / self.denominator as f64)?;
        (Self::of_json(&float)? == self).then_some(float)
    }

    pub(super) fn is_single_precision(self) -> bool {
        let single = (self.numerator as f64 / self.denominator as f64) as f32;
        Self::parse(&format!("{single:e}")) == Some(self)
    }

    pub(super) fn is_positive(self) -> bool {
        self.numerator > 0
    }

    pub(super) fn is_multiple_of(self, step: Self) -> Option<bool> {
        Some(self.divide(step)?.denominator == 1)
    }

    fn add(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    fn multiply(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Self::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    fn divide(self, other: Self) -> Option<Self> {
        let inverse = Self::new(other.denominator, other.numerator)?;
        self.multiply(inverse)
    }

    /// The least common multiple of two positive numbers.
    fn common_multiple(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        let multiple = (left / gcd(left, right)).checked_mul(right)?;
        Self::new(multiple, self.denominator.checked_mul(other.denominator)?)
    }

    fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator)
    }
}

impl Ord for Rational {
    /// Compares whole parts, then the inverses of the rests, which cannot overflow.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = (*self, *other);
        loop {
            let order = left.floor().cmp(&right.floor());
            let rests = (
                left.numerator.rem_euclid(left.denominator),
                right.numerator.rem_euclid(right.denominator),
            );
            if order != Ordering::Equal {
                return order;
            }
            if rests.0 == 0 || rests.1 == 0 {
                return rests.0.cmp(&rests.1);
            }
            let inverse = Self { numerator: left.denominator, denominator: rests.0 };
            left = Self { numerator: right.denominator, denominator: rests.1 };
            right = inverse;
        }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn gcd(mut left: i128, mut right: i128) -> i128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

/// One end of a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NumberLimit {
    pub(super) value: Rational,
    pub(super) exclusive: bool,
}

/// Requirements on a number.
#[derive(Debug, Default)]
pub(super) struct NumberGoal {
    pub(super) low: Option<NumberLimit>,
    pub(super) high: Option<NumberLimit>,
    pub(super) multiples: Vec<Rational>,
    pub(super) non_multiples: Vec<Rational>,
    pub(super) excluded: Vec<Rational>,
    /// Required or excluded single precision.
    pub(super) single: Option<bool>,
}

impl NumberGoal {
    pub(super) fn raise_low(&mut self, limit: NumberLimit) {
        let raises =
            self.low.is_none_or(|low| (limit.value, limit.exclusive) > (low.value, low.exclusive));
        if raises {
            self.low = Some(limit);
        }
    }

    pub(super) fn lower_high(&mut self, limit: NumberLimit) {
        let lowers = self
            .high
            .is_none_or(|high| (limit.value, !limit.exclusive) < (high.value, !high.exclusive));
        if lowers {
            self.high = Some(limit);
        }
    }

    pub(super) fn solve(&self) -> Search<Number> {
        if self.is_contradiction() {
            return Search::Empty;
        }
        let mut step = None;
        for multiple in &self.multiples {
            step = match step {
                None => Some(*multiple),
                Some(step) => match multiple.common_multiple(step) {
                    Some(step) => Some(step),
                    None => return out_of_range(),
                },
            };
        }
        match step {
            Some(step) => self.on_grid(step),
            None => self.between(),
        }
    }

    fn is_contradiction(&self) -> bool {
        let (Some(low), Some(high)) = (self.low, self.high) else { return false };
        low.value > high.value || low.value == high.value && (low.exclusive || high.exclusive)
    }

    /// Searches the multiples of `step`, those nearest to zero first.
    fn on_grid(&self, step: Rational) -> Search<Number> {
        let hopeless = |other: &Rational| step.is_multiple_of(*other) == Some(true);
        if self.non_multiples.iter().any(hopeless) {
            return Search::Empty;
        }
        let (Some(first), Some(last)) = (self.first_index(step), self.last_index(step)) else {
            return out_of_range();
        };
        if first > last {
            return Search::Empty;
        }
        let nearest = match self.single {
            Some(false) => NOT_SINGLE.divide(step).map_or(0, Rational::floor),
            _ => 0,
        };
        let start = nearest.clamp(first, last);
        let mut unclear = false;
        for distance in 0..MAX_CANDIDATES {
            let (up, down) = (start.checked_add(distance), start.checked_sub(distance));
            let up = up.filter(|index| *index <= last);
            let down = down.filter(|index| *index >= first && distance > 0);
            if up.is_none() && down.is_none() && distance > 0 {
                return if unclear { out_of_range() } else { Search::Empty };
            }
            for index in up.into_iter().chain(down) {
                match self.check(step.multiply(Rational::integer(index))) {
                    Some(Some(number)) => return Search::Found(number),
                    Some(None) => {}
                    None => unclear = true,
                }
            }
        }
        Search::unclear("no number was found among many multiples")
    }

    /// The index of the first multiple in range; the least one where there is no bound.
    fn first_index(&self, step: Rational) -> Option<i128> {
        let Some(low) = self.low else { return Some(i128::MIN) };
        let quotient = low.value.divide(step)?;
        let on_grid = quotient.denominator == 1;
        Some(quotient.floor().saturating_add(i128::from(!on_grid || low.exclusive)))
    }

    fn last_index(&self, step: Rational) -> Option<i128> {
        let Some(high) = self.high else { return Some(i128::MAX) };
        let quotient = high.value.divide(step)?;
        let on_grid = quotient.denominator == 1;
        Some(quotient.floor().saturating_sub(i128::from(on_grid && high.exclusive)))
    }

    /// Searches a range without a grid. It has one number or infinitely many.
    fn between(&self) -> Search<Number> {
        let (low, high) = (self.low.map(|low| low.value), self.high.map(|high| high.value));
        let (start, width) = match (low, high) {
            (Some(low), Some(high)) => {
                (low, Rational::integer(-1).multiply(low).and_then(|low| high.add(low)))
            }
            (Some(low), None) => (low, Some(Rational::integer(10))),
            (None, Some(high)) => (high, Some(Rational::integer(-10))),
            (None, None) => (Rational::ZERO, Some(Rational::integer(10))),
        };
        let shares = [1, 10, 100, 1_000, 7_000].into_iter().flat_map(|parts| {
            (1..=parts.min(200)).filter_map(move |part| Rational::new(part, parts))
        });
        let inner = shares.map(|share| start.add(width?.multiply(share)?));
        let ends = [Some(Rational::ZERO), Some(Rational::ONE), Some(NOT_SINGLE), low, high];
        let mut unclear = false;
        for candidate in ends.into_iter().chain(inner) {
            match self.check(candidate) {
                Some(Some(number)) => return Search::Found(number),
                Some(None) => {}
                None => unclear = true,
            }
        }
        if low.is_some() && low == high && !unclear {
            return Search::Empty;
        }
        Search::unclear("no number was found in the range")
    }

    /// The candidate as JSON where it satisfies the goal; `None` where that is not
    /// known, or not expressible.
    fn check(&self, candidate: Option<Rational>) -> Option<Option<Number>> {
        let candidate = candidate?;
        if !self.accepts(candidate)? {
            return Some(None);
        }
        candidate.to_json().map(Some)
    }

    fn accepts(&self, number: Rational) -> Option<bool> {
        let above = |low: NumberLimit| number > low.value || number == low.value && !low.exclusive;
        let below =
            |high: NumberLimit| number < high.value || number == high.value && !high.exclusive;
        if !self.low.is_none_or(above)
            || !self.high.is_none_or(below)
            || self.excluded.contains(&number)
        {
            return Some(false);
        }
        if self.single.is_some_and(|single| number.is_single_precision() != single) {
            return Some(false);
        }
        for (steps, expected) in [(&self.multiples, true), (&self.non_multiples, false)] {
            for step in steps {
                if number.is_multiple_of(*step)? != expected {
                    return Some(false);
                }
            }
        }
        Some(true)
    }
}

fn out_of_range<T>() -> Search<T> {
    Search::unclear("a number is out of range")
}
