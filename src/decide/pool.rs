//! Step 5, pools: a pool's members take the order of its `pick`.

use super::draw::Stream;
use super::orders::Orders;
use super::split::text_of;
use super::tracer::{OrderSource, Tracer};
use super::{cheapest, rendezvous::rendezvous};
use crate::facts::{Builtin, FactId, Facts};
use crate::model::{ModelId, Pick, Policy, Pool, PoolId};
use crate::quantity::HexDigits;
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// Most places of a pool that are drawn by weight; attempts end long before.
pub(super) const MOST_DRAWN_PLACES: usize = 64;

/// The members of a pool, first choice first.
pub(super) type Order = SmallVec<[ModelId; 8]>;

/// The orders of the pools that one decision comes to; each pool is asked once.
pub(super) struct PoolOrders<'o> {
    facts: &'o Facts,
    seed: u64,
    orders: &'o mut dyn Orders,
    known: SmallVec<[(PoolId, Order, OrderSource); 2]>,
}

impl<'o> PoolOrders<'o> {
    /// Nothing asked yet.
    pub(super) fn new(facts: &'o Facts, seed: u64, orders: &'o mut dyn Orders) -> Self {
        PoolOrders {
            facts,
            seed,
            orders,
            known: SmallVec::new(),
        }
    }

    /// All members of a pool, first choice first, and where the order came from.
    pub(super) fn of(
        &mut self,
        policy: &Policy,
        id: PoolId,
        tracer: &mut impl Tracer,
    ) -> (&[ModelId], OrderSource) {
        let at = self
            .known
            .iter()
            .position(|(known, ..)| *known == id)
            .unwrap_or_else(|| {
                let (order, source) = self.ask(policy, id);
                tracer.pool(id, &order, source);
                self.known.push((id, order, source));
                self.known.len() - 1
            });
        self.known
            .get(at)
            .map_or((&[], OrderSource::Written), |(_, order, source)| (order, *source))
    }

    fn ask(&mut self, policy: &Policy, id: PoolId) -> (Order, OrderSource) {
        let Some(pool) = policy.pool(id) else {
            return (Order::new(), OrderSource::Written);
        };
        match pool.pick {
            Pick::First => (as_written(pool), OrderSource::Written),
            Pick::Random | Pick::Weighted => {
                let order = match (self.orders.drawn(id), pool.pick) {
                    (Some(order), _) => completed(pool, order),
                    (None, Pick::Weighted) => weighted(pool, self.seed),
                    (None, _) => shuffled(pool, self.seed),
                };
                (order, OrderSource::Seed)
            }
            Pick::Cheapest => (cheapest::order(policy, pool, self.facts), OrderSource::Facts),
            Pick::Sticky(fact) => self.sticky(policy, id, pool, fact),
            Pick::RoundRobin | Pick::LeastBusy | Pick::Fastest | Pick::Prefix => {
                match self.orders.order(id) {
                    Some(order) => (completed(pool, order), OrderSource::Live),
                    None => (shuffled(pool, self.seed), OrderSource::SeedForLive),
                }
            }
        }
    }

    /// By the fact's text; where that is empty, the seed in 16 hex digits takes its place.
    fn sticky(&mut self, policy: &Policy, id: PoolId, pool: &Pool, fact: FactId) -> (Order, OrderSource) {
        if let Some(order) = stuck_to_fact(policy, pool, self.facts, fact) {
            return (order, OrderSource::Facts);
        }
        let order = match self.orders.drawn(id) {
            Some(order) => completed(pool, order),
            None => stuck(policy, pool, self.facts, HexDigits::of(self.seed).as_str()),
        };
        (order, OrderSource::Seed)
    }

    /// What `Orders` answered, in the order of the questions.
    pub(super) fn answered(self) -> Vec<(PoolId, Vec<ModelId>)> {
        self.known
            .into_iter()
            .filter(|(_, _, source)| *source == OrderSource::Live)
            .map(|(pool, order, _)| (pool, order.into_vec()))
            .collect()
    }
}

/// The members of a pool whose order the facts make; `None` where something else does.
pub fn order_by_facts(policy: &Policy, pool: &Pool, facts: &Facts) -> Option<Vec<ModelId>> {
    let order = match pool.pick {
        Pick::Cheapest => cheapest::order(policy, pool, facts),
        Pick::Sticky(fact) => stuck_to_fact(policy, pool, facts, fact)?,
        _ => return None,
    };
    Some(order.into_vec())
}

/// The order for a fact that says something.
fn stuck_to_fact(policy: &Policy, pool: &Pool, facts: &Facts, fact: FactId) -> Option<Order> {
    let text = text_of(facts, fact);
    (!text.is_empty()).then(|| stuck(policy, pool, facts, &text))
}

fn stuck(policy: &Policy, pool: &Pool, facts: &Facts, key: &str) -> Order {
    let tenant = facts.string(Builtin::Tenant.into());
    rendezvous(policy, pool, &[tenant.as_bytes(), key.as_bytes()])
}

fn as_written(pool: &Pool) -> Order {
    pool.members.iter().map(|(model, _)| *model).collect()
}

/// Every order is equally likely (Fisher and Yates).
fn shuffled(pool: &Pool, seed: u64) -> Order {
    let mut stream = Stream::of_pool(seed, &pool.name);
    let mut order = as_written(pool);
    for last in (1..order.len()).rev() {
        let other = usize::try_from(stream.below(last as u64 + 1)).unwrap_or(last);
        order.swap(last, other);
    }
    order
}

/// Each place is drawn among the members left, by weight; members without weight, and those behind the last drawn place, come last
/// as written.
fn weighted(pool: &Pool, seed: u64) -> Order {
    let mut stream = Stream::of_pool(seed, &pool.name);
    let mut left: SmallVec<[(ModelId, u32); 8]> = SmallVec::from_slice(&pool.members);
    let mut order = Order::new();
    let mut sum: u64 = left.iter().map(|(_, weight)| u64::from(*weight)).sum();
    while sum > 0 && order.len() < MOST_DRAWN_PLACES {
        let mut draw = stream.below(sum);
        let at = left.iter().position(|(_, weight)| {
            let weight = u64::from(*weight);
            let here = draw < weight;
            draw = draw.saturating_sub(weight);
            here
        });
        let Some(at) = at else { break };
        let (model, weight) = left.remove(at);
        sum -= u64::from(weight);
        order.push(model);
    }
    order.extend(left.into_iter().map(|(model, _)| model));
    order
}

/// A handed-in order as one of all members: others are left out, those not named come last as written.
pub(super) fn completed(pool: &Pool, order: Vec<ModelId>) -> Order {
    let written = as_written(pool);
    let mut left: BTreeSet<ModelId> = written.iter().copied().collect();
    order
        .into_iter()
        .chain(written)
        .filter(|model| left.remove(model))
        .collect()
}
