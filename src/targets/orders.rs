//! The order of a pool's members at this moment.

use super::registry::LiveTargets;
use crate::decide::Orders;
use crate::model::{ModelId, Pick, Policy, Pool, PoolId};
use std::sync::atomic::Ordering;

/// Orders from live state: `least-busy` by attempts in flight, `fastest` by the recent time to the first content
/// (targets without any come first, so that they get one), ties as written; `round-robin` by turns.
#[derive(Clone, Copy, Debug)]
pub struct LiveOrders<'a> {
    policy: &'a Policy,
    targets: &'a LiveTargets,
}

impl<'a> LiveOrders<'a> {
    pub(super) fn new(policy: &'a Policy, targets: &'a LiveTargets) -> Self {
        LiveOrders { policy, targets }
    }

    fn in_flight(&self, model: ModelId) -> u64 {
        self.targets.state(model).map_or(0, |state| state.in_flight())
    }

    fn members_by_turn(&self, id: PoolId, pool: &Pool) -> Vec<ModelId> {
        let mut members: Vec<ModelId> = pool.members.iter().map(|(model, _)| *model).collect();
        let turn = self
            .targets
            .turn(id)
            .map_or(0, |turn| turn.fetch_add(1, Ordering::Relaxed));
        let count = u64::try_from(members.len()).unwrap_or(1).max(1);
        members.rotate_left(usize::try_from(turn % count).unwrap_or(0));
        members
    }
}

impl Orders for LiveOrders<'_> {
    fn order(&mut self, id: PoolId) -> Option<Vec<ModelId>> {
        let pool = self.policy.pool(id)?;
        let mut members: Vec<ModelId> = pool.members.iter().map(|(model, _)| *model).collect();
        match pool.pick {
            Pick::RoundRobin => return Some(self.members_by_turn(id, pool)),
            Pick::LeastBusy => members.sort_by_key(|model| self.in_flight(*model)),
            Pick::Fastest => {
                members.sort_by_key(|model| self.targets.state(*model).and_then(|s| s.first_content()));
            }
            Pick::First | Pick::Random | Pick::Weighted => return None,
        }
        Some(members)
    }
}
