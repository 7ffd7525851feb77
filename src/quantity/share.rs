//! Shares of a whole in hundredths of a percent.

use std::fmt;

/// A share of a whole in hundredths of a percent: 0 to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u16);

impl Share {
    /// The whole: 100 %.
    pub const WHOLE: u16 = 10_000;

    /// A share of this many hundredths of a percent; `None` above 100 %.
    pub fn from_basis_points(basis_points: u16) -> Option<Self> {
        (basis_points <= Self::WHOLE).then_some(Share(basis_points))
    }

    /// Reads the number before a `%`: digits, at most two of them behind the point, at most 100.
    pub fn parse_percent(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !whole.is_empty() && whole.len() <= 3 && fraction.len() <= 2 && !text.ends_with('.');
        if !fits || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let basis_points: u32 = format!("{whole}{fraction:0<2}").parse().ok()?;
        Self::from_basis_points(u16::try_from(basis_points).ok()?)
    }

    /// The share in hundredths of a percent.
    pub fn basis_points(self) -> u16 {
        self.0
    }

    /// The share as a fraction, 0 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::WHOLE)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 100, self.0 % 100);
        if fraction == 0 {
            return write!(f, "{whole}%");
        }
        let digits = format!("{fraction:02}");
        write!(f, "{whole}.{}%", digits.trim_end_matches('0'))
    }
}
