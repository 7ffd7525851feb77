//! Every way that a test's request can go: the arms that the seed can draw, the members that a pool can put first.

use super::case::Case;
use super::words::{listed, shown_name};
use crate::decide::{
    Decision, Draws, OrderSource, Orders, Outcome, Plan, PoolTrace, Trace, decide_with_draws,
    decide_with_trace, seeds_of_arms,
};
use crate::facts::Builtin;
use crate::model::{ModelId, Named, PoolId, Target};
use std::collections::BTreeSet;

/// Most ways that a request can go in one test: arms times first members. A test with more fails.
pub const MOST_COURSES: usize = 4_096;

/// Most seeds that are tried for the arms of a split. An arm of 0.01 % is missed among so many once in 10¹¹ cases.
pub const MOST_SEEDS: u64 = 1 << 18;

/// One way that the request can go.
pub(super) struct Course {
    pub(super) lot: Lot,
    pub(super) decision: Decision,
    pub(super) draws: Draws,
}

/// What makes the request go one way: handed to `decide` again it gives the same decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lot {
    seed: u64,
    /// The arm that the seed draws, where it decides.
    arm: Option<Named>,
    /// The pool whose order matters, and the members that come first in it.
    pick: Option<(PoolId, Vec<ModelId>)>,
    /// Whether the second side of a hedge has content first.
    pub(super) hedged: bool,
}

/// Why not every way was gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unexplored {
    /// There are more than [`MOST_COURSES`].
    TooMany,
    /// None of [`MOST_SEEDS`] seeds draws this arm.
    Arm(Named),
}

/// Shows every way to `visit`. Of the orders of a pool those matter that put another member first, or first behind all
/// members that fail; the rest is as written. Pools at hand are put in order one at a time, the others begin with what
/// fails, so that the walk comes to each.
pub(super) fn explore(case: &Case<'_>, visit: &mut impl FnMut(&Course)) -> Result<(), Unexplored> {
    let mut left = MOST_COURSES;
    let mut visit = |course: &Course| {
        left = left.checked_sub(1).ok_or(Unexplored::TooMany)?;
        visit(course);
        if course.plan().is_some_and(|plan| plan.hedge.is_some()) {
            let hedged = true;
            visit(&Course::of(
                case,
                Lot {
                    hedged,
                    ..course.lot.clone()
                },
            ));
        }
        Ok(())
    };
    let first = Course::of(case, Lot::default());
    for lot in arms(case, &first)? {
        let drawn;
        let written = match lot.arm {
            None => &first,
            Some(_) => {
                drawn = Course::of(case, lot.clone());
                &drawn
            }
        };
        let picks = picks(case, written);
        if picks.is_empty() {
            visit(written)?;
        }
        for pick in picks {
            let pick = Some(pick);
            visit(&Course::of(case, Lot { pick, ..lot.clone() }))?;
        }
    }
    Ok(())
}

impl Course {
    fn of(case: &Case<'_>, lot: Lot) -> Self {
        let mut handed = Handed { case, lot: &lot };
        let (decision, draws) = decide_with_draws(case.tree, &case.facts, lot.seed, &mut handed);
        Course { lot, decision, draws }
    }

    /// The plan, where there is one.
    pub(super) fn plan(&self) -> Option<&Plan> {
        match &self.decision.outcome {
            Outcome::Plan(plan) => Some(plan),
            Outcome::Refused(_) => None,
        }
    }

    /// The models and pools that the plan is made of, in written order.
    pub(super) fn choices(&self, case: &Case<'_>) -> Vec<Named> {
        let policy = case.policy();
        let Some(routing) = self.decision.route.and_then(|route| policy.routing(route)) else {
            return Vec::new();
        };
        let first: Vec<Named> = match &routing.target {
            Target::Named(_) | Target::Hedge(_) => {
                let choices = routing.target.choices().into_iter();
                choices.map(|choice| choice.named).collect()
            }
            Target::Requested(_) => {
                let asked = policy.find_named(case.facts.string(Builtin::Requested.into()));
                asked.into_iter().collect()
            }
            Target::Split(_) => {
                let arm = self.draws.split.as_ref().and_then(|split| {
                    let arm = split.arms.get(split.chosen?)?;
                    Some(arm.named)
                });
                arm.into_iter().collect()
            }
        };
        let fallbacks = routing.fallbacks.iter().flat_map(|clause| &clause.choices);
        first
            .into_iter()
            .chain(fallbacks.map(|choice| choice.named))
            .collect()
    }
}

impl Lot {
    /// The decision that this leads to, with every step.
    pub(super) fn decide(&self, case: &Case<'_>) -> (Decision, Trace) {
        let mut handed = Handed { case, lot: self };
        decide_with_trace(case.tree, &case.facts, self.seed, &mut handed)
    }

    /// What was drawn and picked, in words; `None` where there was nothing to.
    pub(super) fn describe(&self, case: &Case<'_>) -> Option<String> {
        let name = |named| shown_name(case.policy().name_of(named));
        let arm = self
            .arm
            .map(|arm| format!("the split draws {} (seed {:016x})", name(arm), self.seed));
        let pick = self.pick.as_ref().map(|(pool, leading)| {
            let leading = leading.iter().map(|model| name(Named::Model(*model)));
            format!(
                "pool {} begins with {}",
                name(Named::Pool(*pool)),
                listed(leading)
            )
        });
        let hedged = self
            .hedged
            .then(|| "the second side of the hedge has content first".to_owned());
        let parts: Vec<String> = arm.into_iter().chain(pick).chain(hedged).collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

/// The seeds of the arms that the seed can draw; one lot of no arm where it draws none.
fn arms(case: &Case<'_>, first: &Course) -> Result<Vec<Lot>, Unexplored> {
    let route = first.decision.route.and_then(|route| case.policy().route(route));
    let split = first.draws.split.as_ref().filter(|split| split.by_seed);
    let (Some(route), Some(split)) = (route, split) else {
        return Ok(vec![Lot::default()]);
    };
    if split.arms.iter().filter(|arm| arm.open).count() < 2 {
        return Ok(vec![Lot::default()]);
    }
    let seeds = seeds_of_arms(route, &case.facts, split, MOST_SEEDS);
    split
        .arms
        .iter()
        .zip(seeds)
        .filter(|(arm, _)| arm.open)
        .map(|(arm, seed)| {
            let lot = |seed| Lot {
                seed,
                arm: Some(arm.named),
                ..Lot::default()
            };
            seed.map(lot).ok_or(Unexplored::Arm(arm.named))
        })
        .collect()
}

/// The beginnings of pools that can change which target answers.
fn picks(case: &Case<'_>, course: &Course) -> Vec<(PoolId, Vec<ModelId>)> {
    let Some(plan) = course.plan() else {
        return Vec::new();
    };
    let planned: BTreeSet<ModelId> = plan.targets.iter().copied().collect();
    let holds_target = |named: &Named| {
        let members = case.policy().members(*named);
        members.iter().any(|model| planned.contains(model))
    };
    // Where nothing fails, the first of the plan answers, and no other pool has a say in that.
    let leads = course.choices(case).into_iter().find(holds_target);
    course
        .draws
        .pools
        .iter()
        .filter(|pool| !matches!(pool.source, OrderSource::Written | OrderSource::Facts))
        .filter(|pool| !case.failing.is_empty() || leads == Some(Named::Pool(pool.pool)))
        .map(|pool| (pool.pool, eligible(pool, &planned)))
        .filter(|(_, members)| members.len() > 1)
        .flat_map(|(pool, members)| beginnings(case, &members).map(move |leading| (pool, leading)))
        .collect()
}

fn eligible(pool: &PoolTrace, planned: &BTreeSet<ModelId>) -> Vec<ModelId> {
    let members = pool.order.iter().copied();
    members.filter(|model| planned.contains(model)).collect()
}

/// Each member first; and where some fail, each other one behind all of these.
fn beginnings(case: &Case<'_>, members: &[ModelId]) -> impl Iterator<Item = Vec<ModelId>> + use<> {
    let (fail, answer): (Vec<ModelId>, Vec<ModelId>) =
        members.iter().partition(|model| case.failing.contains(model));
    let first: Vec<Vec<ModelId>> = members.iter().map(|model| vec![*model]).collect();
    let behind = answer.into_iter().filter_map(move |model| {
        let all = || fail.iter().copied().chain([model]).collect();
        (!fail.is_empty()).then(all)
    });
    first.into_iter().chain(behind)
}

/// Hands a pool's order in, whatever its `pick`: as the lot has it, else those that fail first.
struct Handed<'a> {
    case: &'a Case<'a>,
    lot: &'a Lot,
}

impl Orders for Handed<'_> {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        Some(match &self.lot.pick {
            Some((picked, leading)) if *picked == pool => leading.clone(),
            _ => self.case.failing_first(pool),
        })
    }

    fn drawn(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        self.order(pool)
    }
}
