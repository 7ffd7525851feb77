//! Probabilities as fractions, exact: shares of a split, re-scaled, and weights of a pool's members.

use std::fmt;

/// A probability, 0 to 1, as a fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Probability {
    part: u64,
    whole: u64,
}

impl Probability {
    /// What never happens.
    pub const NEVER: Self = Probability { part: 0, whole: 1 };

    /// What always happens.
    pub const ALWAYS: Self = Probability { part: 1, whole: 1 };

    /// The part of a whole; `None` where the whole is 0 or less than the part.
    pub fn new(part: u64, whole: u64) -> Option<Self> {
        (whole > 0 && part <= whole).then(|| {
            let common = common_divisor(part, whole);
            Probability {
                part: part / common,
                whole: whole / common,
            }
        })
    }

    /// Reads a fraction `1/4` or a decimal number `0.25`; `None` for what is neither or no probability.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<u64>().ok())?
        };
        if let Some((part, whole)) = text.split_once('/') {
            return Self::new(digits(part)?, digits(whole)?);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let unit = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let whole = digits(whole)?.checked_mul(unit)?;
        Self::new(whole.checked_add(digits(fraction)?)?, unit)
    }

    /// Whether it is 0.
    pub fn is_never(self) -> bool {
        self.part == 0
    }

    /// Whether it is 1.
    pub fn is_always(self) -> bool {
        self.part == self.whole
    }

    /// The probability of both of two independent events; `None` where the fraction takes more than 64 bits.
    pub fn and(self, other: Self) -> Option<Self> {
        Self::of_wide(
            u128::from(self.part) * u128::from(other.part),
            u128::from(self.whole) * u128::from(other.whole),
        )
    }

    /// The probability of one of two events that exclude each other; `None` where the fraction takes more than 64 bits, or
    /// is more than 1.
    pub fn or(self, other: Self) -> Option<Self> {
        let part = (u128::from(self.part) * u128::from(other.whole))
            .checked_add(u128::from(other.part) * u128::from(self.whole))?;
        Self::of_wide(part, u128::from(self.whole) * u128::from(other.whole))
    }

    /// As near as 64 bits come.
    pub fn to_f64(self) -> f64 {
        self.part as f64 / self.whole as f64
    }

    fn of_wide(part: u128, whole: u128) -> Option<Self> {
        let common = common_divisor(part, whole);
        let (part, whole) = (part.checked_div(common)?, whole.checked_div(common)?);
        Self::new(u64::try_from(part).ok()?, u64::try_from(whole).ok()?)
    }
}

/// As in a traffic record: `1/4`, or `1`.
impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole {
            1 => write!(f, "{}", self.part),
            whole => write!(f, "{}/{whole}", self.part),
        }
    }
}

/// Euclid's.
fn common_divisor<N: Copy + PartialEq + Default + std::ops::Rem<Output = N>>(one: N, other: N) -> N {
    let (mut one, mut other) = (one, other);
    while other != N::default() {
        (one, other) = (other, one % other);
    }
    one
}
