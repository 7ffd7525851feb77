//! Where to look for a difference: rules that only one policy has, that moved, or that lead elsewhere.
//!
//! Rules that are the same in both, and in the same order to each other, act alike on every request that none of the
//! others takes. So a request can only be decided otherwise where one of the others acts on it, in one of the policies.

use super::super::formula::{Formula, Formulas};
use super::super::plans;
use super::super::space::embeddings;
use super::pick;
use super::rules::Rules;
use crate::model::{
    Choice, GuardEffect, Hedge, ModelId, Named, Route, RouteAction, RouteId, Routing, SplitKey, Target,
};
use crate::quantity::Share;
use std::collections::{BTreeMap, BTreeSet};

/// What holds of every request that is decided otherwise.
pub(super) fn suspicion(old: &Rules<'_, '_>, new: &Rules<'_, '_>, formulas: &mut Formulas) -> Formula {
    let mut any = Vec::new();
    let mut common = Vec::new();
    assumptions(old, new, formulas, &mut any, &mut common);
    denials(old, new, formulas, &mut any, &mut common);
    let pairs = routes(old, new);
    let paired: (BTreeSet<usize>, BTreeSet<usize>) = pairs.iter().copied().unzip();
    let mut taken = Vec::new();
    for (rules, paired) in [(old, &paired.0), (new, &paired.1)] {
        for at in (0..rules.routes.len()).filter(|at| !paired.contains(at)) {
            taken.push(rules.first(route_id(at), formulas));
        }
    }
    for (left, right) in &pairs {
        let differs = fitness(old, *left, new, *right, formulas);
        if differs != Formulas::FALSE {
            let first = old.first(route_id(*left), formulas);
            taken.push(formulas.and([first, differs]));
        }
    }
    taken.extend(caps(old, new));
    let taken = formulas.or(taken);
    let admitted = formulas.and(common);
    any.push(formulas.and([admitted, taken]));
    formulas.or(any)
}

fn route_id(at: usize) -> RouteId {
    RouteId(u32::try_from(at).unwrap_or(u32::MAX))
}

fn assumptions(
    old: &Rules<'_, '_>,
    new: &Rules<'_, '_>,
    formulas: &mut Formulas,
    any: &mut Vec<Formula>,
    common: &mut Vec<Formula>,
) {
    let keys = |rules: &Rules<'_, '_>| -> Vec<(String, Formula)> {
        let names = rules.policy.assumes.iter().map(|assume| assume.name.clone());
        names.zip(rules.assumes.iter().copied()).collect()
    };
    let (left, right) = (keys(old), keys(new));
    let same = in_order(&left, &right, |left, right| left == right);
    common.extend(
        same.iter()
            .filter_map(|(at, _)| left.get(*at))
            .map(|(_, holds)| *holds),
    );
    for (_, holds) in others(&left, &right, &same) {
        any.push(formulas.not(holds));
    }
}

fn denials(
    old: &Rules<'_, '_>,
    new: &Rules<'_, '_>,
    formulas: &mut Formulas,
    any: &mut Vec<Formula>,
    common: &mut Vec<Formula>,
) {
    let keys = |rules: &Rules<'_, '_>| -> Vec<(String, (Formula, String))> {
        let found = rules.denying().filter_map(|(id, formula)| {
            let guard = rules.policy.guard(id)?;
            let denial = guard.effects.iter().find_map(|effect| match effect {
                GuardEffect::Deny(denial) => Some(denial),
                _ => None,
            })?;
            let said = format!("{} {}", denial.status, denial.message);
            Some((guard.name.clone(), (formula, said)))
        });
        found.collect()
    };
    let (left, right) = (keys(old), keys(new));
    let same = in_order(&left, &right, |left, right| left == right);
    for (_, (denial, _)) in same.iter().filter_map(|(at, _)| left.get(*at)) {
        common.push(formulas.not(*denial));
    }
    any.extend(
        others(&left, &right, &same)
            .into_iter()
            .map(|(_, (denial, _))| denial),
    );
}

/// Caps that only one of the policies sets.
fn caps(old: &Rules<'_, '_>, new: &Rules<'_, '_>) -> Vec<Formula> {
    let of = |rules: &Rules<'_, '_>| -> BTreeSet<(i64, Formula)> {
        rules.caps().map(|(_, cap, formula)| (cap, formula)).collect()
    };
    let (left, right) = (of(old), of(new));
    left.symmetric_difference(&right)
        .map(|(_, formula)| *formula)
        .collect()
}

/// Pairs of routes that are the same, each before the next in both policies.
fn routes(old: &Rules<'_, '_>, new: &Rules<'_, '_>) -> Vec<(usize, usize)> {
    let keys = |rules: &Rules<'_, '_>| -> Vec<(String, usize)> {
        let names = rules.policy.routes.iter().map(|route| route.name.clone());
        names.zip(0..).collect()
    };
    let same = |left: &usize, right: &usize| {
        let formulas = old.routes.get(*left) == new.routes.get(*right);
        let routes = old.policy.routes.get(*left).zip(new.policy.routes.get(*right));
        formulas && routes.is_some_and(|(left, right)| same_action(old, left, new, right))
    };
    in_order(&keys(old), &keys(new), same)
}

/// The longest list of pairs of one name that are the same, each before the next on both sides. Names stand once on
/// each side.
fn in_order<T>(
    left: &[(String, T)],
    right: &[(String, T)],
    same: impl Fn(&T, &T) -> bool,
) -> Vec<(usize, usize)> {
    let by_name: BTreeMap<&str, usize> = right.iter().map(|(name, _)| name.as_str()).zip(0..).collect();
    let mut pairs = Vec::new();
    for (at, (name, own)) in left.iter().enumerate() {
        if let Some(other) = by_name.get(name.as_str())
            && right.get(*other).is_some_and(|(_, other)| same(own, other))
        {
            pairs.push((at, *other));
        }
    }
    rising(&pairs)
}

/// A longest part of the pairs whose second places rise as the first do.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that ends such a part and has the least second place.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: &usize| pairs.get(*at).map_or(0, |(_, second)| *second);
    for (at, (_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(end) < *place);
        before.push(length.checked_sub(1).and_then(|last| ends.get(last)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut longest = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        longest.extend(pairs.get(at));
        next = before.get(at).copied().flatten();
    }
    longest.reverse();
    longest
}

/// What stands on one side only, or in another place.
fn others<T: Clone>(
    left: &[(String, T)],
    right: &[(String, T)],
    same: &[(usize, usize)],
) -> Vec<(String, T)> {
    let paired: (BTreeSet<usize>, BTreeSet<usize>) = same.iter().copied().unzip();
    let alone = |all: &[(String, T)], paired: &BTreeSet<usize>| -> Vec<(String, T)> {
        let found = all.iter().enumerate().filter(|(at, _)| !paired.contains(at));
        found.map(|(_, entry)| entry.clone()).collect()
    };
    let mut found = alone(left, &paired.0);
    found.extend(alone(right, &paired.1));
    found
}

/// Where the targets of a pair of routes are not eligible alike.
fn fitness(
    old: &Rules<'_, '_>,
    left: usize,
    new: &Rules<'_, '_>,
    right: usize,
    formulas: &mut Formulas,
) -> Formula {
    let models = |rules: &Rules<'_, '_>, at: usize| -> BTreeMap<String, ModelId> {
        let routing = rules.policy.routing(route_id(at));
        let models = routing.map(|routing| plans::models(rules.policy, routing));
        let shadow = routing.and_then(plans::shadow).map(|shadow| shadow.model);
        let named = models.into_iter().flatten().chain(shadow);
        named.map(|model| (rules.model_name(model), model)).collect()
    };
    let others = models(new, right);
    let mut any = Vec::new();
    for (name, model) in models(old, left) {
        let Some(other) = others.get(&name) else {
            return Formulas::TRUE;
        };
        let (was, is) = (old.fitness(model), new.fitness(*other));
        for (was, is) in [
            (was.admitted, is.admitted),
            (was.skilled, is.skilled),
            (was.wide, is.wide),
            (was.spoken, is.spoken),
        ] {
            if was != is {
                let equal = formulas.equal(was, is);
                any.push(formulas.not(equal));
            }
        }
    }
    if vectors(old, &models(old, left)) != vectors(new, &others) {
        any.push(embeddings(formulas));
    }
    formulas.or(any)
}

/// Which models share their vectors, by names.
fn vectors(rules: &Rules<'_, '_>, models: &BTreeMap<String, ModelId>) -> BTreeSet<(String, String)> {
    let pairs = models
        .iter()
        .flat_map(|left| models.iter().map(move |right| (left, right)));
    let shared = pairs.filter(|((_, left), (_, right))| rules.shares_vectors(**left, **right));
    shared
        .map(|((left, _), (right, _))| (left.clone(), right.clone()))
        .collect()
}

/// Whether two routes do the same, as long as the same of their targets are eligible.
fn same_action(old: &Rules<'_, '_>, left: &Route, new: &Rules<'_, '_>, right: &Route) -> bool {
    match (&left.action, &right.action) {
        (RouteAction::Deny(left), RouteAction::Deny(right)) => left == right,
        (RouteAction::Send(left), RouteAction::Send(right)) => {
            same_target(old, left, new, right)
                && fallbacks(old, left) == fallbacks(new, right)
                && copies(old, left) == copies(new, right)
        }
        _ => false,
    }
}

fn fallbacks(rules: &Rules<'_, '_>, routing: &Routing) -> Vec<String> {
    plans::fallbacks(routing)
        .map(|choice| described(rules, choice))
        .collect()
}

/// Where copies go, and how many.
fn copies(rules: &Rules<'_, '_>, routing: &Routing) -> Option<(String, Share)> {
    plans::shadow(routing).map(|shadow| (rules.model_name(shadow.model), shadow.share))
}

/// A model, or a pool with all that its order depends on.
fn described(rules: &Rules<'_, '_>, choice: &Choice) -> String {
    named(rules, choice.named)
}

fn named(rules: &Rules<'_, '_>, named: Named) -> String {
    match named {
        Named::Model(model) => format!("model {:?}", rules.model_name(model)),
        Named::Pool(id) => match rules.policy.pool(id) {
            Some(pool) => {
                let members = pool.members.iter();
                let members: Vec<(String, u32)> = members
                    .map(|(model, weight)| (rules.model_name(*model), *weight))
                    .collect();
                let (way, of) = (pick::way(rules, pool), pick::rests_on(rules, pool));
                format!(
                    "pool {:?} {} {way} {members:?} {of:?}",
                    pool.name,
                    pool.pick.name()
                )
            }
            None => String::new(),
        },
    }
}

fn same_target(old: &Rules<'_, '_>, left: &Routing, new: &Rules<'_, '_>, right: &Routing) -> bool {
    match (&left.target, &right.target) {
        (Target::Named(left), Target::Named(right)) => described(old, left) == described(new, right),
        (Target::Requested(_), Target::Requested(_)) => served(old) == served(new),
        (Target::Split(left), Target::Split(right)) => {
            let arms = |rules: &Rules<'_, '_>, split: &crate::model::Split| -> Vec<(String, u16)> {
                let arm =
                    |arm: &crate::model::SplitArm| (described(rules, &arm.choice), arm.share.basis_points());
                split.arms.iter().map(arm).collect()
            };
            let key = |rules: &Rules<'_, '_>, key: SplitKey| match key {
                SplitKey::Request => None,
                SplitKey::Fact(fact) => rules.half.source(fact).cloned(),
            };
            let tenant = crate::facts::Builtin::Tenant.into();
            arms(old, left) == arms(new, right)
                && key(old, left.by) == key(new, right.by)
                && old.half.source(tenant) == new.half.source(tenant)
        }
        (Target::Hedge(left), Target::Hedge(right)) => {
            let sides = |rules: &Rules<'_, '_>, hedge: &Hedge| {
                hedge.sides.each_ref().map(|side| described(rules, side))
            };
            sides(old, left) == sides(new, right)
        }
        _ => false,
    }
}

/// All that can be asked for, and by which names.
fn served(rules: &Rules<'_, '_>) -> Vec<String> {
    let policy = rules.policy;
    let mut all: Vec<String> = policy.all_named().map(|each| named(rules, each)).collect();
    all.sort();
    let by = |name: &str, by: Named| format!("{name:?} by {:?}", policy.name_of(by));
    all.extend(policy.served.exact().map(|(name, of)| by(name, of)));
    all.extend(policy.served.globs().map(|(glob, of)| by(glob, of)));
    all
}
