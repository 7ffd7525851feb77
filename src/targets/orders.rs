//! The order of a pool's members at this moment.

use super::registry::LiveTargets;
use crate::decide::{Orders, rendezvous};
use crate::model::{ModelId, Pick, Policy, Pool, PoolId};
use crate::wire::endpoint::Endpoint;
use crate::wire::prefix::leading_blocks;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How many of the first places of a `fastest` pool are drawn; attempts end long before.
const MOST_DRAWN_PLACES: usize = 16;

/// A member's share of the load may be so many quarters of the mean before a prompt goes to its next member.
const MOST_QUARTERS_OF_MEAN: u64 = 5;

/// The request that asks, and what its orders rest on beside live state.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// When it asks.
    pub now: Instant,
    /// What chance is drawn from.
    pub seed: u64,
    /// Whose body it is.
    pub endpoint: Endpoint,
    /// The body.
    pub body: &'a [u8],
}

/// Orders from live state: `least-busy` by attempts in flight, ties as written; `round-robin` by turns; `fastest` by the
/// recent time to the first content and the attempts in flight; `prefix` by the prompt's leading blocks.
#[derive(Clone, Copy, Debug)]
pub struct LiveOrders<'a> {
    policy: &'a Policy,
    targets: &'a LiveTargets,
    asking: Asking<'a>,
}

impl<'a> LiveOrders<'a> {
    pub(super) fn new(policy: &'a Policy, targets: &'a LiveTargets, asking: Asking<'a>) -> Self {
        LiveOrders {
            policy,
            targets,
            asking,
        }
    }

    fn in_flight(&self, model: ModelId) -> u64 {
        self.targets.state(model).map_or(0, |state| state.in_flight())
    }

    fn by_turn(&self, id: PoolId, mut members: Vec<ModelId>) -> Vec<ModelId> {
        let turn = self
            .targets
            .turn(id)
            .map_or(0, |turn| turn.fetch_add(1, Ordering::Relaxed));
        let count = u64::try_from(members.len()).unwrap_or(1).max(1);
        members.rotate_left(usize::try_from(turn % count).unwrap_or(0));
        members
    }

    /// For each place two of the members left are drawn, and the one with the shorter wait takes it (Mitzenmacher, "The
    /// Power of Two Choices in Randomized Load Balancing", 2001): many callers who know the same do not all run to the
    /// same member.
    fn by_two_choices(&self, mut members: Vec<ModelId>) -> Vec<ModelId> {
        let mut random = fastrand::Rng::with_seed(self.asking.seed);
        let mut order = Vec::with_capacity(members.len());
        while members.len() > 1 && order.len() < MOST_DRAWN_PLACES {
            let one = random.usize(..members.len());
            let other = (one + 1 + random.usize(..members.len() - 1)) % members.len();
            let first = [one.min(other), one.max(other)]
                .into_iter()
                .min_by_key(|at| members.get(*at).map(|model| self.waiting(*model)));
            order.push(members.remove(first.unwrap_or(0)));
        }
        order.extend(members);
        order
    }

    fn waiting(&self, model: ModelId) -> Duration {
        let state = self.targets.state(model);
        state.map_or(Duration::ZERO, |state| state.waiting(self.asking.now))
    }

    /// Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2018): the members in the order of the
    /// prompt's rendezvous hash, but those last that have more than their bound of the pool's attempts in flight: a
    /// quarter above the mean, rounded up, the request at hand included. A request without a prompt goes by load.
    fn by_prompt(&self, pool: &Pool, members: Vec<ModelId>) -> Vec<ModelId> {
        let Some(prompt) = leading_blocks(self.asking.endpoint, self.asking.body) else {
            return self.by_load(members);
        };
        let load: u64 = members.iter().map(|model| self.in_flight(*model)).sum();
        let count = u64::try_from(members.len()).unwrap_or(1).max(1);
        let bound = ((load + 1) * MOST_QUARTERS_OF_MEAN).div_ceil(4 * count);
        let order = rendezvous(self.policy, pool, &[&prompt]);
        let (within, beyond): (Vec<_>, Vec<_>) = order
            .into_iter()
            .partition(|model| self.in_flight(*model) < bound);
        within.into_iter().chain(beyond).collect()
    }

    fn by_load(&self, mut members: Vec<ModelId>) -> Vec<ModelId> {
        members.sort_by_key(|model| self.in_flight(*model));
        members
    }
}

impl Orders for LiveOrders<'_> {
    fn order(&mut self, id: PoolId) -> Option<Vec<ModelId>> {
        let pool = self.policy.pool(id)?;
        let members: Vec<ModelId> = pool.members.iter().map(|(model, _)| *model).collect();
        match pool.pick {
            Pick::RoundRobin => Some(self.by_turn(id, members)),
            Pick::LeastBusy => Some(self.by_load(members)),
            Pick::Fastest => Some(self.by_two_choices(members)),
            Pick::Prefix => Some(self.by_prompt(pool, members)),
            Pick::First | Pick::Random | Pick::Weighted | Pick::Cheapest | Pick::Sticky(_) => None,
        }
    }
}
