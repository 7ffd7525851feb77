//! One request of a region, with a draw for which it is decided otherwise.

use super::super::patience::Patience;
use super::super::redraw;
use super::super::space::Space;
use super::rules::Rules;
use crate::decide::{ASSUMPTION_STATUS, Decision, NoOrders, Outcome, Refusal, decide};
use crate::explain::error_code;
use crate::facts::json::value_to_json;
use crate::facts::{FactId, Facts};
use serde_json::{Map, Value as Json};

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
    shadow: Option<String>,
}

/// Whether a region has requests that draw otherwise than the one at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    /// None, or all of them were tried.
    None,
    /// Some, and not all of them were tried.
    Some,
}

/// The request, or one that is like it but for the fact that it is drawn by; `inside` says whether such a one is of the
/// region.
pub(super) fn of(
    (before, now): (&Rules<'_, '_>, &Rules<'_, '_>),
    space: &Space<'_>,
    facts: &Facts,
    key: Option<FactId>,
    patience: &dyn Patience,
    inside: impl Fn(&Facts) -> bool,
) -> (Example, Others) {
    let by_seed = |facts: &Facts| (0..SEEDS).find_map(|seed| attempt(before, now, facts, seed, false));
    if let Some(example) = by_seed(facts) {
        return (example, Others::None);
    }
    let mut others = Others::None;
    if let Some(key) = key {
        for number in 0..MAX_DRAWS {
            if patience.is_over() {
                others = Others::Some;
                break;
            }
            let Some(other) = redraw::other(space, facts, key, number) else {
                // These were all values that there are.
                others = Others::None;
                break;
            };
            if !inside(&other) {
                continue;
            }
            if let Some(example) = attempt(before, now, &other, 0, false) {
                return (example, Others::None);
            }
            others = Others::Some;
        }
    }
    let mut seeds = SEEDS..MAX_DRAWS;
    let drawn = match key {
        None => seeds.find_map(|seed| attempt(before, now, facts, seed, false)),
        Some(_) => None,
    };
    let none = || Example {
        facts: Map::new(),
        facts_before: None,
        seed: 0,
        reproduced: false,
        guards: (Vec::new(), Vec::new()),
    };
    let example = drawn.or_else(|| attempt(before, now, facts, 0, true));
    (example.unwrap_or_else(none), others)
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
