//! All targets of the program, and the view that one policy has of them.

use super::breaker::{Open, Permit};
use super::budget::RetryBudget;
use super::checks::{CheckState, Standing};
use super::orders::{Asking, LiveOrders};
use super::outlier::outliers;
use super::pools::Pools;
use super::state::{TargetKey, TargetState};
use crate::model::{BreakerRule, FailureClass, ModelId, Policy, PoolId, ProviderId};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The states of all targets, and the retry budget, kept while policies come and go. One for the whole program.
#[derive(Debug, Default)]
pub struct Registry {
    budget: Arc<RetryBudget>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    targets: BTreeMap<TargetKey, Arc<TargetState>>,
    /// By the provider's name, its URL and what is asked.
    checks: BTreeMap<(String, String, String), Arc<CheckState>>,
    turns: BTreeMap<String, Arc<AtomicU64>>,
}

impl Registry {
    /// A registry without targets.
    pub fn new() -> Self {
        Self::default()
    }

    /// The view of a policy: states that are known already are kept, those that no policy uses any more are dropped.
    pub fn bind(&self, policy: &Policy) -> LiveTargets {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known {
            targets,
            checks,
            turns,
        } = &mut *known;
        let states = policy
            .models
            .iter()
            .map(|model| Arc::clone(targets.entry(TargetKey::of(policy, model)).or_default()))
            .collect();
        let pools = policy
            .pools
            .iter()
            .map(|pool| Arc::clone(turns.entry(pool.name.clone()).or_default()))
            .collect();
        let checked = policy
            .providers
            .iter()
            .map(|provider| {
                let path = provider.check.as_ref()?.path.clone();
                let key = (provider.name.clone(), provider.url.clone(), path);
                Some(Arc::clone(checks.entry(key).or_default()))
            })
            .collect();
        checks.retain(|_, state| Arc::strong_count(state) > 1);
        targets.retain(|_, state| Arc::strong_count(state) > 1);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        LiveTargets {
            pools: Pools::of(policy),
            checks: checked,
            providers: policy.models.iter().map(|model| model.provider).collect(),
            states,
            turns: pools,
            budget: Arc::clone(&self.budget),
        }
    }

    /// Number of targets known.
    pub fn len(&self) -> usize {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.targets.len()
    }

    /// Whether no target is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The live state of one policy's targets, found by id and without a lock.
#[derive(Debug, Default)]
pub struct LiveTargets {
    states: Vec<Arc<TargetState>>,
    turns: Vec<Arc<AtomicU64>>,
    pools: Pools,
    /// For each provider what checks have told of it, where it is asked.
    checks: Vec<Option<Arc<CheckState>>>,
    /// For each model its provider.
    providers: Vec<ProviderId>,
    budget: Arc<RetryBudget>,
}

impl LiveTargets {
    /// The state of a model; `None` for an id of another policy.
    pub fn state(&self, model: ModelId) -> Option<&Arc<TargetState>> {
        self.states.get(model.0 as usize)
    }

    /// What checks have told of a provider; `None` where it is not asked.
    pub fn check(&self, provider: ProviderId) -> Option<&Arc<CheckState>> {
        self.checks.get(provider.0 as usize)?.as_ref()
    }

    /// Where the provider of a model has failed its checks, how long until it is asked again.
    pub fn down(&self, model: ModelId, now: Instant) -> Option<Duration> {
        let provider = self.providers.get(model.0 as usize)?;
        match self.check(*provider)?.standing(now) {
            Standing::Down(wait) => Some(wait),
            Standing::Unknown | Standing::Well => None,
        }
    }

    /// Whether a model may be tried now: its provider is not down, and its breaker, by this rule, lets an attempt through.
    ///
    /// # Errors
    /// It may not, and until when.
    pub fn admit(&self, model: ModelId, rule: Option<BreakerRule>, now: Instant) -> Result<Permit, Open> {
        if let Some(wait) = self.down(model, now) {
            let class = FailureClass::Connect;
            return Err(Open { wait, class });
        }
        match self.state(model) {
            Some(state) => state.admit(rule, now),
            None => Ok(Permit::default()),
        }
    }

    /// Takes in how an attempt ended: `failed` says whether with a failure that says that the target is not well. The pools
    /// of a target that failed or is slow are looked over, at most once a second.
    pub fn result(&self, model: ModelId, failed: bool, now: Instant) {
        if let Some(state) = self.state(model) {
            state.result(failed, now);
        }
        for members in self.pools.due(model, now) {
            let states: Vec<&Arc<TargetState>> = members.iter().filter_map(|id| self.state(*id)).collect();
            let recent: Vec<_> = states.iter().map(|state| state.recent(now)).collect();
            for (at, class) in outliers(&recent) {
                if let Some(state) = states.get(at) {
                    state.eject(class, now);
                }
            }
        }
    }

    /// The retry budget of the whole program.
    pub fn budget(&self) -> &RetryBudget {
        &self.budget
    }

    /// The orders of this moment, for this request and for the policy that the view was bound with.
    pub fn orders<'a>(&'a self, policy: &'a Policy, asking: Asking<'a>) -> LiveOrders<'a> {
        LiveOrders::new(policy, self, asking)
    }

    pub(super) fn turn(&self, pool: PoolId) -> Option<&AtomicU64> {
        self.turns.get(pool.0 as usize).map(AsRef::as_ref)
    }
}
