//! Guards against routes: attributes that a routed model lacks, and guards that leave a route without any target.

use super::requirements::{Requirement, attributes_read, requirements};
use super::whens::When;
use super::{Sound, at};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    GuardEffect, Model, ModelId, Named, Policy, Route, RouteAction, Routing, Target, TargetAttribute,
};
use std::collections::BTreeSet;

/// Most routes before one that are held against a guard's condition.
const MAX_ROUTES_BEFORE: usize = 1_000;

/// Most routes that are named for one guard.
const MAX_ROUTES_NAMED: usize = 5;

/// Most pairs of conditions that are held against each other; beyond, what cannot be read off is not reported.
const MAX_COMPARISONS: usize = 200_000;

/// A route with all that it can lead to.
struct Reach<'a> {
    index: usize,
    route: &'a Route,
    targets: BTreeSet<ModelId>,
}

/// Reports routed models that lack what guards read, and guards that leave a route without any target.
pub(in crate::check) fn target_attributes(policy: &Policy, sound: &Sound, report: &mut Report) {
    missing_attributes(policy, sound, report);
    let requirements = requirements(policy, sound, report);
    if requirements.is_empty() {
        return;
    }
    let (always, sometimes): (Vec<_>, Vec<_>) = requirements
        .into_iter()
        .partition(|requirement| requirement.guard.when.is_none());
    let mut reaches = reaches(policy, sound);
    reaches.retain(|reach| !refuse_empty(reach, &always, report));
    let mut whens: Option<Whens<'_>> = None;
    for requirement in &sometimes {
        let removed = |target: &ModelId| {
            requirement.removes(*target) || always.iter().any(|other| other.removes(*target))
        };
        let empty = reaches.iter().filter(|reach| reach.targets.iter().all(removed));
        let met: Vec<&Reach<'_>> = empty
            .filter(|reach| {
                whens
                    .get_or_insert_with(|| Whens::of(policy))
                    .meet(policy, requirement, reach.index)
            })
            .take(MAX_ROUTES_NAMED)
            .collect();
        report.extend(may_be_empty(requirement, &met));
    }
}

/// The sound routes of which every target is known.
fn reaches<'a>(policy: &'a Policy, sound: &Sound) -> Vec<Reach<'a>> {
    let routes = policy.routes.iter().enumerate();
    routes
        .filter(|(index, _)| at(&sound.routes, *index))
        .filter_map(|(index, route)| {
            let routing = routing(route)?;
            let open = matches!(routing.target, Target::Requested(_));
            let known = || written(routing).all(|named| sound.named(policy, named));
            (!open && known()).then(|| Reach {
                index,
                route,
                targets: written(routing).flat_map(|named| policy.members(named)).collect(),
            })
        })
        .filter(|reach| !reach.targets.is_empty())
        .collect()
}

/// How a route sends, where it does not deny.
pub(super) fn routing(route: &Route) -> Option<&Routing> {
    match &route.action {
        RouteAction::Send(routing) => Some(routing),
        RouteAction::Deny(_) => None,
    }
}

/// The models and pools that a route names.
pub(super) fn written(routing: &Routing) -> impl Iterator<Item = Named> {
    let first: Vec<Named> = match &routing.target {
        Target::Named(choice) => vec![choice.named],
        Target::Requested(_) => Vec::new(),
        Target::Split(split) => split.arms.iter().map(|arm| arm.choice.named).collect(),
    };
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    first.into_iter().chain(fallbacks.map(|choice| choice.named))
}

/// Reports a route of which the guards without `when` remove every target; whether they do.
fn refuse_empty(reach: &Reach<'_>, always: &[Requirement<'_>], report: &mut Report) -> bool {
    let removed = |target: &ModelId| always.iter().any(|requirement| requirement.removes(*target));
    if !reach.targets.iter().all(removed) {
        return false;
    }
    let name = &reach.route.name;
    let message = format!("guards leave the route `{name}` without any target");
    let diagnostic =
        Diagnostic::error(Code::NO_TARGET_LEFT, message).at(reach.route.span, "no target is left");
    let involved = always
        .iter()
        .filter(|requirement| reach.targets.iter().any(|target| requirement.removes(*target)));
    let diagnostic = involved.fold(diagnostic, |diagnostic, requirement| {
        let label = format!("`{}` removes targets of it", requirement.guard.name);
        diagnostic.also(requirement.condition.span, label)
    });
    report.push(diagnostic.help("give the route a target that the guards allow, or the guard a `when`"));
    true
}

fn may_be_empty(requirement: &Requirement<'_>, met: &[&Reach<'_>]) -> Option<Diagnostic> {
    let (first, others) = met.split_first()?;
    let guard = &requirement.guard.name;
    let message = format!(
        "where the guard `{guard}` holds, the route `{}` has no target left",
        first.route.name
    );
    let diagnostic = Diagnostic::warning(Code::MAY_LEAVE_NO_TARGET, message)
        .at(first.route.span, "no target meets the guard")
        .also(requirement.condition.span, "what it requires");
    let diagnostic = others.iter().fold(diagnostic, |diagnostic, other| {
        diagnostic.also(other.route.span, "nor here")
    });
    Some(diagnostic.help(
        "give the route a fallback that the guard allows, or see to it that an earlier route takes these requests",
    ))
}

/// The conditions of all routes, and of the guards that deny.
struct Whens<'a> {
    routes: Vec<When<'a>>,
    denials: Vec<When<'a>>,
    comparisons: usize,
}

impl<'a> Whens<'a> {
    fn of(policy: &'a Policy) -> Self {
        let routes = policy.routes.iter();
        let denials = policy.guards.iter().filter(|guard| {
            guard
                .effects
                .iter()
                .any(|effect| matches!(effect, GuardEffect::Deny(_)))
        });
        Whens {
            routes: routes
                .map(|route| When::of(policy, route.when.as_ref()))
                .collect(),
            denials: denials
                .map(|guard| When::of(policy, guard.when.as_ref()))
                .collect(),
            comparisons: 0,
        }
    }

    /// Whether a request may match both the guard and the route, as far as it can be read off: their conditions do not
    /// exclude each other, and no earlier route or denial takes all such requests.
    fn meet(&mut self, policy: &'a Policy, requirement: &Requirement<'a>, route: usize) -> bool {
        if self.comparisons > MAX_COMPARISONS {
            return false;
        }
        let Some(own) = self.routes.get(route) else {
            return true;
        };
        let both = own.and(&When::of(policy, requirement.guard.when.as_ref()));
        if both.is_impossible() {
            return false;
        }
        let before = self.routes.iter().take(route).rev();
        let mut before = before.take(MAX_ROUTES_BEFORE).chain(&self.denials);
        self.comparisons += route.min(MAX_ROUTES_BEFORE) + self.denials.len();
        !before.any(|other| both.implies(other))
    }
}

/// Reports models that requests can be sent to and that lack an attribute which a guard or assert reads.
fn missing_attributes(policy: &Policy, sound: &Sound, report: &mut Report) {
    let read = attributes_read(policy, sound);
    if read.is_empty() {
        return;
    }
    for id in routed(policy) {
        let Some(model) = policy.model(id).filter(|_| sound.model(policy, id)) else {
            continue;
        };
        for (attribute, reading) in &read {
            let Some((clause, example)) = lacks(model, *attribute) else {
                continue;
            };
            let message = format!(
                "the model `{}` has no `{clause}`, which {} reads",
                model.name, reading.by
            );
            report.push(
                Diagnostic::error(Code::MISSING_ATTRIBUTE, message)
                    .at(model.span, format!("no `{clause}`"))
                    .also(reading.span, "read here")
                    .help(format!("add `{example}` to the model")),
            );
        }
    }
}

/// The models that a request can be sent to.
fn routed(policy: &Policy) -> BTreeSet<ModelId> {
    let mut named: BTreeSet<Named> = BTreeSet::new();
    for routing in policy.routes.iter().filter_map(routing) {
        named.extend(written(routing));
        if matches!(routing.target, Target::Requested(_)) {
            let served = policy.served.exact().chain(policy.served.globs());
            named.extend(served.map(|(_, named)| named));
        }
    }
    named
        .into_iter()
        .flat_map(|named| policy.members(named))
        .collect()
}

/// The clause that the model lacks for an attribute, with an example.
fn lacks(model: &Model, attribute: TargetAttribute) -> Option<(&'static str, &'static str)> {
    match attribute {
        TargetAttribute::Region => model.region.is_none().then_some(("region", "region \"…\"")),
        TargetAttribute::Context => model.context.is_none().then_some(("context", "context 128k")),
        TargetAttribute::PriceInput | TargetAttribute::PriceOutput => model
            .price
            .is_none()
            .then_some(("price", "price input $… output $…")),
        _ => None,
    }
}
