//! What becomes of requests: every decision that a draw, a pick or a failure can lead to, by the real tree.

use pointsman::decide::{
    Decision, NoOrders, Orders, Outcome, Refusal, decide, decide_with_trace, seeds_of_arms,
};
use pointsman::facts::Facts;
use pointsman::model::{AssertId, ModelId, PoolId};
use pointsman::tree::{Attempt, Tree};
use std::collections::BTreeSet;

/// Most seeds that are tried for an arm; each has a fifth of the whole at least.
const MAX_SEEDS: u64 = 200;

/// Orders of pools of two members each: the bits of a number say which of them are turned round.
struct Turned<'t> {
    tree: &'t Tree,
    turned: usize,
}

impl Orders for Turned<'_> {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        let found = self.tree.policy().pool(pool)?;
        let mut members: Vec<ModelId> = found.members.iter().map(|(model, _)| *model).collect();
        if self.turned >> pool.0 & 1 == 1 {
            members.reverse();
        }
        Some(members)
    }

    fn drawn(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        self.order(pool)
    }
}

/// Every decision of a request, for a tree whose splits are drawn by the request's seed.
pub(crate) fn decisions(tree: &Tree, facts: &Facts) -> Vec<Decision> {
    let (decision, trace) = decide_with_trace(tree, facts, 0, &mut NoOrders);
    let route = decision.route.and_then(|id| tree.policy().route(id));
    let seeds: Vec<u64> = match (route, &trace.split) {
        (Some(route), Some(split)) => {
            let arms = seeds_of_arms(route, facts, split, MAX_SEEDS).into_iter();
            arms.zip(&split.arms)
                .filter(|(_, arm)| arm.open)
                .map(|(seed, _)| seed.expect("a seed for each arm"))
                .collect()
        }
        _ => Vec::new(),
    };
    let seeds = if seeds.is_empty() { vec![0] } else { seeds };
    let orders = 1 << tree.policy().pools.len();
    let mut all = Vec::new();
    for seed in seeds {
        for turned in 0..orders {
            all.push(decide(tree, facts, seed, &mut Turned { tree, turned }));
        }
    }
    all
}

/// The targets of a decision.
pub(crate) fn targets(decision: &Decision) -> &[ModelId] {
    match &decision.outcome {
        Outcome::Plan(plan) => &plan.targets,
        Outcome::Refused(_) => &[],
    }
}

/// The attempts of a decision of which an assert does not hold: their targets.
pub(crate) fn breaking(tree: &Tree, id: AssertId, facts: &Facts, decision: &Decision) -> Vec<ModelId> {
    if !tree.assert_applies(id, facts) {
        return Vec::new();
    }
    let plan = targets(decision);
    let names: Vec<String> = plan
        .iter()
        .map(|model| tree.policy().model(*model).expect("a model").name.clone())
        .collect();
    let breaks = |at: &usize| {
        let attempt = Attempt {
            target: plan[*at],
            position: *at as i64,
            fallbacks: &names[at + 1..],
        };
        !tree.assert_holds(id, facts, attempt)
    };
    (0..plan.len()).filter(breaks).map(|at| plan[at]).collect()
}

/// What a client meets, whatever rules led there: every outcome that can be.
pub(crate) fn outcomes(tree: &Tree, facts: &Facts) -> BTreeSet<String> {
    let shown = |decision: Decision| match &decision.outcome {
        Outcome::Refused(Refusal::DeniedByGuards { status, message, .. })
        | Outcome::Refused(Refusal::DeniedByRoute { status, message }) => format!("{status} {message}"),
        Outcome::Refused(Refusal::NoEligibleTarget { .. }) => "no eligible target".to_owned(),
        other => format!("{other:?} {:?}", decision.max_tokens),
    };
    decisions(tree, facts).into_iter().map(shown).collect()
}
