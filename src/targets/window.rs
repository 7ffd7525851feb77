//! Sums over the last ten seconds, kept without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

/// How far back is summed.
pub(super) const WINDOW_SECONDS: u64 = 10;

/// One slot a second of the window, and the one that is being filled.
const SLOTS: usize = WINDOW_SECONDS as usize + 1;

/// Numbers the seconds.
#[derive(Debug)]
pub(super) struct Seconds(Instant);

impl Seconds {
    pub(super) fn from_now() -> Self {
        Seconds(Instant::now())
    }

    /// The second of a moment, the first one being 1, so that empty slots are of none.
    pub(super) fn at(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.0).as_secs() + 1
    }
}

/// Sums by second. Each slot holds its second in the upper half and the sum in the lower.
#[derive(Debug, Default)]
pub(super) struct Window([AtomicU64; SLOTS]);

impl Window {
    /// Adds to a second's sum.
    pub(super) fn add(&self, second: u64, amount: u32) {
        let slot = usize::try_from(second % SLOTS as u64).unwrap_or_default();
        let Some(slot) = self.0.get(slot) else { return };
        let most = u64::from(u32::MAX);
        let _ = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            let before = match held >> 32 == second & most {
                true => held & most,
                false => 0,
            };
            Some(second << 32 | (before + u64::from(amount)).min(most))
        });
    }

    /// The sum of the seconds up to this one.
    pub(super) fn sum(&self, second: u64) -> u64 {
        let first = (second + 1).saturating_sub(WINDOW_SECONDS);
        self.0
            .iter()
            .map(|slot| slot.load(Ordering::Relaxed))
            .filter(|held| (first..=second).contains(&(held >> 32)))
            .map(|held| held & u64::from(u32::MAX))
            .sum()
    }
}
