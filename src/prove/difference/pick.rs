//! What the order of a pool's members rests on: two pools for which it is the same put the same members in the same order,
//! for every request and every draw.

use super::super::encode::in_order;
use super::super::formula::{Formula, Formulas};
use super::class::{Class, Sent};
use super::draw::Key;
use super::plans;
use super::rules::Rules;
use super::verdict::{Drawn, Step, Verdict};
use crate::decide::order_by_facts;
use crate::facts::{Builtin, FactId, Facts};
use crate::model::{ModelId, Pick, Pool};
use std::collections::BTreeMap;

/// The keys of the facts that pools stick to, by the policy's facts.
pub(super) type Sticky = BTreeMap<FactId, Key>;

/// How a pool picks, and by what, for any request; live state is all one.
pub(super) fn way(rules: &Rules<'_, '_>, pool: &Pool) -> String {
    match pool.pick {
        Pick::Sticky(fact) => {
            let caller = rules.half.source(Builtin::Tenant.into());
            format!("sticky by {:?} of {caller:?}", rules.half.source(fact))
        }
        pick if pick.is_live() => "live".to_owned(),
        pick => pick.name().to_owned(),
    }
}

/// The same for requests with these keys.
pub(super) fn way_of(rules: &Rules<'_, '_>, pool: &Pool, sticky: &Sticky) -> String {
    let key = match pool.pick {
        Pick::Sticky(fact) => sticky.get(&fact),
        _ => None,
    };
    match key {
        Some(key) => format!("sticky by {}", key.by.of),
        None => way(rules, pool),
    }
}

/// The members as written, where that counts: for a draw from the seed, with their weights where these count too; with
/// their prices where these make the order.
pub(super) fn rests_on(rules: &Rules<'_, '_>, pool: &Pool) -> Vec<(String, String)> {
    let common = pool
        .members
        .iter()
        .fold(0, |common, (_, weight)| gcd(common, *weight));
    let member = |(id, weight): &(ModelId, u32)| {
        let what = match pool.pick {
            Pick::Cheapest => {
                let model = rules.policy.model(*id);
                format!("{:?}", model.map(|model| (model.price, model.max_output)))
            }
            // Weights draw alike where they are to each other as others are.
            Pick::Weighted => (weight / common.max(1)).to_string(),
            _ => String::new(),
        };
        (rules.model_name(*id), what)
    };
    match pool.pick {
        Pick::Random | Pick::Weighted | Pick::Cheapest => pool.members.iter().map(member).collect(),
        _ => Vec::new(),
    }
}

fn gcd(left: u32, right: u32) -> u32 {
    if right == 0 {
        left
    } else {
        gcd(right, left % right)
    }
}

/// What the pools of a class's route stick to, for a request of the joint policy.
pub(super) fn sticky(rules: &Rules<'_, '_>, class: &Class, facts: &Facts, formulas: &mut Formulas) -> Sticky {
    let facts_of_pools = pools(rules, class)
        .into_iter()
        .filter_map(|(pool, _)| match pool.pick {
            Pick::Sticky(fact) => Some(fact),
            _ => None,
        });
    let keyed = |fact| Some((fact, Key::of_fact(rules, fact, facts, formulas)?));
    facts_of_pools.filter_map(keyed).collect()
}

/// What holds of the requests for which the cheapest are in the order that they are in for one, `seen` as the policy sees
/// it; `None` where that is not said.
pub(super) fn cheapest_alike(
    rules: &Rules<'_, '_>,
    class: &Class,
    seen: &Facts,
    formulas: &mut Formulas,
) -> Option<Formula> {
    let mut all = Vec::new();
    for (pool, left) in pools(rules, class) {
        if pool.pick == Pick::Cheapest {
            let mut order = order_by_facts(rules.policy, pool, seen)?;
            order.retain(|model| left.contains(model));
            all.push(in_order(rules.policy, pool, &order, formulas)?);
        }
    }
    Some(formulas.and(all))
}

/// The pools that put targets of a class in order, with the members that are left.
fn pools<'p>(rules: &Rules<'_, 'p>, class: &Class) -> Vec<(&'p Pool, Vec<ModelId>)> {
    let Class::Taken(taken) = class else {
        return Vec::new();
    };
    match (&taken.sent, rules.policy.routing(taken.route)) {
        (Some(sent @ Sent { error: None, .. }), Some(routing)) => plans::pools(rules, routing, sent),
        _ => Vec::new(),
    }
}

/// The verdict for requests that are put in order as one is, by pools of which `settles` says so.
pub(super) fn ordered(
    verdict: &Verdict,
    rules: &Rules<'_, '_>,
    seen: &Facts,
    settles: impl Fn(Pick) -> bool,
) -> Verdict {
    let settled = |steps: &[Step]| -> Vec<Step> {
        let each = steps
            .iter()
            .flat_map(|step| in_order_of(step, rules, seen, &settles));
        each.collect()
    };
    let plan = |plan: &Drawn| {
        let steps = settled(&plan.steps);
        let mut by_first: Vec<(String, Vec<Step>)> = plan.by_first.clone();
        for (_, steps) in &mut by_first {
            *steps = settled(steps);
        }
        // Where the first one is settled, so is which others stay.
        let leader = match steps.first() {
            Some(Step::Target(name)) => by_first.iter().find(|(first, _)| first == name),
            _ => None,
        };
        match leader.cloned() {
            Some((_, steps)) => Drawn {
                until: plan.until,
                steps,
                by_first: Vec::new(),
            },
            None => Drawn {
                until: plan.until,
                steps,
                by_first,
            },
        }
    };
    let mut plans: Vec<Drawn> = Vec::with_capacity(verdict.plans.len());
    for plan in verdict.plans.iter().map(plan) {
        match plans.last_mut() {
            // What two draws lead to may have become the same.
            Some(last) if last.is_like(&plan) => last.until = plan.until,
            _ => plans.push(plan),
        }
    }
    let is_drawn = plans.len() > 1;
    Verdict {
        plans,
        drawn_by: verdict.drawn_by.clone().filter(|_| is_drawn),
        ..verdict.clone()
    }
}

/// A step as the targets that it is for a request, where a pool of which `settles` says so makes it.
fn in_order_of(
    step: &Step,
    rules: &Rules<'_, '_>,
    seen: &Facts,
    settles: &impl Fn(Pick) -> bool,
) -> Vec<Step> {
    let Step::Picked {
        pool: name,
        members,
        of,
        ..
    } = step
    else {
        return vec![step.clone()];
    };
    let mut pools = rules.policy.pools.iter();
    let Some(pool) = pools.find(|pool| pool.name == *name && settles(pool.pick)) else {
        return vec![step.clone()];
    };
    match (order_by_facts(rules.policy, pool, seen), pool.pick) {
        (Some(order), _) => {
            let names = order.iter().map(|model| rules.model_name(*model));
            names
                .filter(|name| members.contains(name))
                .map(Step::Target)
                .collect()
        }
        // What it sticks to says nothing: the seed takes its place.
        (None, Pick::Sticky(_)) => vec![Step::Picked {
            pool: name.clone(),
            pick: format!("sticky by {}", Key::seed(rules).by.of),
            members: members.clone(),
            of: of.clone(),
        }],
        (None, _) => vec![step.clone()],
    }
}
