//! The circuit breaker of one target. Closed, it counts failures in a row; open, it lets nobody through; when that
//! time is over, exactly one attempt probes the target and decides.
//!
//! Results of attempts that began before the breaker last opened or closed say nothing of now and are ignored.

use crate::model::{BreakerRule, FailureClass};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The state of a breaker.
#[derive(Debug)]
pub(super) struct Circuit {
    /// Closed and without failures: the common case, told without the lock.
    calm: AtomicBool,
    /// Counts openings and closings.
    epoch: AtomicU64,
    position: Mutex<Position>,
}

#[derive(Debug)]
enum Position {
    /// When the failures in a row happened, oldest first.
    Closed(VecDeque<Instant>),
    Open(Opening),
    /// One probe is under way.
    HalfOpen(Opening),
}

#[derive(Clone, Copy, Debug)]
struct Opening {
    until: Instant,
    class: FailureClass,
}

/// A breaker that lets nobody through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Until the target may be probed; zero while a probe is under way.
    pub wait: Duration,
    /// The failure that opened it.
    pub class: FailureClass,
}

/// What a breaker does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// It lets everybody through.
    Closed,
    /// It lets nobody through for so long.
    Open(Duration),
    /// The next attempt is a probe, or one is under way.
    HalfOpen,
}

/// One attempt that a breaker has let through. Dropped without a result, as when its client leaves, it says nothing;
/// where it was the probe, the next attempt is.
/// By default there is no breaker that would be told.
#[derive(Debug, Default)]
pub struct Permit {
    circuit: Option<(Arc<Circuit>, BreakerRule)>,
    epoch: u64,
    is_probe: bool,
}

impl Default for Circuit {
    fn default() -> Self {
        Circuit {
            calm: AtomicBool::new(true),
            epoch: AtomicU64::new(0),
            position: Mutex::new(Position::Closed(VecDeque::new())),
        }
    }
}

impl Circuit {
    /// Lets an attempt through, or says until when not.
    pub(super) fn admit(self: &Arc<Self>, rule: BreakerRule, now: Instant) -> Result<Permit, Open> {
        let permit = |is_probe| Permit {
            circuit: Some((Arc::clone(self), rule)),
            epoch: self.epoch.load(Ordering::Acquire),
            is_probe,
        };
        if self.calm.load(Ordering::Acquire) {
            return Ok(permit(false));
        }
        let mut position = self.position();
        let opening = match *position {
            Position::Closed(_) => return Ok(permit(false)),
            Position::Open(opening) | Position::HalfOpen(opening) => opening,
        };
        let wait = opening.until.saturating_duration_since(now);
        if matches!(*position, Position::Open(_)) && wait.is_zero() {
            *position = Position::HalfOpen(opening);
            return Ok(permit(true));
        }
        Err(Open {
            wait,
            class: opening.class,
        })
    }

    /// What it does now.
    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match *self.position() {
            Position::Closed(_) => BreakerState::Closed,
            Position::Open(Opening { until, .. }) if until > now => {
                BreakerState::Open(until.saturating_duration_since(now))
            }
            Position::Open(_) | Position::HalfOpen(_) => BreakerState::HalfOpen,
        }
    }

    fn position(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn move_to(&self, position: &mut Position, next: Position) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.calm
            .store(matches!(next, Position::Closed(_)), Ordering::Release);
        *position = next;
    }
}

impl Permit {
    /// The target has begun to answer: a probe has succeeded, however long the rest will take.
    pub fn content(&self) {
        if let Some((circuit, _)) = self.circuit.as_ref().filter(|_| self.is_probe) {
            self.succeed(circuit);
        }
    }

    /// The attempt's result: `None` for an answer. A failure that breakers do not count shows a probe that the target
    /// answers; otherwise it says nothing.
    pub fn end(&self, failed: Option<FailureClass>, now: Instant) {
        let Some((circuit, rule)) = &self.circuit else {
            return;
        };
        match failed {
            Some(class) if class.trips_breaker() => self.fail(circuit, *rule, class, now),
            Some(_) if !self.is_probe => {}
            _ => self.succeed(circuit),
        }
    }

    fn succeed(&self, circuit: &Circuit) {
        if circuit.calm.load(Ordering::Acquire) {
            return;
        }
        let mut position = circuit.position();
        if !self.is_current(circuit) {
            return;
        }
        match &mut *position {
            Position::Closed(failures) => {
                failures.clear();
                circuit.calm.store(true, Ordering::Release);
            }
            Position::HalfOpen(_) if self.is_probe => {
                circuit.move_to(&mut position, Position::Closed(VecDeque::new()));
            }
            Position::Open(_) | Position::HalfOpen(_) => {}
        }
    }

    fn fail(&self, circuit: &Circuit, rule: BreakerRule, class: FailureClass, now: Instant) {
        let mut position = circuit.position();
        if !self.is_current(circuit) {
            return;
        }
        let opens = match &mut *position {
            Position::Closed(failures) => {
                circuit.calm.store(false, Ordering::Release);
                failures.push_back(now);
                let most = rule.failures as usize;
                while failures.len() > most
                    || failures
                        .front()
                        .is_some_and(|first| now.saturating_duration_since(*first) > rule.within)
                {
                    failures.pop_front();
                }
                failures.len() >= most
            }
            Position::HalfOpen(_) => self.is_probe,
            Position::Open(_) => false,
        };
        if opens {
            let until = now.checked_add(rule.open).unwrap_or(now);
            circuit.move_to(&mut position, Position::Open(Opening { until, class }));
        }
    }

    fn is_current(&self, circuit: &Circuit) -> bool {
        circuit.epoch.load(Ordering::Acquire) == self.epoch
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some((circuit, _)) = self.circuit.as_ref().filter(|_| self.is_probe) else {
            return;
        };
        let mut position = circuit.position();
        if let Position::HalfOpen(opening) = *position
            && self.is_current(circuit)
        {
            *position = Position::Open(opening);
        }
    }
}
