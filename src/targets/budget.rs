//! The retry budget of the whole program: repeats on the same target are at most a fifth of the last ten seconds'
//! requests, and ten at least, so that a provider in trouble is not buried under repeats. Fallbacks are not counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// How far back requests and repeats are counted.
const WINDOW_SECONDS: u64 = 10;

/// One slot a second of the window, and the one that is being filled.
const SLOTS: usize = WINDOW_SECONDS as usize + 1;

/// One repeat for so many requests.
const REQUESTS_A_REPEAT: u64 = 5;

/// So many repeats are always allowed.
const LEAST_REPEATS: u64 = 10;

/// Requests and repeats of the last seconds.
#[derive(Debug)]
pub struct RetryBudget {
    start: Instant,
    requests: Window,
    /// Locked while a repeat is asked for, so that no two take the last place.
    repeats: Mutex<Window>,
    refused: AtomicU64,
}

/// Counts by second. Each slot holds its second in the upper half and the count in the lower.
#[derive(Debug, Default)]
struct Window([AtomicU64; SLOTS]);

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryBudget {
    pub(super) fn new() -> Self {
        RetryBudget {
            start: Instant::now(),
            requests: Window::default(),
            repeats: Mutex::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// Counts a request.
    pub fn request(&self, now: Instant) {
        self.requests.count(self.second(now));
    }

    /// Takes a repeat out of the budget; false where nothing is left of it.
    pub fn take(&self, now: Instant) -> bool {
        let second = self.second(now);
        let repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = (self.requests.sum(second) / REQUESTS_A_REPEAT).max(LEAST_REPEATS);
        let taken = repeats.sum(second) < allowed;
        match taken {
            true => repeats.count(second),
            false => {
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        taken
    }

    /// How many repeats were refused up to now.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The second of a moment, the first one being 1, so that empty slots are of none.
    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.start).as_secs() + 1
    }
}

impl Window {
    fn count(&self, second: u64) {
        let slot = usize::try_from(second % SLOTS as u64).unwrap_or_default();
        let Some(slot) = self.0.get(slot) else { return };
        let _ = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            Some(match held >> 32 == second & u64::from(u32::MAX) {
                true => held.saturating_add(1),
                false => second << 32 | 1,
            })
        });
    }

    /// The counts of the seconds up to this one.
    fn sum(&self, second: u64) -> u64 {
        let first = (second + 1).saturating_sub(WINDOW_SECONDS);
        self.0
            .iter()
            .map(|slot| slot.load(Ordering::Relaxed))
            .filter(|held| (first..=second).contains(&(held >> 32)))
            .map(|held| held & u64::from(u32::MAX))
            .sum()
    }
}
