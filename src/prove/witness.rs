//! Requests that show something, run through the real decision, and as people read them.

use super::formula::Formula;
use super::patience::Patience;
use super::plans;
use super::redraw;
use super::same::equals;
use super::space::Space;
use crate::decide::{Decision, NoOrders, Orders, Outcome, decide, seed_of_shadow};
use crate::diagnostic::Request;
use crate::facts::json::value_to_json;
use crate::facts::{Builtin, FactId, Facts, Value};
use crate::model::{ModelId, Named, Pick, Policy, PoolId, RouteAction, RouteId, SplitKey, Target};
use crate::tree::Tree;
use std::collections::BTreeSet;

/// Most seeds and callers that are tried for a draw.
const MAX_DRAWS: u64 = 30_000;

/// Most callers that are tried where another seed draws as well.
const MAX_CALLERS: u64 = 2_000;

/// Most seeds that are tried for a copy alone: a share of 0.01% is missed by all of them once in e²⁰ times.
const MAX_COPY_SEEDS: u64 = 200_000;

/// A request and how it was decided.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Witness {
    pub(super) facts: Box<Facts>,
    pub(super) seed: u64,
    pub(super) decision: Decision,
}

/// Hands every pool that asks the order in which its members come first in a plan.
struct PlanOrder<'p>(&'p [ModelId]);

impl Orders for PlanOrder<'_> {
    fn order(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        Some(self.0.to_vec())
    }
}

/// The decision of a request, with the picks of pools so that the targets come in this order where they can.
pub(super) fn decided(tree: &Tree, facts: &Facts, seed: u64, order: &[ModelId]) -> Decision {
    decide(tree, facts, seed, &mut PlanOrder(order))
}

/// Looks for a draw, of a seed or of another caller, with which a request of a route is decided as wanted. `fits` is
/// asked about the facts, which may have changed, and about the decision.
pub(super) fn reproduce(
    space: &Space<'_>,
    route: RouteId,
    facts: &Facts,
    order: &[ModelId],
    patience: &dyn Patience,
    fits: impl Fn(&Facts, &Decision) -> bool,
) -> Option<Witness> {
    let (tree, policy) = (space.tree, space.policy);
    let attempt = |facts: &Facts, seed: u64| {
        let decision = decided(tree, facts, seed, order);
        fits(facts, &decision).then(|| Witness {
            facts: Box::new(facts.clone()),
            seed,
            decision,
        })
    };
    if let Some(witness) = attempt(facts, 0) {
        return Some(witness);
    }
    let by_seed = drawn_by_seed(tree, route, facts);
    // Another caller is easier to show than another seed, and so comes first.
    let keys = keys(policy, route);
    let alone = keys.iter().map(|key| vec![*key]);
    let together = (keys.len() > 1).then(|| keys.clone());
    for keys in alone.chain(together) {
        let callers = if by_seed { MAX_CALLERS } else { MAX_DRAWS };
        for number in 0..callers {
            if patience.is_over() {
                return None;
            }
            let Some(other) = redraw::others(space, facts, &keys, number) else {
                break;
            };
            let seeds = [0, number + 1].into_iter().take(if by_seed { 2 } else { 1 });
            let mut witnesses = seeds.filter_map(|seed| attempt(&other, seed));
            if let Some(witness) = witnesses.next() {
                return Some(witness);
            }
        }
    }
    if !by_seed {
        return None;
    }
    // A small share of copies is not left to luck.
    let of_copy = policy
        .route(route)
        .zip(policy.routing(route).and_then(plans::shadow));
    let of_copy = of_copy.and_then(|(route, shadow)| seed_of_shadow(route, &shadow, MAX_COPY_SEEDS));
    (1..MAX_DRAWS)
        .chain(of_copy)
        .take_while(|_| !patience.is_over())
        .find_map(|seed| attempt(facts, seed))
}

fn key_of(policy: &Policy, route: RouteId) -> Option<SplitKey> {
    match &policy.route(route)?.action {
        RouteAction::Send(routing) => match &routing.target {
            Target::Split(split) => Some(split.by),
            _ => None,
        },
        RouteAction::Deny(_) => None,
    }
}

/// Whether anything of a route's plan is drawn from the seed.
fn drawn_by_seed(tree: &Tree, route: RouteId, facts: &Facts) -> bool {
    let policy = tree.policy();
    let by_split = match key_of(policy, route) {
        Some(SplitKey::Request) => true,
        Some(SplitKey::Fact(fact)) => is_empty(facts, fact),
        None => false,
    };
    let routing = policy.routing(route);
    let drawn = |named| match named {
        Named::Pool(id) => policy.pool(id).is_some_and(|pool| match pool.pick {
            Pick::Sticky(fact) => is_empty(facts, fact),
            pick => pick.is_drawn(),
        }),
        Named::Model(_) => false,
    };
    by_split
        || routing.is_some_and(|routing| plans::shadow(routing).is_some())
        || routing.is_some_and(|routing| {
            let firsts = plans::firsts(policy, &routing.target).into_iter();
            firsts
                .chain(plans::fallbacks(routing).map(|choice| choice.named))
                .any(drawn)
        })
}

/// Whether the seed takes the place of a fact that is drawn by.
fn is_empty(facts: &Facts, fact: FactId) -> bool {
    match facts.get(fact) {
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::StringList(items)) => items.is_empty(),
        _ => false,
    }
}

/// Whether facts draw the plan of a route's requests.
pub(super) fn is_drawn_by_facts(policy: &Policy, route: RouteId) -> bool {
    !keys(policy, route).is_empty()
}

/// That a request is drawn as another is, where facts draw it; `None` where that is not said.
pub(super) fn drawn_alike(space: &mut Space<'_>, route: RouteId, facts: &Facts) -> Option<Formula> {
    let keys = keys(space.policy, route).into_iter();
    let same = keys.map(|key| equals(key, facts, &mut space.formulas));
    let same: Vec<Formula> = same.collect::<Option<_>>()?;
    Some(space.formulas.and(same))
}

/// The facts that a route's split is drawn by, and its pools stick to, and behind them the caller's name, which draws with
/// each of them.
fn keys(policy: &Policy, route: RouteId) -> Vec<FactId> {
    let of_split = key_of(policy, route).and_then(|key| match key {
        SplitKey::Fact(fact) => Some(fact),
        SplitKey::Request => None,
    });
    let routing = policy.routing(route).into_iter();
    let named = routing.flat_map(|routing| {
        let firsts = plans::firsts(policy, &routing.target).into_iter();
        firsts.chain(plans::fallbacks(routing).map(|choice| choice.named))
    });
    let of_pools = named.filter_map(|named| match named {
        Named::Pool(id) => match policy.pool(id)?.pick {
            Pick::Sticky(fact) => Some(fact),
            _ => None,
        },
        Named::Model(_) => None,
    });
    let facts: BTreeSet<FactId> = of_split.into_iter().chain(of_pools).collect();
    let tenant = FactId::from(Builtin::Tenant);
    let last = (!facts.is_empty()).then_some(tenant);
    facts
        .into_iter()
        .filter(|fact| *fact != tenant)
        .chain(last)
        .collect()
}

/// The targets of a decision; none where it refuses.
pub(super) fn targets(decision: &Decision) -> &[ModelId] {
    match &decision.outcome {
        Outcome::Plan(plan) => &plan.targets,
        Outcome::Refused(_) => &[],
    }
}

/// Where a decision sends a copy, if it does.
pub(super) fn shadow(decision: &Decision) -> Option<ModelId> {
    match &decision.outcome {
        Outcome::Plan(plan) => plan.shadow,
        Outcome::Refused(_) => None,
    }
}

/// A request as findings show it: the facts that differ from those of an empty one, and the seed.
pub(super) fn request(tree: &Tree, facts: &Facts, seed: u64) -> Request {
    let register = &tree.policy().facts;
    let empty = Facts::empty(register);
    let named = register.definitions().filter_map(|(id, definition)| {
        let value = facts.get(id)?;
        let differs = empty.get(id) != Some(value);
        differs.then(|| (definition.name.clone(), value_to_json(value)))
    });
    Request {
        facts: named.collect(),
        seed,
        orders: Vec::new(),
    }
}

/// The request of a decision, with the orders that pools picked by live state where the seed alone gives other targets.
pub(super) fn of_decision(tree: &Tree, witness: &Witness) -> Request {
    let mut request = request(tree, &witness.facts, witness.seed);
    let alone = decide(tree, &witness.facts, witness.seed, &mut NoOrders);
    if targets(&alone) == targets(&witness.decision) {
        return request;
    }
    let policy = tree.policy();
    for (pool, order) in &witness.decision.orders {
        let names = order
            .iter()
            .map(|model| policy.name_of(Named::Model(*model)).to_owned());
        let pool = policy.name_of(Named::Pool(*pool)).to_owned();
        request.orders.push((pool, names.collect()));
    }
    request
}

/// Orders as JSON of one line: what `explain --orders` takes.
pub(super) fn orders_text(request: &Request) -> String {
    let orders = request.orders.iter();
    let orders = orders.map(|(pool, members)| (pool.clone(), members.clone().into()));
    serde_json::Value::Object(orders.collect()).to_string()
}

/// The facts of a request as JSON of one line: what `explain --facts` takes.
pub(super) fn text(request: &Request) -> String {
    serde_json::Value::Object(request.facts.clone()).to_string()
}
