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

/// Reports routed models that lack what guards read, and guards that leave a route without any target.
pub(in crate::check) fn target_attributes(policy: &Policy, sound: &Sound, report: &mut Report) {
    missing_attributes(policy, sound, report);
    let requirements = requirements(policy, sound, report);
    if requirements.is_empty() {
        return;
    }
    let mut whens = None;
    for (index, route) in policy.routes.iter().enumerate() {
        let Some(routing) = routing(route).filter(|_| at(&sound.routes, index)) else {
            continue;
        };
        let named: Vec<Named> = written(routing).collect();
        let open = matches!(routing.target, Target::Requested(_));
        if open || !named.iter().all(|named| sound.named(policy, *named)) {
            continue;
        }
        let targets: BTreeSet<ModelId> = named.iter().flat_map(|named| policy.members(*named)).collect();
        if refuse_empty(route, &targets, &requirements, report) {
            continue;
        }
        for requirement in requirements
            .iter()
            .filter(|requirement| requirement.guard.when.is_some())
        {
            let left = targets.iter().any(|target| {
                let always = requirements.iter().filter(|other| other.guard.when.is_none());
                !requirement.removes(*target) && !always.into_iter().any(|other| other.removes(*target))
            });
            let whens = if left {
                None
            } else {
                Some(whens.get_or_insert_with(|| Whens::of(policy)))
            };
            if whens.is_some_and(|whens| whens.meet(policy, requirement, index)) {
                report.push(may_be_empty(route, requirement));
            }
        }
    }
}

fn routing(route: &Route) -> Option<&Routing> {
    match &route.action {
        RouteAction::Send(routing) => Some(routing),
        RouteAction::Deny(_) => None,
    }
}

/// The models and pools that a route names.
fn written(routing: &Routing) -> impl Iterator<Item = Named> {
    let first: Vec<Named> = match &routing.target {
        Target::Named(choice) => vec![choice.named],
        Target::Requested(_) => Vec::new(),
        Target::Split(split) => split.arms.iter().map(|arm| arm.choice.named).collect(),
    };
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    first.into_iter().chain(fallbacks.map(|choice| choice.named))
}

/// Reports a route of which the guards without `when` remove every target; whether they do.
fn refuse_empty(
    route: &Route,
    targets: &BTreeSet<ModelId>,
    requirements: &[Requirement<'_>],
    report: &mut Report,
) -> bool {
    let always: Vec<&Requirement<'_>> = requirements
        .iter()
        .filter(|requirement| requirement.guard.when.is_none())
        .collect();
    let removed = |target: &ModelId| always.iter().any(|requirement| requirement.removes(*target));
    if targets.is_empty() || !targets.iter().all(removed) {
        return false;
    }
    let message = format!("guards leave the route `{}` without any target", route.name);
    let diagnostic = Diagnostic::error(Code::NO_TARGET_LEFT, message).at(route.span, "no target is left");
    let involved = always
        .iter()
        .filter(|requirement| targets.iter().any(|target| requirement.removes(*target)));
    let diagnostic = involved.fold(diagnostic, |diagnostic, requirement| {
        let label = format!("`{}` removes targets of it", requirement.guard.name);
        diagnostic.also(requirement.condition.span, label)
    });
    report.push(diagnostic.help("give the route a target that the guards allow, or the guard a `when`"));
    true
}

fn may_be_empty(route: &Route, requirement: &Requirement<'_>) -> Diagnostic {
    let guard = &requirement.guard.name;
    let message = format!(
        "where the guard `{guard}` holds, the route `{}` has no target left",
        route.name
    );
    Diagnostic::warning(Code::MAY_LEAVE_NO_TARGET, message)
        .at(route.span, "no target meets the guard")
        .also(requirement.condition.span, "what it requires")
        .help("give the route a fallback that the guard allows, or see to it that an earlier route takes these requests")
}

/// The conditions of all routes, and of the guards that deny.
struct Whens<'a> {
    routes: Vec<When<'a>>,
    denials: Vec<When<'a>>,
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
        }
    }

    /// Whether a request may match both the guard and the route, as far as it can be read off: their conditions do not
    /// exclude each other, and no earlier route or denial takes all such requests.
    fn meet(&self, policy: &'a Policy, requirement: &Requirement<'a>, route: usize) -> bool {
        let Some(own) = self.routes.get(route) else {
            return true;
        };
        let both = own.and(&When::of(policy, requirement.guard.when.as_ref()));
        let mut before = self
            .routes
            .iter()
            .take(route)
            .rev()
            .take(MAX_ROUTES_BEFORE)
            .chain(&self.denials);
        !both.is_impossible() && !before.any(|other| both.implies(other))
    }
}

/// Reports models that requests can be sent to and that lack an attribute which a guard reads.
fn missing_attributes(policy: &Policy, sound: &Sound, report: &mut Report) {
    let read = attributes_read(policy, sound);
    if read.is_empty() {
        return;
    }
    for id in routed(policy) {
        let Some(model) = policy.model(id).filter(|_| sound.model(policy, id)) else {
            continue;
        };
        for (attribute, (guard, span)) in &read {
            let Some((clause, example)) = lacks(model, *attribute) else {
                continue;
            };
            let message = format!(
                "the model `{}` has no `{clause}`, which the guard `{}` reads",
                model.name, guard.name
            );
            report.push(
                Diagnostic::error(Code::MISSING_ATTRIBUTE, message)
                    .at(model.span, format!("no `{clause}`"))
                    .also(*span, "read here")
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
