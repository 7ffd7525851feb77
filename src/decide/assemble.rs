//! Step 6: the plan. A target stands once, at its first place; a group keeps every target that its clause has.

use super::eligibility::Eligibility;
use super::plan::{Group, Hedging, Plan};
use super::pool::PoolOrders;
use super::targets::ExpandedChoice;
use super::tracer::{OrderSource, Tracer};
use crate::model::{ClassSet, ModelId, Named, Policy, PoolId};
use smallvec::SmallVec;
use std::time::Duration;

/// A plan, and the orders that it rests on.
pub(super) struct Planned {
    /// The plan.
    pub(super) plan: Plan,
    /// Whether the seed stood in for live state that was not known.
    pub(super) estimated: bool,
    /// What `Orders` answered.
    pub(super) orders: Vec<(PoolId, Vec<ModelId>)>,
    /// Targets that were left out since their embeddings lie in another space than the first target's.
    pub(super) other_vectors: Vec<ModelId>,
}

/// A plan in the making.
pub(super) struct Assembly<'a> {
    policy: &'a Policy,
    eligibility: &'a Eligibility,
    plan: Plan,
    /// For each target of the route its place in the plan, and the last group that names it, counted from 1.
    places: SmallVec<[Option<(u32, u32)>; 8]>,
    estimated: bool,
    /// Whether the request asks for embeddings, so that all targets must share a space.
    embeddings: bool,
    other_vectors: Vec<ModelId>,
}

impl<'a> Assembly<'a> {
    /// An empty plan.
    pub(super) fn new(policy: &'a Policy, eligibility: &'a Eligibility, embeddings: bool) -> Self {
        Assembly {
            policy,
            eligibility,
            plan: Plan {
                targets: SmallVec::new(),
                groups: SmallVec::new(),
                hedge: None,
                shadow: None,
            },
            places: SmallVec::from_elem(None, eligibility.len()),
            estimated: false,
            embeddings,
            other_vectors: Vec::new(),
        }
    }

    /// Adds a clause with the choices that are left of it, first choice first.
    pub(super) fn add<'c>(
        &mut self,
        on: ClassSet,
        choices: impl IntoIterator<Item = &'c ExpandedChoice>,
        pools: &mut PoolOrders<'_>,
        tracer: &mut impl Tracer,
    ) {
        let mut group = Group {
            on,
            targets: SmallVec::new(),
        };
        for choice in choices {
            for model in self.eligible(choice, pools, tracer) {
                if self.shares_vectors(model) {
                    group.targets.extend(self.place(model));
                } else if !self.other_vectors.contains(&model) {
                    tracer.other_vectors(model);
                    self.other_vectors.push(model);
                }
            }
        }
        if self.plan.groups.is_empty() || !group.targets.is_empty() {
            self.plan.groups.push(group);
        }
    }

    /// Adds the two sides of a hedge as one clause: the first target that only the second side has hedges the first target
    /// of all. Where a side has none of its own left, there is nothing to hedge.
    pub(super) fn add_hedge(
        &mut self,
        on: ClassSet,
        sides: &[ExpandedChoice],
        after: Duration,
        pools: &mut PoolOrders<'_>,
        tracer: &mut impl Tracer,
    ) {
        self.add(on, sides, pools, tracer);
        let Some(first) = sides.first() else { return };
        let is_of_first = |model: &ModelId| first.members.contains(model);
        let targets = &self.plan.targets;
        let second = targets.iter().position(|model| !is_of_first(model));
        self.plan.hedge = second
            .filter(|second| *second > 0)
            .map(|second| Hedging { second, after });
    }

    /// The models of a choice that may be tried, first choice first.
    fn eligible(
        &mut self,
        choice: &ExpandedChoice,
        pools: &mut PoolOrders<'_>,
        tracer: &mut impl Tracer,
    ) -> SmallVec<[ModelId; 8]> {
        let eligibility = self.eligibility;
        let left = choice
            .members
            .iter()
            .copied()
            .filter(|model| eligibility.allows(*model));
        match choice.named {
            Named::Model(_) => left.collect(),
            Named::Pool(pool) => {
                let count = left.count();
                if count == 0 {
                    return SmallVec::new();
                }
                let (order, source) = pools.of(self.policy, pool, tracer);
                self.estimated |= source == OrderSource::SeedForLive && count > 1;
                order
                    .iter()
                    .copied()
                    .filter(|model| eligibility.allows(*model))
                    .collect()
            }
        }
    }

    /// Whether a target may stand beside the plan's first one: for embeddings, only in the same space.
    fn shares_vectors(&self, model: ModelId) -> bool {
        let first = self.plan.targets.first().filter(|_| self.embeddings);
        match (
            first.and_then(|first| self.policy.model(*first)),
            self.policy.model(model),
        ) {
            (Some(first), Some(model)) => first.shares_vectors(model),
            _ => true,
        }
    }

    /// The place of a target, its first one or a new one at the end; `None` where the group at hand has it already.
    fn place(&mut self, model: ModelId) -> Option<usize> {
        let group = u32::try_from(self.plan.groups.len()).unwrap_or(u32::MAX) + 1;
        let slot = self.places.get_mut(self.eligibility.position(model)?)?;
        let place = match *slot {
            Some((_, last)) if last == group => return None,
            Some((place, _)) => place,
            None => {
                self.plan.targets.push(model);
                u32::try_from(self.plan.targets.len() - 1).unwrap_or(u32::MAX)
            }
        };
        *slot = Some((place, group));
        Some(place as usize)
    }

    /// What came of it; `None` where no target is left.
    pub(super) fn finish(self, pools: PoolOrders<'_>) -> Option<Planned> {
        (!self.plan.targets.is_empty()).then(|| Planned {
            plan: self.plan,
            estimated: self.estimated,
            orders: pools.answered(),
            other_vectors: self.other_vectors,
        })
    }
}
