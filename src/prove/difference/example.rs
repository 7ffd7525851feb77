//! One request of a region, with a draw for which it is decided otherwise.

use super::super::patience::Patience;
use super::joint::{Joint, Source};
use super::rules::Rules;
use crate::decide::{ASSUMPTION_STATUS, Decision, NoOrders, Outcome, Refusal, decide};
use crate::explain::error_code;
use crate::facts::json::value_to_json;
use crate::facts::{FactId, Facts, Value};
use crate::model::{RouteId, SplitKey, Target};
use serde_json::{Map, Value as Json};

/// Most seeds and callers that are tried for a draw.
const MAX_DRAWS: u64 = 30_000;

/// Of so many draws the first are of the seed alone.
const SEEDS_FIRST: u64 = 64;

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its facts for the new policy, those that say something, as `explain --facts` takes them.
    pub facts: Map<String, Json>,
    /// Its facts for the old policy, where they are others.
    pub facts_before: Option<Map<String, Json>>,
    /// The seed of its draws.
    pub seed: u64,
    /// Whether the two decisions differ for this seed; where they do not, no draw was found for which they do.
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
}

/// The request, or one that is like it but for what it is drawn by; `inside` says whether such a one is of the region.
pub(super) fn of(
    (before, now): (&Rules<'_, '_>, &Rules<'_, '_>),
    joint: &Joint<'_>,
    facts: &Facts,
    routes: [Option<RouteId>; 2],
    patience: &dyn Patience,
    inside: impl Fn(&Facts) -> bool,
) -> Example {
    let key = [(before, routes[0]), (now, routes[1])]
        .into_iter()
        .find_map(|(rules, route)| drawn_by(rules, route?));
    for number in 0..MAX_DRAWS {
        if patience.is_over() {
            break;
        }
        let drawn = match key.filter(|_| number >= SEEDS_FIRST) {
            None => None,
            Some(key) => match redrawn(joint, facts, key, number) {
                Some(other) if inside(&other) => Some(other),
                _ => continue,
            },
        };
        let facts = drawn.as_ref().unwrap_or(facts);
        if let Some(example) = attempt(before, now, facts, number, false) {
            return example;
        }
    }
    attempt(before, now, facts, 0, true).unwrap_or_else(|| Example {
        facts: Map::new(),
        facts_before: None,
        seed: 0,
        reproduced: false,
        guards: (Vec::new(), Vec::new()),
    })
}

/// The request as an example, where the decisions differ or that does not matter.
fn attempt(
    before: &Rules<'_, '_>,
    now: &Rules<'_, '_>,
    facts: &Facts,
    seed: u64,
    any: bool,
) -> Option<Example> {
    let seen = (before.half.seen(facts), now.half.seen(facts));
    let was = decide(before.half.tree, &seen.0, seed, &mut NoOrders);
    let is = decide(now.half.tree, &seen.1, seed, &mut NoOrders);
    let reproduced = ends(before, &was) != ends(now, &is);
    if !reproduced && !any {
        return None;
    }
    let (shown_before, shown_now) = (shown(before, &seen.0), shown(now, &seen.1));
    Some(Example {
        facts_before: (shown_before != shown_now).then_some(shown_before),
        facts: shown_now,
        seed,
        reproduced,
        guards: (guards(before, &was), guards(now, &is)),
    })
}

fn guards(rules: &Rules<'_, '_>, decision: &Decision) -> Vec<String> {
    let found = decision.guards.iter().filter_map(|id| rules.policy.guard(*id));
    found.map(|guard| guard.name.clone()).collect()
}

/// The joint policy's fact that a route's split is drawn by, where it is a string that the request gives.
fn drawn_by(rules: &Rules<'_, '_>, route: RouteId) -> Option<FactId> {
    let Target::Split(split) = &rules.policy.routing(route)?.target else {
        return None;
    };
    match split.by {
        SplitKey::Request => None,
        SplitKey::Fact(fact) => match rules.half.source(fact)? {
            Source::Shared(shared) => Some(*shared),
            _ => None,
        },
    }
}

/// The request with something else to draw by.
fn redrawn(joint: &Joint<'_>, facts: &Facts, key: FactId, number: u64) -> Option<Facts> {
    let value = match facts.get(key)? {
        Value::String(text) if text.is_empty() => Value::String(format!("u{number}")),
        Value::String(text) => Value::String(format!("{text}-{number}")),
        Value::Int(start) => Value::Int(start.checked_add(i64::try_from(number).ok()?)?),
        _ => return None,
    };
    let admitted = joint.tree.policy().facts.get(key)?.admits(&value);
    let mut other = facts.clone();
    (admitted && other.set(key, value).is_ok()).then_some(other)
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
        route,
    };
    match &decision.outcome {
        Outcome::Plan(plan) => {
            ends.targets = plan.targets.iter().map(|id| rules.model_name(*id)).collect();
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
