//! Intervals that hold the truth 95 times in 100: of sums of numbers that were not seen, predicted from numbers that were.

use super::moments::Moments;

/// The normal distribution's quantile for 95 %, both sides.
const NORMAL: f64 = 1.959_963_984_540_054;

/// A value with its uncertainty: what is known adds to the value alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Uncertain {
    value: f64,
    variance: f64,
    /// Σ vᵢ² / (nᵢ − 1) over the parts of the variance, for Satterthwaite's degrees of freedom.
    spread: f64,
}

/// An estimate and its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Interval {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Uncertain {
    /// Adds what is known.
    pub(super) fn add_known(&mut self, value: f64) {
        self.value += value;
    }

    /// Adds numbers that were not seen, drawn as the seen ones: `weight` is the sum of what each is multiplied with,
    /// `squares` that of the squares. The mean that stands for them is uncertain itself, for all of them alike.
    pub(super) fn add_unseen(&mut self, seen: &Moments, weight: f64, squares: f64) {
        self.value += weight * seen.mean();
        let Some(variance) = seen.variance() else {
            return;
        };
        let count = seen.count() as f64;
        let part = variance * (weight * weight / count + squares);
        self.variance += part;
        self.spread += part * part / (count - 1.0);
    }

    /// The interval: Student's, by Satterthwaite's degrees of freedom.
    pub(super) fn interval(&self) -> Interval {
        let freedom = if self.spread > 0.0 {
            self.variance * self.variance / self.spread
        } else {
            f64::INFINITY
        };
        let half = student(freedom) * self.variance.sqrt();
        Interval {
            value: self.value,
            low: self.value - half,
            high: self.value + half,
        }
    }
}

/// The quantile of Student's distribution for 95 %, both sides: the expansion of Cornish and Fisher (Abramowitz and
/// Stegun, 26.7.5), right to three digits from 4 degrees of freedom on.
pub(super) fn student(freedom: f64) -> f64 {
    let z = NORMAL;
    let (z3, z5, z7, z9) = (z.powi(3), z.powi(5), z.powi(7), z.powi(9));
    let inverse = 1.0 / freedom.max(1.0);
    z + (z3 + z) / 4.0 * inverse
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0 * inverse.powi(2)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0 * inverse.powi(3)
        + (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) / 92_160.0 * inverse.powi(4)
}
