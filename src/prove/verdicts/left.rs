//! Requests that guards leave without any target. What targets cannot do is told when such a request comes, and is
//! left out here, as is a route of `requested`.

use super::super::formula::{Formula, Formulas};
use super::super::patience::Patience;
use super::super::plans;
use super::super::search::{Doubt, Found, Goal, find};
use super::super::space::{Space, guards, routes};
use super::super::witness;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Facts;
use crate::model::{Guard, GuardEffect, GuardId, ModelId, RouteAction, RouteId, Target};
use std::collections::{BTreeMap, BTreeSet};

/// A route of which it could not be told whether guards leave it a target.
#[derive(Clone, Debug)]
pub(in super::super) struct Doubtful {
    pub(in super::super) route: RouteId,
    pub(in super::super) doubt: Doubt,
    /// What holds the parts that are not looked into.
    pub(in super::super) doubted: BTreeSet<Formula>,
}

/// Says which routes guards may leave without a target. Routes of which it could not be told come back.
pub(in super::super) fn without_target(
    space: &mut Space<'_>,
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) -> Vec<Doubtful> {
    let policy = space.policy;
    let mut safe: BTreeMap<Vec<ModelId>, bool> = BTreeMap::new();
    let mut doubts = Vec::new();
    for route in routes(policy) {
        let Some(RouteAction::Send(routing)) = policy.route(route).map(|route| &route.action) else {
            continue;
        };
        if matches!(routing.target, Target::Requested(_)) {
            continue;
        }
        let mut models = plans::models(policy, routing);
        models.sort_unstable();
        let none = none_admitted(space, &models);
        let is_safe = *safe.entry(models).or_insert_with(|| {
            none == Formulas::FALSE
                || matches!(
                    find(space, &[none], Goal::Admitted, patience, |_, _| Some(())),
                    Found::None { .. }
                )
        });
        if is_safe {
            continue;
        }
        match find(space, &[none], Goal::Route(route), patience, |space, facts| {
            checked(space, route, facts)
        }) {
            Found::Some((facts, guards)) => found.extend(diagnostic(space, route, &facts, &guards)),
            Found::None { .. } => {}
            Found::Unknown(doubt) => doubts.push(Doubtful {
                route,
                doubt,
                doubted: space.doubted.iter().copied().collect(),
            }),
        }
    }
    doubts
}

fn none_admitted(space: &mut Space<'_>, models: &[ModelId]) -> Formula {
    let mut all = Vec::with_capacity(models.len());
    for model in models {
        let admitted = space.admitted(*model);
        all.push(space.formulas.not(admitted));
    }
    space.formulas.and(all)
}

/// The request and the guards that remove its targets, where the tree agrees.
fn checked(space: &Space<'_>, route: RouteId, facts: &Facts) -> Option<(Facts, Vec<GuardId>)> {
    let RouteAction::Send(routing) = &space.policy.route(route)?.action else {
        return None;
    };
    let tree = space.tree;
    let matching: Vec<GuardId> = guards(space.policy)
        .map(|(id, _)| id)
        .filter(|id| tree.guard_matches(*id, facts))
        .collect();
    let models = plans::models(space.policy, routing);
    let removes = |guard: &GuardId, model: &ModelId| !tree.guard_allows(*guard, facts, *model);
    let all = models
        .iter()
        .all(|model| matching.iter().any(|guard| removes(guard, model)));
    let involved = matching
        .iter()
        .filter(|guard| models.iter().any(|model| removes(guard, model)));
    all.then(|| (facts.clone(), involved.copied().collect()))
}

fn diagnostic(space: &Space<'_>, route: RouteId, facts: &Facts, involved: &[GuardId]) -> Option<Diagnostic> {
    let found = space.policy.route(route)?;
    let named: Vec<&Guard> = involved.iter().filter_map(|id| space.policy.guard(*id)).collect();
    let always = named.iter().all(|guard| guard.when.is_none());
    let message = match named.as_slice() {
        [only] if !always => {
            format!(
                "where the guard `{}` holds, the route `{}` has no target left",
                only.name, found.name
            )
        }
        _ => format!("guards leave the route `{}` without any target", found.name),
    };
    let mut diagnostic =
        Diagnostic::error(Code::NO_TARGET_LEFT, message).at(found.span, "no target meets what is required");
    for guard in &named {
        let requires = guard.effects.iter().filter_map(|effect| match effect {
            GuardEffect::Require(require) => Some(require.span),
            _ => None,
        });
        for span in requires {
            diagnostic = diagnostic.also(span, format!("`{}` removes targets of it", guard.name));
        }
    }
    let request = witness::request(space.tree, facts, 0);
    let help = if always {
        "give the route a target that the guards allow, or the guard a `when`"
    } else {
        "give the route a fallback that the guards allow, or see to it that an earlier rule takes these requests"
    };
    let diagnostic = diagnostic.help(format!("such a request: {}", witness::text(&request)));
    Some(diagnostic.help(help).shown_by(request))
}
