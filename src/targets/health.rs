//! What happened at one target of late, and whether it is ejected from its pools.

use super::outlier::Recent;
use super::window::{Seconds, WINDOW_SECONDS, Window};
use crate::model::FailureClass;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long the first ejection lasts, each further one in a row so much longer.
const FIRST: Duration = Duration::from_secs(10);

/// The longest ejection.
const LONGEST: Duration = Duration::from_secs(300);

/// The health of one target.
#[derive(Debug)]
pub(super) struct Health {
    seconds: Seconds,
    results: Window,
    failed: Window,
    begun: Window,
    waited: Window,
    ejection: Mutex<Option<Ejection>>,
}

/// The last ejection.
#[derive(Clone, Copy, Debug)]
struct Ejection {
    until: Instant,
    class: FailureClass,
    /// How many came before it without a rest between.
    before: u32,
}

/// A target that is left alone for a while, since it is worse than its pools' other members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ejected {
    /// For how long still.
    pub wait: Duration,
    /// The failure that stands for why: `server` for failures, `timeout.first-token` for slowness.
    pub class: FailureClass,
}

impl Default for Health {
    fn default() -> Self {
        Health {
            seconds: Seconds::from_now(),
            results: Window::default(),
            failed: Window::default(),
            begun: Window::default(),
            waited: Window::default(),
            ejection: Mutex::default(),
        }
    }
}

impl Health {
    /// Takes in how an attempt ended.
    pub(super) fn result(&self, failed: bool, now: Instant) {
        let second = self.seconds.at(now);
        self.results.add(second, 1);
        if failed {
            self.failed.add(second, 1);
        }
    }

    /// Takes in the time to the first content of an answer.
    pub(super) fn begun(&self, took: Duration, now: Instant) {
        let second = self.seconds.at(now);
        self.begun.add(second, 1);
        self.waited
            .add(second, u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
    }

    /// What happened of late.
    pub(super) fn recent(&self, now: Instant) -> Recent {
        let second = self.seconds.at(now);
        Recent {
            results: self.results.sum(second),
            failed: self.failed.sum(second),
            begun: self.begun.sum(second),
            waited: self.waited.sum(second),
            is_ejected: self.ejected(now).is_some(),
        }
    }

    /// Ejects the target. One that comes back no better is ejected for longer each time.
    pub(super) fn eject(&self, class: FailureClass, now: Instant) {
        let mut ejection = self.ejection();
        let before = match *ejection {
            Some(last) if last.until > now => return,
            // Twice the window: in the first half the results of before were still counted.
            Some(last) if now < last.until + Duration::from_secs(2 * WINDOW_SECONDS) => last.before + 1,
            _ => 0,
        };
        let length = FIRST.saturating_mul(before.saturating_add(1)).min(LONGEST);
        *ejection = now
            .checked_add(length)
            .map(|until| Ejection { until, class, before });
    }

    /// Whether it is ejected.
    pub(super) fn ejected(&self, now: Instant) -> Option<Ejected> {
        let ejection = (*self.ejection()).filter(|ejection| ejection.until > now)?;
        Some(Ejected {
            wait: ejection.until.saturating_duration_since(now),
            class: ejection.class,
        })
    }

    fn ejection(&self) -> MutexGuard<'_, Option<Ejection>> {
        self.ejection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
