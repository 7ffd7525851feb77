//! Requests decided by two policies, by the decision that serves requests; no proof has a hand in it.

use super::requests::Request;
use pointsman::decide::{ASSUMPTION_STATUS, Decision, Orders, Outcome, Refusal, decide};
use pointsman::explain::error_code;
use pointsman::facts::Facts;
use pointsman::model::{ModelId, Policy, PoolId};
use pointsman::tree::Tree;

/// What a policy does with a request, by names: what a replay holds against each other, and the words of a denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) route: Option<String>,
    pub(crate) targets: Vec<String>,
    pub(crate) denied: Option<(String, u16, String)>,
    pub(crate) error: Option<&'static str>,
    pub(crate) max_tokens: Option<i64>,
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
pub(crate) fn decided(tree: &Tree, facts: &Facts, seed: u64) -> Decision {
    let policy = tree.policy();
    decide(tree, facts, seed, &mut Live { policy, seed })
}

/// A decision by names.
pub(crate) fn told(tree: &Tree, decision: &Decision) -> Told {
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
pub(crate) fn both(old: &Tree, new: &Tree, request: &Request) -> [Option<Told>; 2] {
    [old, new].map(|tree| {
        let facts = request.facts(tree)?;
        Some(told(tree, &decided(tree, &facts, request.seed)))
    })
}
