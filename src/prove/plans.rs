//! The plans that a route can lead to: every draw among a split's arms, every order of a pool's members.

use super::encode::in_order;
use super::formula::{Formula, Formulas};
use crate::model::{Choice, ModelId, Named, Pick, Policy, PoolId, Routing, Shadow, Target};
use std::collections::BTreeSet;

/// Most plans of one route and one choice of eligible targets.
const MAX_PLANS: usize = 5_000;

/// A plan, and what makes it one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// The targets.
    pub(super) plan: Vec<ModelId>,
    /// Members of pools that pick the cheapest, in the order that they must come in.
    pub(super) cheapest: Vec<(PoolId, Vec<ModelId>)>,
}

impl Way {
    /// That a request has the costs that make it; true where that is not said.
    pub(super) fn priced(&self, policy: &Policy, formulas: &mut Formulas) -> Formula {
        let mut all = Vec::with_capacity(self.cheapest.len());
        for (id, order) in &self.cheapest {
            let pool = policy.pool(*id);
            all.extend(pool.and_then(|pool| in_order(policy, pool, order, formulas)));
        }
        formulas.and(all)
    }
}

/// The models and pools that a route's target can stand for: each arm of a split that may be drawn, both sides of a hedge,
/// each model and pool for the one that a client asks for.
pub(super) fn firsts(policy: &Policy, target: &Target) -> Vec<Named> {
    match target {
        Target::Named(choice) => vec![choice.named],
        Target::Requested(_) => policy.all_named().collect(),
        Target::Split(split) => split
            .arms
            .iter()
            .filter(|arm| arm.share.basis_points() > 0)
            .map(|arm| arm.choice.named)
            .collect(),
        Target::Hedge(hedge) => hedge.sides.iter().map(|side| side.named).collect(),
    }
}

/// The choices of a route's fallbacks, as written.
pub(super) fn fallbacks(routing: &Routing) -> impl Iterator<Item = &Choice> {
    routing.fallbacks.iter().flat_map(|fallback| &fallback.choices)
}

/// Where copies of a route's requests go, where any do.
pub(super) fn shadow(routing: &Routing) -> Option<Shadow> {
    routing.shadow.filter(|shadow| shadow.share.basis_points() > 0)
}

/// Every model that a request of a route can be sent to, in written order.
pub(super) fn models(policy: &Policy, routing: &Routing) -> Vec<ModelId> {
    let mut seen = BTreeSet::new();
    let firsts = firsts(policy, &routing.target).into_iter();
    let named = firsts.chain(fallbacks(routing).map(|choice| choice.named));
    let members = named.flat_map(|named| policy.members(named));
    members.filter(|model| seen.insert(*model)).collect()
}

/// Whether the embeddings of all of these models lie in one space.
pub(super) fn share_vectors(policy: &Policy, models: &BTreeSet<ModelId>) -> bool {
    let shares = |left: &ModelId, right: &ModelId| shares_vectors(policy, *left, *right);
    let mut left = models.iter();
    left.all(|left| models.iter().all(|right| shares(left, right)))
}

/// Whether the embeddings of two models lie in one space.
pub(super) fn shares_vectors(policy: &Policy, left: ModelId, right: ModelId) -> bool {
    let (left, right) = (policy.model(left), policy.model(right));
    left.zip(right)
        .is_some_and(|(left, right)| left.shares_vectors(right))
}

/// The plans of a route of which just these models are left, for a request that asks for embeddings or for none;
/// `requested` is what the client asked for. `None` where there are too many.
pub(super) fn plans(
    policy: &Policy,
    routing: &Routing,
    eligible: &BTreeSet<ModelId>,
    requested: Option<Named>,
    embeddings: bool,
) -> Option<BTreeSet<Way>> {
    let ways = of_all(policy, routing, eligible, requested)?.into_iter();
    let kept = |mut way: Way| {
        if let (Some(first), true) = (way.plan.first().copied(), embeddings) {
            way.plan.retain(|model| shares_vectors(policy, first, *model));
        }
        way
    };
    Some(ways.map(kept).collect())
}

/// The plans in which every model that is left stands.
fn of_all(
    policy: &Policy,
    routing: &Routing,
    eligible: &BTreeSet<ModelId>,
    requested: Option<Named>,
) -> Option<BTreeSet<Way>> {
    let left = |named: &Named| {
        policy
            .members(*named)
            .iter()
            .any(|model| eligible.contains(model))
    };
    let firsts: Vec<Vec<Named>> = match &routing.target {
        Target::Requested(_) => vec![vec![requested?]],
        Target::Named(_) | Target::Hedge(_) => vec![firsts(policy, &routing.target)],
        Target::Split(_) => {
            let arms: Vec<Vec<Named>> = firsts(policy, &routing.target)
                .into_iter()
                .filter(left)
                .map(|arm| vec![arm])
                .collect();
            if arms.is_empty() { vec![Vec::new()] } else { arms }
        }
    };
    let mut plans = BTreeSet::new();
    for first in firsts {
        let choices = first
            .into_iter()
            .chain(fallbacks(routing).map(|choice| choice.named));
        let mut open: Vec<Way> = vec![Way::default()];
        for named in choices {
            let mut longer = Vec::new();
            for order in orders(policy, named, eligible)? {
                longer.extend(open.iter().map(|way| continued(policy, way, named, &order)));
                if longer.len() > MAX_PLANS {
                    return None;
                }
            }
            longer.sort();
            longer.dedup();
            open = longer;
        }
        plans.extend(open);
        if plans.len() > MAX_PLANS {
            return None;
        }
    }
    plans.retain(|way| !way.plan.is_empty());
    Some(plans)
}

/// The way on, with the members of a model or pool in an order; a target stands at its first place.
fn continued(policy: &Policy, way: &Way, named: Named, order: &[ModelId]) -> Way {
    let added = order.iter().filter(|model| !way.plan.contains(model));
    let added: Vec<ModelId> = added.copied().collect();
    let mut longer = way.clone();
    longer.plan.extend(&added);
    if let Named::Pool(id) = named
        && added.len() > 1
        && policy.pool(id).is_some_and(|pool| pool.pick == Pick::Cheapest)
    {
        longer.cheapest.push((id, added));
    }
    longer
}

/// The orders that the eligible members of a model or pool can take.
fn orders(policy: &Policy, named: Named, eligible: &BTreeSet<ModelId>) -> Option<Vec<Vec<ModelId>>> {
    let members: Vec<ModelId> = policy
        .members(named)
        .into_iter()
        .filter(|model| eligible.contains(model))
        .collect();
    let fixed = match named {
        Named::Model(_) => true,
        Named::Pool(id) => is_fixed(policy, id),
    };
    if fixed {
        Some(vec![members])
    } else {
        permutations(&members)
    }
}

/// Whether a pool's members always stand as written.
fn is_fixed(policy: &Policy, pool: PoolId) -> bool {
    policy.pool(pool).is_none_or(|pool| pool.pick == Pick::First)
}

fn permutations(members: &[ModelId]) -> Option<Vec<Vec<ModelId>>> {
    let mut all: Vec<Vec<ModelId>> = vec![Vec::new()];
    for member in members {
        let mut longer = Vec::with_capacity(all.len() * (members.len() + 1));
        for order in &all {
            for at in 0..=order.len() {
                let mut order = order.clone();
                order.insert(at, *member);
                longer.push(order);
            }
        }
        if longer.len() > MAX_PLANS {
            return None;
        }
        all = longer;
    }
    Some(all)
}
