//! With what probability each target comes first in a plan: what is drawn, by the seed or by the hash of a fact, is random;
//! facts and the orders that are handed in are given.
//!
//! It is what estimates of another policy rest on (Horvitz and Thompson, "A Generalization of Sampling Without Replacement
//! From a Finite Universe", 1952): the propensity of what was done, and of what would be done.

use super::decision::{Decision, Outcome, SkipReason};
use super::orders::Orders;
use super::pool::{MOST_DRAWN_PLACES, completed, order_by_facts};
use super::split::arm_probabilities;
use super::targets::{self, ExpandedChoice};
use super::tracer::Clause;
use crate::facts::Facts;
use crate::model::{ModelId, Named, Pick, Pool, PoolId, RouteAction, Target};
use crate::quantity::Probability;
use crate::tree::Tree;

/// A target that may come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstTarget {
    /// Which one.
    pub target: ModelId,
    /// With what probability; never 0.
    pub probability: Probability,
    /// Whether live state bears on it that is not known, so that each member of a pool counts as equally likely.
    pub estimated: bool,
}

/// The targets of which one comes first in the plan of such a request, in written order; their probabilities add up to 1.
/// `decision` is what was decided on these facts under some seed, and `orders` what was handed in. `None` where there is no
/// plan, or where a fraction takes more than 64 bits.
///
/// A split by a fact and a sticky pool are drawn too: the hash of the fact takes an arm as often as it has a share.
pub fn first_targets(
    tree: &Tree,
    facts: &Facts,
    decision: &Decision,
    orders: &mut dyn Orders,
) -> Option<Vec<FirstTarget>> {
    let Outcome::Plan(plan) = &decision.outcome else {
        return None;
    };
    let RouteAction::Send(routing) = &tree.policy().route(decision.route?)?.action else {
        return None;
    };
    if let Target::Named(first) = &routing.target
        && let Named::Model(model) = first.named
        && plan.targets.first() == Some(&model)
    {
        return Some(vec![certain(model)]);
    }
    let mut odds = Odds {
        tree,
        facts,
        decision,
        orders,
        firsts: Vec::new(),
    };
    for clause in targets::expand(tree, facts, routing)? {
        let is_split = matches!(routing.target, Target::Split(_)) && clause.clause == Clause::Target;
        let open: Vec<&ExpandedChoice> = clause
            .choices
            .iter()
            .filter(|choice| odds.is_open(choice))
            .collect();
        if is_split {
            let shares = open.iter().map(|arm| arm.share.unwrap_or_default());
            for (arm, share) in open.iter().zip(arm_probabilities(shares)) {
                odds.add(arm, share)?;
            }
        } else if let Some(first) = open.first() {
            odds.add(first, Probability::ALWAYS)?;
        }
        if !odds.firsts.is_empty() {
            break;
        }
    }
    Some(odds.firsts)
}

fn certain(target: ModelId) -> FirstTarget {
    FirstTarget {
        target,
        probability: Probability::ALWAYS,
        estimated: false,
    }
}

/// The targets that may come first, as they are added up.
struct Odds<'a> {
    tree: &'a Tree,
    facts: &'a Facts,
    decision: &'a Decision,
    orders: &'a mut dyn Orders,
    firsts: Vec<FirstTarget>,
}

impl Odds<'_> {
    /// Whether a target may be tried. Which embeddings a target has to share is up to the one that comes first.
    fn allows(&self, model: ModelId) -> bool {
        let mut skipped = self.decision.skipped.iter();
        !skipped.any(|skipped| skipped.target == model && skipped.reason != SkipReason::OtherVectors)
    }

    fn is_open(&self, choice: &ExpandedChoice) -> bool {
        choice.members.iter().any(|model| self.allows(*model))
    }

    /// Adds a choice that is taken with this probability; `None` where a fraction takes more than 64 bits.
    fn add(&mut self, choice: &ExpandedChoice, share: Probability) -> Option<()> {
        let open: Vec<ModelId> = choice
            .members
            .iter()
            .copied()
            .filter(|model| self.allows(*model))
            .collect();
        let within = match (choice.named, open.as_slice()) {
            (_, [only]) => vec![certain(*only)],
            (Named::Pool(pool), _) => self.of_pool(pool, &open)?,
            (Named::Model(model), _) => vec![certain(model)],
        };
        for first in within.into_iter().filter(|_| !share.is_never()) {
            let probability = share.and(first.probability)?;
            let known = self.firsts.iter_mut().find(|known| known.target == first.target);
            match known {
                Some(known) => {
                    known.probability = known.probability.or(probability)?;
                    known.estimated |= first.estimated;
                }
                None => self.firsts.push(FirstTarget { probability, ..first }),
            }
        }
        Some(())
    }

    /// Which of the members that are left comes first, as the pool picks.
    fn of_pool(&mut self, id: PoolId, open: &[ModelId]) -> Option<Vec<FirstTarget>> {
        let policy = self.tree.policy();
        let pool = policy.pool(id)?;
        let first_of = |order: Vec<ModelId>| {
            let first = order.into_iter().find(|model| open.contains(model));
            first.map(|first| vec![certain(first)])
        };
        match pool.pick {
            Pick::First => first_of(open.to_vec()),
            Pick::Cheapest => first_of(order_by_facts(policy, pool, self.facts)?),
            Pick::Random | Pick::Sticky(_) => even(open, false),
            Pick::Weighted => by_weight(pool, open).or_else(|| first_of(open.to_vec())),
            Pick::RoundRobin | Pick::LeastBusy | Pick::Fastest | Pick::Prefix => {
                match self.orders.order(id) {
                    Some(order) => first_of(completed(pool, order).into_vec()),
                    None => even(open, true),
                }
            }
        }
    }
}

/// Each of these is as likely as the others.
fn even(open: &[ModelId], estimated: bool) -> Option<Vec<FirstTarget>> {
    let probability = Probability::new(1, u64::try_from(open.len()).ok()?)?;
    let each = open.iter().map(|target| FirstTarget {
        target: *target,
        probability,
        estimated,
    });
    Some(each.collect())
}

/// Each of these members comes before the others of them as often as its weight is of all their weights, whatever members
/// are drawn between them (Luce, "Individual Choice Behavior", 1959). `None` where none of them has a weight, so that they
/// come as written.
fn by_weight(pool: &Pool, open: &[ModelId]) -> Option<Vec<FirstTarget>> {
    let weighted = || pool.members.iter().filter(|(_, weight)| *weight > 0);
    let left = || weighted().filter(|(model, _)| open.contains(model));
    let sum = left().map(|(_, weight)| u64::from(*weight)).sum();
    // Where all places that are drawn may go to members that are not left, one as written may come first.
    let estimated = weighted().count() - left().count() >= MOST_DRAWN_PLACES;
    let each = left().map(|(target, weight)| {
        Some(FirstTarget {
            target: *target,
            probability: Probability::new(u64::from(*weight), sum)?,
            estimated,
        })
    });
    let each: Vec<FirstTarget> = each.collect::<Option<_>>()?;
    (!each.is_empty()).then_some(each)
}
