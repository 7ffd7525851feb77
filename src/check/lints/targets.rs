//! What routes lead to: the models and pools that they name, and attributes that a routed model lacks.

use super::Sound;
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Expression, ExpressionKind, Guard, GuardEffect, Model, ModelId, Named, Policy, Route, RouteAction,
    Routing, Target, TargetAttribute,
};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Reports models that requests can be sent to and that lack an attribute which a guard or assert reads.
pub(in crate::check) fn missing_attributes(policy: &Policy, sound: &Sound, report: &mut Report) {
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
        named.extend(routing.shadow.map(|shadow| Named::Model(shadow.model)));
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

/// What reads an attribute first, and where.
#[derive(Clone, Debug)]
struct Reading {
    /// The guard or assert, as messages name it.
    by: String,
    /// Where it reads the attribute.
    span: Span,
}

/// The attributes that requirements and asserts read and a model may lack, with the first reading.
fn attributes_read(policy: &Policy, sound: &Sound) -> BTreeMap<TargetAttribute, Reading> {
    let mut read = BTreeMap::new();
    let mut note = |condition: &Expression, what: &str, name: &str| {
        condition.walk(&mut |part| {
            if let ExpressionKind::Target(attribute) = part.kind {
                read.entry(attribute).or_insert_with(|| Reading {
                    by: format!("the {what} `{name}`"),
                    span: part.span,
                });
            }
        });
    };
    let guards = policy.guards.iter().zip(&sound.guards);
    for (guard, _) in guards.filter(|(_, sound)| **sound) {
        conditions(guard).for_each(|condition| note(condition, "guard", &guard.name));
    }
    for assert in &policy.asserts {
        note(&assert.that, "assert", &assert.name);
    }
    read
}

fn conditions(guard: &Guard) -> impl Iterator<Item = &Expression> {
    guard.effects.iter().filter_map(|effect| match effect {
        GuardEffect::Require(condition) => Some(condition),
        GuardEffect::Deny(_) | GuardEffect::MaxTokensAtMost(_) | GuardEffect::NoContent => None,
    })
}

/// How a route sends, where it does not deny.
pub(super) fn routing(route: &Route) -> Option<&Routing> {
    match &route.action {
        RouteAction::Send(routing) => Some(routing),
        RouteAction::Deny(_) => None,
    }
}

/// The models and pools that a route's target and fallbacks name.
pub(super) fn written(routing: &Routing) -> impl Iterator<Item = Named> {
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    let first = routing.target.choices().into_iter();
    first.chain(fallbacks).map(|choice| choice.named)
}
