//! Which pools a target stands in, and when each of them was last looked over for outliers.

use super::window::Seconds;
use crate::model::{ModelId, Policy};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

/// The pools of one policy.
#[derive(Debug)]
pub(super) struct Pools {
    seconds: Seconds,
    pools: Vec<Members>,
    /// For each model the pools that it stands in.
    of_model: Vec<Vec<usize>>,
}

#[derive(Debug)]
struct Members {
    models: Vec<ModelId>,
    /// The second in which the pool was last looked over.
    looked: AtomicU64,
}

impl Default for Pools {
    fn default() -> Self {
        Pools {
            seconds: Seconds::from_now(),
            pools: Vec::new(),
            of_model: Vec::new(),
        }
    }
}

impl Pools {
    /// The pools of a policy. Members without a breaker are never left alone, and so are not held against others.
    pub(super) fn of(policy: &Policy) -> Self {
        let mut pools = Pools {
            of_model: vec![Vec::new(); policy.models.len()],
            ..Pools::default()
        };
        for (at, pool) in policy.pools.iter().enumerate() {
            let models: Vec<ModelId> = pool
                .members
                .iter()
                .map(|(model, _)| *model)
                .filter(|model| policy.breaker(*model).is_some())
                .collect();
            for model in &models {
                if let Some(pools) = pools.of_model.get_mut(model.0 as usize) {
                    pools.push(at);
                }
            }
            pools.pools.push(Members {
                models,
                looked: AtomicU64::new(0),
            });
        }
        pools
    }

    /// The members of each pool of a model that was not looked over in this second yet.
    pub(super) fn due(&self, model: ModelId, now: Instant) -> impl Iterator<Item = &[ModelId]> {
        let second = self.seconds.at(now);
        let pools = self.of_model.get(model.0 as usize).into_iter().flatten();
        pools.filter_map(move |at| {
            let members = self.pools.get(*at)?;
            let is_due = members.looked.swap(second, Ordering::Relaxed) != second;
            is_due.then_some(members.models.as_slice())
        })
    }
}
