//! The mean and the spread of whole numbers, from sums that are exact and merge in any order.

use super::exact;
use serde::{Deserialize, Serialize};

/// How many numbers there are, their sum and that of their squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moments {
    count: u64,
    #[serde(with = "exact::whole")]
    sum: u128,
    #[serde(with = "exact::whole")]
    squares: u128,
}

impl Moments {
    pub(super) fn add(&mut self, number: u64) {
        let number = u128::from(number);
        self.count += 1;
        self.sum += number;
        self.squares = self.squares.saturating_add(number * number);
    }

    pub(super) fn merge(&mut self, other: Moments) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn sum(&self) -> u128 {
        self.sum
    }

    /// The mean; 0 of none.
    pub(super) fn mean(&self) -> f64 {
        self.sum as f64 / self.count.max(1) as f64
    }

    /// The variance of the numbers that these are drawn from, without bias; `None` for fewer than two.
    pub(super) fn variance(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let count = u128::from(self.count);
        // Exact as long as it fits, since the difference of large sums would lose what it tells.
        let exact = count
            .checked_mul(self.squares)
            .zip(self.sum.checked_mul(self.sum))
            .map(|(squares, square)| squares.saturating_sub(square) as f64);
        let scaled = exact.unwrap_or_else(|| {
            (count as f64 * self.squares as f64 - self.sum as f64 * self.sum as f64).max(0.0)
        });
        Some(scaled / (count as f64 * (count - 1) as f64))
    }
}
