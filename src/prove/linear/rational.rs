//! Fractions of whole numbers, exact; what leaves 128 bits is no fraction any longer.

use std::cmp::Ordering;

/// A fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rational {
    over: i128,
    /// At least 1.
    under: i128,
}

impl Rational {
    pub(super) const ZERO: Rational = Rational { over: 0, under: 1 };

    /// A whole number.
    pub(super) fn whole(number: i128) -> Self {
        Rational {
            over: number,
            under: 1,
        }
    }

    fn reduced(over: i128, under: i128) -> Option<Self> {
        let divisor = gcd(over.checked_abs()?, under.checked_abs()?).max(1);
        let (over, under) = (over / divisor, under / divisor);
        match under.signum() {
            1 => Some(Rational { over, under }),
            -1 => Some(Rational {
                over: over.checked_neg()?,
                under: under.checked_neg()?,
            }),
            _ => None,
        }
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let left = self.over.checked_mul(other.under)?;
        let right = other.over.checked_mul(self.under)?;
        Self::reduced(left.checked_add(right)?, self.under.checked_mul(other.under)?)
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.times(Self::whole(-1))?)
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        Self::reduced(
            self.over.checked_mul(other.over)?,
            self.under.checked_mul(other.under)?,
        )
    }

    /// The quotient; `None` by zero too.
    pub(super) fn by(self, other: Self) -> Option<Self> {
        Self::reduced(
            self.over.checked_mul(other.under)?,
            self.under.checked_mul(other.over)?,
        )
    }

    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        let left = self.over.checked_mul(other.under)?;
        Some(left.cmp(&other.over.checked_mul(self.under)?))
    }

    pub(super) fn is_zero(self) -> bool {
        self.over == 0
    }

    pub(super) fn is_positive(self) -> bool {
        self.over > 0
    }

    /// The greatest whole number that is not above, and whether it is the same.
    pub(super) fn floor(self) -> (i128, bool) {
        (self.over.div_euclid(self.under), self.under == 1)
    }
}

fn gcd(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}
