//! Ranges of whole numbers and what arithmetic makes of them.

/// Whole numbers from `low` to `high`, both included; never empty. 128 bits hold every result of one operation on
/// numbers of 64 bits and on moments in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) low: i128,
    pub(super) high: i128,
}

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

impl Interval {
    /// All ints.
    pub(super) const INT: Interval = Interval::new(i64::MIN as i128, i64::MAX as i128);
    /// All uints.
    pub(super) const UINT: Interval = Interval::new(0, u64::MAX as i128);
    /// Sizes of strings, bytes, lists and maps.
    pub(super) const SIZE: Interval = Interval::new(0, 1 << 31);
    /// All durations, in nanoseconds.
    pub(super) const DURATION: Interval = Interval::INT;
    /// The years 1 to 9999, in nanoseconds from 1970.
    pub(super) const TIMESTAMP: Interval =
        Interval::new(-62_135_596_800 * SECOND, 253_402_300_800 * SECOND - 1);
    /// Where numbers say nothing.
    pub(super) const ANY: Interval = Interval::new(i128::MIN, i128::MAX);

    pub(super) const fn new(low: i128, high: i128) -> Self {
        Interval { low, high }
    }

    /// The one number.
    pub(super) fn of(number: impl Into<i128>) -> Self {
        let number = number.into();
        Interval::new(number, number)
    }

    /// The size of a collection of `length` parts.
    pub(super) fn size(length: usize) -> Self {
        Interval::of(i64::try_from(length).unwrap_or(i64::MAX)).clamp(Interval::SIZE)
    }

    /// The one number that it holds.
    pub(super) fn single(self) -> Option<i128> {
        (self.low == self.high).then_some(self.low)
    }

    pub(super) fn contains(self, number: i128) -> bool {
        self.low <= number && number <= self.high
    }

    /// Whether all of it lies in `outer`.
    pub(super) fn within(self, outer: Interval) -> bool {
        outer.low <= self.low && self.high <= outer.high
    }

    /// The numbers that are in both; `None` where there is none.
    pub(super) fn intersect(self, other: Interval) -> Option<Interval> {
        let both = Interval::new(self.low.max(other.low), self.high.min(other.high));
        (both.low <= both.high).then_some(both)
    }

    /// The smallest interval that holds both.
    pub(super) fn hull(self, other: Interval) -> Interval {
        Interval::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// Each number, moved to the nearest one in `outer`.
    pub(super) fn clamp(self, outer: Interval) -> Interval {
        Interval::new(
            self.low.clamp(outer.low, outer.high),
            self.high.clamp(outer.low, outer.high),
        )
    }

    /// Without `number`, where that is one of its ends and not all of it.
    pub(super) fn without(self, number: i128) -> Interval {
        if self.low == self.high {
            self
        } else if self.low == number {
            Interval::new(number + 1, self.high)
        } else if self.high == number {
            Interval::new(self.low, number - 1)
        } else {
            self
        }
    }

    pub(super) fn negate(self) -> Interval {
        Interval::new(self.high.saturating_neg(), self.low.saturating_neg())
    }

    pub(super) fn add(self, other: Interval) -> Interval {
        Interval::new(
            self.low.saturating_add(other.low),
            self.high.saturating_add(other.high),
        )
    }

    pub(super) fn subtract(self, other: Interval) -> Interval {
        self.add(other.negate())
    }

    pub(super) fn multiply(self, other: Interval) -> Interval {
        self.corners(other, i128::saturating_mul)
    }

    /// Quotients, rounded towards zero; the divisor 0 is left out, `None` where there is no other.
    pub(super) fn divide(self, divisor: Interval) -> Option<Interval> {
        let below = divisor.intersect(Interval::new(i128::MIN, -1));
        let above = divisor.intersect(Interval::new(1, i128::MAX));
        [below, above]
            .into_iter()
            .flatten()
            .map(|part| self.corners(part, |left, right| left.saturating_div(right)))
            .reduce(Interval::hull)
    }

    /// Remainders, with the sign of the dividend; the divisor 0 is left out.
    pub(super) fn remainder(self, divisor: Interval) -> Interval {
        let most = divisor
            .low
            .saturating_abs()
            .max(divisor.high.saturating_abs())
            .saturating_sub(1)
            .max(0);
        Interval::new(self.low.clamp(-most, 0), self.high.clamp(0, most))
    }

    /// What a function, monotonous in each argument, makes of the four pairs of ends.
    fn corners(self, other: Interval, function: impl Fn(i128, i128) -> i128) -> Interval {
        let pairs = [
            function(self.low, other.low),
            function(self.low, other.high),
            function(self.high, other.low),
            function(self.high, other.high),
        ];
        pairs
            .into_iter()
            .map(Interval::of)
            .reduce(Interval::hull)
            .unwrap_or(Interval::ANY)
    }
}
