//! The time to the first content, as a peak-sensitive moving average: it jumps to a slower observation at once and comes
//! back slowly, so that a target in trouble is left early (the load metric of Twitter's Finagle, `PeakEwma`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How fast the past is forgotten: after so long an observation has lost all but 1/e of its weight.
const DECAY: Duration = Duration::from_secs(10);

/// Stands for an average without any observation.
const UNKNOWN: u64 = u64::MAX;

/// The average of one target. Its two numbers are not read as one: a reader between two writes sees an average of one
/// observation ago.
#[derive(Debug)]
pub(super) struct Latency {
    start: Instant,
    nanoseconds: AtomicU64,
    /// When the last observation was made, in nanoseconds since `start`.
    observed: AtomicU64,
}

impl Default for Latency {
    fn default() -> Self {
        Latency {
            start: Instant::now(),
            nanoseconds: AtomicU64::new(UNKNOWN),
            observed: AtomicU64::new(0),
        }
    }
}

impl Latency {
    /// Takes in an observation.
    pub(super) fn observe(&self, took: Duration, now: Instant) {
        let newest = nanoseconds(took).min(UNKNOWN - 1);
        let weight = self.weight(now);
        let average = |old: u64| match old {
            old if old == UNKNOWN || newest >= old => newest,
            old => (old as f64 * weight + newest as f64 * (1.0 - weight)) as u64,
        };
        let _ = self
            .nanoseconds
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| Some(average(old)));
        self.observed.store(self.since_start(now), Ordering::Relaxed);
    }

    /// The average; `None` before the first observation.
    pub(super) fn average(&self) -> Option<Duration> {
        match self.nanoseconds.load(Ordering::Relaxed) {
            UNKNOWN => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        }
    }

    /// The average as it counts now: without observations it fades, so that a target that was slow once is tried again.
    pub(super) fn faded(&self, now: Instant) -> Option<Duration> {
        self.average().map(|average| average.mul_f64(self.weight(now)))
    }

    /// What is left of the weight of the last observation.
    fn weight(&self, now: Instant) -> f64 {
        let since = self
            .since_start(now)
            .saturating_sub(self.observed.load(Ordering::Relaxed));
        (-Duration::from_nanos(since).as_secs_f64() / DECAY.as_secs_f64()).exp()
    }

    fn since_start(&self, now: Instant) -> u64 {
        nanoseconds(now.saturating_duration_since(self.start))
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
