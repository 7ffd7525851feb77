//! One request of a region, with a draw for which it is decided otherwise.

use super::super::patience::Patience;
use super::super::redraw;
use super::super::space::Space;
use super::rules::Rules;
use crate::decide::{ASSUMPTION_STATUS, Decision, GivenOrders, Outcome, Refusal, decide};
use crate::explain::error_code;
use crate::facts::json::value_to_json;
use crate::facts::{FactId, Facts};
use crate::model::{ModelId, Policy, PoolId};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Most seeds and callers that are tried for a draw.
const MAX_DRAWS: u64 = 30_000;

/// Of so many draws the first are of the seed alone.
const SEEDS: u64 = 64;

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its facts for the new policy, those that say something, as `explain --facts` takes them.
    pub facts: Map<String, Json>,
    /// Its facts for the old policy, where they are others.
    pub facts_before: Option<Map<String, Json>>,
    /// The seed of its draws.
    pub seed: u64,
    /// The orders of pools that pick by live state, where other orders than the seed's are needed: pools and their members,
    /// by name.
    pub orders: Vec<(String, Vec<String>)>,
    /// Whether the two decisions differ for this seed and these orders; where they do not, no draw was found for which they do.
    pub reproduced: bool,
    /// The guards that match it in the old policy and in the new.
    pub guards: (Vec<String>, Vec<String>),
}

/// What of a decision counts.
#[derive(Debug, PartialEq, Eq)]
struct Ends {
    route: Option<String>,
    targets: Vec<String>,
    denied: Option<(String, u16, String)>,
    error: Option<&'static str>,
    max_tokens: Option<i64>,
    shadow: Option<String>,
}

/// What a request is to a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// None of it.
    Not,
    /// Of it, and both policies do the same, whatever the seed.
    Alike,
    /// Of it, and they do not, for some seed and some order of pools at least.
    Otherwise,
}

/// Whether a region has requests that draw otherwise than the one at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    /// None, or all of them were tried.
    None,
    /// Some, and not all of them were tried.
    Some,
}

/// What live state says of the order of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Live {
    /// Nothing: it comes from the seed.
    Unknown,
    /// By their names.
    Rising,
    /// By their names, from the last.
    Falling,
}

/// The request, or one that is like it but for a fact that it is drawn by; `inside` says whether such a one is of the
/// region, and whether the two policies decide it otherwise, draws from the seed aside.
pub(super) fn of(
    rules: (&Rules<'_, '_>, &Rules<'_, '_>),
    space: &Space<'_>,
    facts: &Facts,
    keys: &[FactId],
    patience: &dyn Patience,
    inside: impl Fn(&Facts) -> Inside,
) -> (Example, Others) {
    let by_seed = |facts: &Facts, seeds: Range<u64>| {
        let mut seeds = seeds.take_while(|_| !patience.is_over());
        seeds.find_map(|seed| attempt(rules, facts, seed, Live::Unknown))
    };
    let by_live = |facts: &Facts| {
        let mut seeds = 0..SEEDS;
        seeds.find_map(|seed| {
            let attempt = |live| attempt(rules, facts, seed, live);
            attempt(Live::Rising).or_else(|| attempt(Live::Falling))
        })
    };
    let differ = inside(facts) == Inside::Otherwise;
    let found = by_seed(facts, 0..SEEDS).or_else(|| differ.then(|| by_live(facts)).flatten());
    if let Some(example) = found {
        return (example, Others::None);
    }
    let mut others = Others::None;
    // Each key by itself, then all of them together.
    let alone = keys.iter().map(|key| vec![*key]);
    let together = (keys.len() > 1).then(|| keys.to_vec());
    for keys in alone.chain(together) {
        let mut met = false;
        for number in 0..=MAX_DRAWS {
            let is_over = patience.is_over();
            if number == MAX_DRAWS || is_over {
                others = if met || is_over { Others::Some } else { others };
                break;
            }
            let Some(other) = redraw::others(space, facts, &keys, number) else {
                // These were all values that there are.
                break;
            };
            let found = match inside(&other) {
                Inside::Not => continue,
                Inside::Alike => None,
                Inside::Otherwise => by_seed(&other, 0..SEEDS).or_else(|| by_live(&other)),
            };
            if let Some(example) = found {
                return (example, Others::None);
            }
            met = true;
        }
    }
    let drawn = differ.then(|| by_seed(facts, SEEDS..MAX_DRAWS)).flatten();
    let example = drawn.unwrap_or_else(|| decided(rules, facts, 0, Live::Unknown));
    (example, others)
}

/// The request as an example, where the decisions differ.
fn attempt(rules: (&Rules<'_, '_>, &Rules<'_, '_>), facts: &Facts, seed: u64, live: Live) -> Option<Example> {
    let example = decided(rules, facts, seed, live);
    example.reproduced.then_some(example)
}

/// The request as an example.
fn decided((before, now): (&Rules<'_, '_>, &Rules<'_, '_>), facts: &Facts, seed: u64, live: Live) -> Example {
    let seen = (before.half.seen(facts), now.half.seen(facts));
    let decided = |rules: &Rules<'_, '_>, facts: &Facts| {
        decide(rules.half.tree, facts, seed, &mut orders(rules.policy, live))
    };
    let was = decided(before, &seen.0);
    let is = decided(now, &seen.1);
    let (shown_before, shown_now) = (shown(before, &seen.0), shown(now, &seen.1));
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (rules, decision) in [(before, &was), (now, &is)] {
        for (pool, members) in answered(rules, decision) {
            asked.entry(pool).or_default().extend(members);
        }
    }
    let order = |(pool, members): (String, BTreeSet<String>)| {
        let mut order: Vec<String> = members.into_iter().collect();
        if live == Live::Falling {
            order.reverse();
        }
        (pool, order)
    };
    Example {
        facts_before: (shown_before != shown_now).then_some(shown_before),
        facts: shown_now,
        seed,
        orders: asked.into_iter().map(order).collect(),
        reproduced: ends(before, &was) != ends(now, &is),
        guards: (guards(before, &was), guards(now, &is)),
    }
}

/// The orders of all pools that ask for live state: a pool of both policies has the same, as far as it has the same members.
fn orders(policy: &Policy, live: Live) -> GivenOrders {
    let mut given = GivenOrders::default();
    if live == Live::Unknown {
        return given;
    }
    for (id, pool) in (0u32..).map(PoolId).zip(&policy.pools) {
        let mut members: Vec<ModelId> = pool.members.iter().map(|(model, _)| *model).collect();
        members.sort_by_key(|model| policy.model(*model).map(|model| &model.name));
        if live == Live::Falling {
            members.reverse();
        }
        given.0.insert(id, members);
    }
    given
}

/// What live state a decision asked for, by names.
fn answered(rules: &Rules<'_, '_>, decision: &Decision) -> Vec<(String, Vec<String>)> {
    let named = decision.orders.iter().filter_map(|(pool, order)| {
        let names = order.iter().map(|model| rules.model_name(*model));
        Some((rules.policy.pool(*pool)?.name.clone(), names.collect()))
    });
    named.collect()
}

fn guards(rules: &Rules<'_, '_>, decision: &Decision) -> Vec<String> {
    let found = decision.guards.iter().filter_map(|id| rules.policy.guard(*id));
    found.map(|guard| guard.name.clone()).collect()
}

fn ends(rules: &Rules<'_, '_>, decision: &Decision) -> Ends {
    let policy = rules.policy;
    let route = decision.route.and_then(|id| policy.route(id));
    let route = route.map(|route| route.name.clone());
    let mut ends = Ends {
        targets: Vec::new(),
        denied: None,
        error: None,
        max_tokens: decision.max_tokens,
        shadow: None,
        route,
    };
    match &decision.outcome {
        Outcome::Plan(plan) => {
            ends.targets = plan.targets.iter().map(|id| rules.model_name(*id)).collect();
            ends.shadow = plan.shadow.map(|id| rules.model_name(id));
        }
        Outcome::Refused(refusal) => {
            ends.error = error_code(refusal);
            ends.denied = match refusal {
                Refusal::AssumptionBroken { assumes } => {
                    let first = assumes.first().and_then(|id| policy.assume(*id));
                    first.map(|assume| (assume.name.clone(), ASSUMPTION_STATUS, String::new()))
                }
                Refusal::DeniedByGuards {
                    guards,
                    status,
                    message,
                } => {
                    let first = guards.first().and_then(|id| policy.guard(*id));
                    first.map(|guard| (guard.name.clone(), *status, message.clone()))
                }
                Refusal::DeniedByRoute { status, message } => {
                    Some((ends.route.clone().unwrap_or_default(), *status, message.clone()))
                }
                _ => None,
            };
        }
    }
    ends
}

/// The facts that say something, by name.
fn shown(rules: &Rules<'_, '_>, facts: &Facts) -> Map<String, Json> {
    let register = &rules.policy.facts;
    let empty = Facts::empty(register);
    let named = register.definitions().filter_map(|(id, definition)| {
        let value = facts.get(id)?;
        let differs = empty.get(id) != Some(value);
        differs.then(|| (definition.name.clone(), value_to_json(value)))
    });
    named.collect()
}
