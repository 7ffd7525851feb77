//! The retry budget of the whole program: repeats on the same target are at most a fifth of the last ten seconds'
//! requests, and ten at least, so that a provider in trouble is not buried under repeats. Fallbacks are not counted.

use super::window::{Seconds, Window};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// One repeat for so many requests.
const REQUESTS_A_REPEAT: u64 = 5;

/// So many repeats are always allowed.
const LEAST_REPEATS: u64 = 10;

/// Requests and repeats of the last seconds.
#[derive(Debug)]
pub struct RetryBudget {
    seconds: Seconds,
    requests: Window,
    /// Locked while a repeat is asked for, so that no two take the last place.
    repeats: Mutex<Window>,
    refused: AtomicU64,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryBudget {
    pub(super) fn new() -> Self {
        RetryBudget {
            seconds: Seconds::from_now(),
            requests: Window::default(),
            repeats: Mutex::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// Counts a request.
    pub fn request(&self, now: Instant) {
        self.requests.add(self.seconds.at(now), 1);
    }

    /// Takes a repeat out of the budget; false where nothing is left of it.
    pub fn take(&self, now: Instant) -> bool {
        let second = self.seconds.at(now);
        let repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = (self.requests.sum(second) / REQUESTS_A_REPEAT).max(LEAST_REPEATS);
        let taken = repeats.sum(second) < allowed;
        match taken {
            true => repeats.add(second, 1),
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
}
