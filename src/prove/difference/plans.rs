//! The plans of a class by the draws that lead to them, and the parts of one plan.

use super::class::Sent;
use super::pick::{self, Sticky};
use super::rules::Rules;
use super::verdict::{Drawn, Step};
use crate::model::{ModelId, Named, Pick, Pool, Routing, Target};
use crate::quantity::Share;
use std::collections::BTreeSet;

/// The plans of a class, by the draws that lead to them; neighbours differ.
pub(super) fn drawn(rules: &Rules<'_, '_>, routing: &Routing, sent: &Sent, sticky: &Sticky) -> Vec<Drawn> {
    let firsts = firsts(rules, routing, sent);
    let whole = u64::from(Share::WHOLE);
    let sum: u64 = firsts.iter().map(|(share, _)| share).sum();
    let mut running = 0;
    let mut plans: Vec<Drawn> = Vec::new();
    for (share, first) in firsts {
        running += share;
        let until = u32::try_from((running * whole).div_ceil(sum.max(1))).unwrap_or(u32::MAX);
        let plan = plan(rules, (routing, sent, sticky), first, until);
        match plans.last_mut() {
            Some(last) if last.is_like(&plan) => last.until = until,
            _ => plans.push(plan),
        }
    }
    plans
}

/// What stands first in a plan, with the share of the draws that lead there.
fn firsts(rules: &Rules<'_, '_>, routing: &Routing, sent: &Sent) -> Vec<(u64, Vec<Named>)> {
    let open = |named: &Named| {
        let members = rules.policy.members(*named);
        members.iter().any(|model| sent.left.contains(model))
    };
    match &routing.target {
        Target::Named(_) | Target::Hedge(_) => {
            let choices = routing.target.choices().into_iter();
            vec![(1, choices.map(|choice| choice.named).collect())]
        }
        Target::Requested(_) => vec![(1, sent.requested.into_iter().collect())],
        Target::Split(split) => {
            let arms = split.arms.iter().filter(|arm| open(&arm.choice.named));
            let arms = arms.map(|arm| (u64::from(arm.share.basis_points()), vec![arm.choice.named]));
            let arms: Vec<_> = arms.filter(|(share, _)| *share > 0).collect();
            if arms.is_empty() {
                vec![(1, Vec::new())]
            } else {
                arms
            }
        }
    }
}

/// The pools that put targets in order, with the members that are left.
pub(super) fn pools<'p>(
    rules: &Rules<'_, 'p>,
    routing: &Routing,
    sent: &Sent,
) -> Vec<(&'p Pool, Vec<ModelId>)> {
    let firsts = firsts(rules, routing, sent).into_iter();
    let parts = firsts.flat_map(|(_, first)| parts(rules, routing, sent, first));
    let mut pools: Vec<(&Pool, Vec<ModelId>)> = Vec::new();
    for part in parts {
        let Some(pool) = part.pool else { continue };
        match pools.iter_mut().find(|(known, _)| known.name == pool.name) {
            Some((_, models)) => models.extend(part.models),
            None => pools.push((pool, part.models)),
        }
    }
    pools
}

fn plan(
    rules: &Rules<'_, '_>,
    (routing, sent, sticky): (&Routing, &Sent, &Sticky),
    first: Vec<Named>,
    until: u32,
) -> Drawn {
    let steps = |parts: &[Part<'_>], stays: &dyn Fn(ModelId) -> bool| steps(rules, parts, sticky, stays);
    let parts = parts(rules, routing, sent, first);
    if sent.embeddings != Some(true) {
        return Drawn {
            until,
            steps: steps(&parts, &|_| true),
            by_first: Vec::new(),
        };
    }
    let leaders: Vec<ModelId> = match parts.first() {
        Some(part) if part.pool.is_some() => part.models.clone(),
        Some(part) => part.models.first().copied().into_iter().collect(),
        None => Vec::new(),
    };
    let follows = |leader: &ModelId| {
        let stays = |model: ModelId| rules.shares_vectors(*leader, model);
        (rules.model_name(*leader), steps(&parts, &stays))
    };
    let mut by_first: Vec<(String, Vec<Step>)> = leaders.iter().map(follows).collect();
    by_first.sort_by(|left, right| left.0.cmp(&right.0));
    let any = |model: ModelId| leaders.iter().any(|leader| rules.shares_vectors(*leader, model));
    let steps = steps(&parts, &any);
    if by_first.iter().all(|(_, own)| *own == steps) {
        by_first.clear();
    }
    Drawn {
        until,
        steps,
        by_first,
    }
}

/// What a model or pool of a route adds to a plan.
struct Part<'p> {
    /// The pool whose pick orders them, where it is not as written.
    pool: Option<&'p Pool>,
    models: Vec<ModelId>,
}

/// What each choice adds to a plan; a target stands at its first place.
fn parts<'p>(rules: &Rules<'_, 'p>, routing: &Routing, sent: &Sent, first: Vec<Named>) -> Vec<Part<'p>> {
    let policy = rules.policy;
    let mut seen: BTreeSet<ModelId> = BTreeSet::new();
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    let choices = first.into_iter().chain(fallbacks.map(|choice| choice.named));
    let part = |named: Named| {
        let members = policy.members(named).into_iter();
        let models: Vec<ModelId> = members
            .filter(|model| sent.left.contains(model) && seen.insert(*model))
            .collect();
        let pool = match named {
            Named::Pool(id) => policy.pool(id).filter(|pool| pool.pick != Pick::First),
            Named::Model(_) => None,
        };
        let pool = pool.filter(|_| models.len() > 1);
        (!models.is_empty()).then_some(Part { pool, models })
    };
    choices.filter_map(part).collect()
}

/// The parts as steps, without targets that do not stay.
fn steps(
    rules: &Rules<'_, '_>,
    parts: &[Part<'_>],
    sticky: &Sticky,
    stays: &dyn Fn(ModelId) -> bool,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in parts {
        let models = part.models.iter().copied();
        let left: Vec<ModelId> = models.filter(|model| stays(*model)).collect();
        match part.pool {
            Some(pool) if left.len() > 1 => steps.push(picked(rules, pool, sticky, &left)),
            _ => steps.extend(left.iter().map(|model| Step::Target(rules.model_name(*model)))),
        }
    }
    steps
}

fn picked(rules: &Rules<'_, '_>, pool: &Pool, sticky: &Sticky, left: &[ModelId]) -> Step {
    Step::Picked {
        pool: pool.name.clone(),
        pick: pick::way_of(rules, pool, sticky),
        members: left.iter().map(|model| rules.model_name(*model)).collect(),
        of: pick::rests_on(rules, pool),
    }
}
