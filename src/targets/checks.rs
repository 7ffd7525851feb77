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
    /// When it is to be asked again; `None` before the first time.
    next: Option<Instant>,
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
    /// Whether it is time to ask; whoever is told so asks, and tells what came of it.
    pub fn is_due(&self, now: Instant) -> bool {
        let mut told = self.told();
        let is_due = !told.is_asking && told.next.is_none_or(|next| next <= now);
        told.is_asking |= is_due;
        is_due
    }

    /// Takes in what came of a check.
    pub fn told_well(&self, is_well: bool, every: Duration, now: Instant) {
        let mut told = self.told();
        told.is_asking = false;
        told.is_known = true;
        told.next = now.checked_add(every);
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
                let next = told.next.unwrap_or(now);
                Standing::Down(next.saturating_duration_since(now))
            }
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
