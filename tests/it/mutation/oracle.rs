//! Two policies held against each other request by request, by the decision that serves requests; no proof has a hand in it.

use super::requests::Request;
use pointsman::decide::{ASSUMPTION_STATUS, Decision, NoOrders, Orders, Outcome, Refusal, decide};
use pointsman::explain::error_code;
use pointsman::facts::{FactId, Facts, Value};
use pointsman::model::{Expression, ExpressionKind, ModelId, Policy, PoolId};
use pointsman::tree::Tree;
use std::collections::HashMap;

/// What a policy does with a request, by names: what a replay holds against each other, and the words of a denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) route: Option<String>,
    pub(super) targets: Vec<String>,
    pub(super) denied: Option<(String, u16, String)>,
    pub(super) error: Option<&'static str>,
    pub(super) max_tokens: Option<i64>,
}

/// The models of a policy in an order that its name and a seed give: the same in both policies.
struct Live<'p> {
    policy: &'p Policy,
    seed: u64,
}

impl Orders for Live<'_> {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        let members = &self.policy.pool(pool)?.members;
        let mut order: Vec<ModelId> = members.iter().map(|(model, _)| *model).collect();
        let key = |model: &ModelId| {
            let name = self.policy.model(*model).map_or("", |model| model.name.as_str());
            let mixed = name.bytes().fold(self.seed, |sum, byte| {
                (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            (mixed, name)
        };
        order.sort_by(|left, right| key(left).cmp(&key(right)));
        Some(order)
    }
}

/// The decision of a request, whose pools pick in an order that depends on the seed.
pub(super) fn decided(tree: &Tree, facts: &Facts, seed: u64) -> Decision {
    let policy = tree.policy();
    decide(tree, facts, seed, &mut Live { policy, seed })
}

/// As [`decided`], where nothing is known of the state of targets.
pub(super) fn decided_by_seed(tree: &Tree, facts: &Facts, seed: u64) -> Decision {
    decide(tree, facts, seed, &mut NoOrders)
}

/// A decision by names.
pub(super) fn told(tree: &Tree, decision: &Decision) -> Told {
    let policy = tree.policy();
    let route = decision
        .route
        .and_then(|id| policy.route(id))
        .map(|route| route.name.clone());
    let guard = |id| {
        policy
            .guard(id)
            .map(|guard| guard.name.clone())
            .unwrap_or_default()
    };
    let mut told = Told {
        targets: Vec::new(),
        denied: None,
        error: None,
        max_tokens: decision.max_tokens,
        route,
    };
    match &decision.outcome {
        Outcome::Plan(plan) => {
            let name = |id: &ModelId| {
                policy
                    .model(*id)
                    .map(|model| model.name.clone())
                    .unwrap_or_default()
            };
            told.targets = plan.targets.iter().map(name).collect();
        }
        Outcome::Refused(refusal) => {
            told.error = error_code(refusal);
            told.denied = match refusal {
                Refusal::AssumptionBroken { assumes } => {
                    let name = policy.assume(assumes[0]).map(|assume| assume.name.clone());
                    Some((name.unwrap_or_default(), ASSUMPTION_STATUS, String::new()))
                }
                Refusal::DeniedByGuards {
                    guards,
                    status,
                    message,
                } => Some((guard(guards[0]), *status, message.clone())),
                Refusal::DeniedByRoute { status, message } => {
                    Some((told.route.clone().unwrap_or_default(), *status, message.clone()))
                }
                _ => None,
            };
        }
    }
    told
}

/// What two policies do with a request; `None` on the side of one that does not let its caller in.
pub(super) fn both(old: &Tree, new: &Tree, request: &Request) -> [Option<Told>; 2] {
    [old, new].map(|tree| {
        let facts = request.facts(tree)?;
        Some(told(tree, &decided(tree, &facts, request.seed)))
    })
}

/// The asserts of a policy, held against attempts by the interpreter of conditions alone. Those that speak of an attempt's
/// place in its plan are left out: the interpreter knows no place.
pub(super) struct Asserts<'t> {
    tree: &'t Tree,
    /// Outcomes by condition, target and the values of the facts that the condition reads.
    known: HashMap<(*const Expression, Option<ModelId>, String), bool>,
}

impl<'t> Asserts<'t> {
    /// Those of a policy.
    pub(super) fn new(tree: &'t Tree) -> Self {
        Asserts {
            tree,
            known: HashMap::new(),
        }
    }

    /// One that an attempt of a request breaks.
    pub(super) fn broken_by(&mut self, request: &Request) -> Option<&'t str> {
        let facts = request.facts(self.tree)?;
        let decision = decided(self.tree, &facts, request.seed);
        let Outcome::Plan(plan) = &decision.outcome else {
            return None;
        };
        let mut asserts = self.tree.policy().asserts.iter();
        let broken = asserts.find(|assert| {
            !reads(&assert.that).contains(&Read::Place)
                && assert
                    .when
                    .as_ref()
                    .is_none_or(|when| self.holds(when, &facts, None))
                && !plan
                    .targets
                    .iter()
                    .all(|target| self.holds(&assert.that, &facts, Some(*target)))
        });
        broken.map(|assert| assert.name.as_str())
    }

    fn holds(&mut self, condition: &Expression, facts: &Facts, target: Option<ModelId>) -> bool {
        let read = reads(condition);
        let values: Vec<Option<&Value>> = match read.contains(&Read::Binding) {
            true => self
                .tree
                .policy()
                .facts
                .definitions()
                .map(|(id, _)| facts.get(id))
                .collect(),
            false => read
                .iter()
                .map(|read| {
                    if let Read::Fact(id) = read {
                        facts.get(*id)
                    } else {
                        None
                    }
                })
                .collect(),
        };
        let key = (std::ptr::from_ref(condition), target, format!("{values:?}"));
        let tree = self.tree;
        *self
            .known
            .entry(key)
            .or_insert_with(|| tree.interpret(condition, facts, target).unwrap())
    }
}

/// What a condition reads beside the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Fact(FactId),
    Binding,
    Place,
}

fn reads(condition: &Expression) -> Vec<Read> {
    match condition.kind {
        ExpressionKind::Fact(id) => vec![Read::Fact(id)],
        ExpressionKind::Let(_) => vec![Read::Binding],
        ExpressionKind::Attempt(_) => vec![Read::Place],
        _ => condition.children().into_iter().flat_map(reads).collect(),
    }
}
