//! The plans that a route can lead to: every draw among a split's arms, every order of a pool's members.

use crate::model::{Choice, ModelId, Named, Pick, Policy, PoolId, Routing, Shadow, Target};
use std::collections::BTreeSet;

/// Most plans of one route and one choice of eligible targets.
const MAX_PLANS: usize = 5_000;

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

/// Whether a pool of a route puts its members in an order that the request's facts make.
pub(super) fn picks_by_facts(policy: &Policy, routing: &Routing) -> bool {
    let firsts = firsts(policy, &routing.target).into_iter();
    let mut named = firsts.chain(fallbacks(routing).map(|choice| choice.named));
    named.any(|named| match named {
        Named::Pool(id) => policy
            .pool(id)
            .is_some_and(|pool| matches!(pool.pick, Pick::Cheapest | Pick::Sticky(_))),
        Named::Model(_) => false,
    })
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
) -> Option<BTreeSet<Vec<ModelId>>> {
    let plans = of_all(policy, routing, eligible, requested)?.into_iter();
    let kept = |mut plan: Vec<ModelId>| {
        if let (Some(first), true) = (plan.first().copied(), embeddings) {
            plan.retain(|model| shares_vectors(policy, first, *model));
        }
        plan
    };
    Some(plans.map(kept).collect())
}

/// The plans in which every model that is left stands.
fn of_all(
    policy: &Policy,
    routing: &Routing,
    eligible: &BTreeSet<ModelId>,
    requested: Option<Named>,
) -> Option<BTreeSet<Vec<ModelId>>> {
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
        let mut open: Vec<Vec<ModelId>> = vec![Vec::new()];
        for named in choices {
            let mut longer = Vec::new();
            for order in orders(policy, named, eligible)? {
                for plan in &open {
                    let added = order.iter().filter(|model| !plan.contains(model));
                    longer.push(plan.iter().chain(added).copied().collect());
                }
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
    plans.retain(|plan| !plan.is_empty());
    Some(plans)
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
