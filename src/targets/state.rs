//! The state of one target.

use super::breaker::{BreakerState, Circuit, Open, Permit};
use super::health::{Ejected, Health};
use super::latency::Latency;
use super::outlier::Recent;
use crate::model::{BreakerRule, FailureClass, Model, Policy};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What a target costs that answers for the first time: more than any other, so that it is asked once before it is trusted.
const UNPROVEN: Duration = Duration::from_secs(3600);

/// What makes a target the same target in another policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetKey {
    /// The policy's name of the provider.
    pub provider: String,
    /// The provider's URL.
    pub url: String,
    /// The protocol's name.
    pub protocol: String,
    /// The provider's name of the model.
    pub upstream_name: String,
}

impl TargetKey {
    /// The key of a model of a policy.
    pub fn of(policy: &Policy, model: &Model) -> Self {
        let provider = policy.provider(model.provider);
        let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
        TargetKey {
            provider: text(provider.map(|provider| provider.name.as_str())),
            url: text(provider.map(|provider| provider.url.as_str())),
            protocol: text(provider.map(|provider| provider.protocol.name())),
            upstream_name: model.upstream_name.clone(),
        }
    }
}

/// What is known of a target while the program runs.
#[derive(Debug, Default)]
pub struct TargetState {
    in_flight: AtomicU64,
    first_content: Latency,
    circuit: Arc<Circuit>,
    health: Health,
    refuses_stream_usage: AtomicBool,
}

impl TargetState {
    /// Attempts under way.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// The peak-sensitive moving average of the time to the first content; `None` before the first observation.
    pub fn first_content(&self) -> Option<Duration> {
        self.first_content.average()
    }

    /// What one more request costs here in waiting: the average as it counts now, times the requests that would be under
    /// way. A target that has never answered costs nothing to the first request, and much to others until it has.
    pub fn waiting(&self, now: Instant) -> Duration {
        let under_way = u32::try_from(self.in_flight()).unwrap_or(u32::MAX - 1);
        match self.first_content.faded(now) {
            Some(average) => average.saturating_mul(under_way + 1),
            None => UNPROVEN.saturating_mul(under_way),
        }
    }

    /// Whether it may be asked for the counts at a stream's end.
    pub fn takes_stream_usage(&self) -> bool {
        !self.refuses_stream_usage.load(Ordering::Relaxed)
    }

    /// Notes that it refused to be asked.
    pub fn refuse_stream_usage(&self) {
        self.refuses_stream_usage.store(true, Ordering::Relaxed);
    }

    /// Counts an attempt as under way until the guard is dropped.
    pub fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    /// Whether the target may be tried now, by the rule of the policy that asks; its breaker is told the result through
    /// the permit. Without a rule it always may.
    ///
    /// # Errors
    /// The breaker is open.
    pub fn admit(&self, rule: Option<BreakerRule>, now: Instant) -> Result<Permit, Open> {
        match rule {
            Some(rule) => self.circuit.admit(rule, now),
            None => Ok(Permit::default()),
        }
    }

    /// What the breaker does at this moment.
    pub fn breaker(&self, now: Instant) -> BreakerState {
        self.circuit.state(now)
    }

    /// Takes in how an attempt ended: with an answer, or with a failure that says that the target is not well.
    pub(super) fn result(&self, failed: bool, now: Instant) {
        self.health.result(failed, now);
    }

    /// What happened of late.
    pub(super) fn recent(&self, now: Instant) -> Recent {
        self.health.recent(now)
    }

    /// Leaves the target alone for a while.
    pub(super) fn eject(&self, class: FailureClass, now: Instant) {
        self.health.eject(class, now);
    }

    /// Whether the target is left alone, since it is worse than the other members of its pools.
    pub fn ejected(&self, now: Instant) -> Option<Ejected> {
        self.health.ejected(now)
    }

    /// Takes in the time to the first content of one answer: in a stream the first event with content, else the whole
    /// answer.
    pub fn observe_first_content(&self, took: Duration, now: Instant) {
        self.first_content.observe(took, now);
        self.health.begun(took, now);
    }
}

/// An attempt under way; dropping it ends the attempt.
#[derive(Debug)]
pub struct InFlight(Arc<TargetState>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
