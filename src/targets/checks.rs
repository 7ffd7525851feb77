//! Providers that are asked whether they are well: two answers in a row that they are not take their models out, one that
//! they are brings them back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So many failed checks in a row take a provider out.
const MOST_FAILED: u32 = 2;

/// What checks have told of one provider.
#[derive(Debug, Default)]
pub struct CheckState(Mutex<Told>);

#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// When it told something last, and how often it was to be asked then; `None` before the first time.
    last: Option<(Instant, Duration)>,
    is_asking: bool,
    failed: u32,
    is_down: bool,
    is_known: bool,
}

/// What is known of a provider that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was not asked yet.
    Unknown,
    /// It is well.
    Well,
    /// It is not, and will be asked again in so long.
    Down(Duration),
}

impl CheckState {
    /// Whether it is time to ask a provider that is to be asked so often; whoever is told so asks, and tells what came of it.
    pub fn is_due(&self, every: Duration, now: Instant) -> bool {
        let mut told = self.told();
        let waited = told.last.map(|(last, _)| now.saturating_duration_since(last));
        let is_due = !told.is_asking && waited.is_none_or(|waited| waited >= every);
        told.is_asking |= is_due;
        is_due
    }

    /// Takes in what came of a check.
    pub fn told_well(&self, is_well: bool, every: Duration, now: Instant) {
        let mut told = self.told();
        told.is_asking = false;
        told.is_known = true;
        told.last = Some((now, every));
        told.failed = if is_well { 0 } else { told.failed.saturating_add(1) };
        told.is_down = told.failed >= MOST_FAILED;
    }

    /// What is known.
    pub fn standing(&self, now: Instant) -> Standing {
        let told = *self.told();
        match (told.is_known, told.is_down) {
            (false, _) => Standing::Unknown,
            (true, false) => Standing::Well,
            (true, true) => {
                let left = told.last.map(|(last, every)| {
                    let waited = now.saturating_duration_since(last);
                    every.saturating_sub(waited)
                });
                Standing::Down(left.unwrap_or_default())
            }
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
