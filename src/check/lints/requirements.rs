//! What guards require of targets, told for each guard and model without a request.

use super::partial::Partial;
use super::{Sound, at};
use crate::check::report::Report;
use crate::diagnostic::Code;
use crate::model::{Expression, Guard, GuardEffect, ModelId, Policy, TargetAttribute};
use crate::source::Span;
use std::collections::BTreeMap;

/// Most pairs of guard and model that are looked at; beyond, requests find out.
const MAX_PAIRS: usize = 4_000_000;

/// A guard that requires something.
#[derive(Debug)]
pub(super) struct Requirement<'a> {
    /// The guard.
    pub(super) guard: &'a Guard,
    /// Its `require`.
    pub(super) condition: &'a Expression,
    /// For each model whether the guard removes it whatever the request.
    removes: Vec<bool>,
}

impl Requirement<'_> {
    /// Whether a model never meets it.
    pub(super) fn removes(&self, model: ModelId) -> bool {
        at(&self.removes, model.0 as usize)
    }
}

/// The requirements of all sound guards, in policy order; none where there are too many to look at. One that names a
/// value which nothing has is left out: that is said already.
pub(super) fn requirements<'a>(policy: &'a Policy, sound: &Sound, report: &Report) -> Vec<Requirement<'a>> {
    let lets = Partial::lets(policy);
    let partial = Partial::new(policy);
    let guards = policy.guards.iter().zip(&sound.guards);
    let found: Vec<(&Guard, &Expression)> = guards
        .filter(|(_, sound)| **sound)
        .flat_map(|(guard, _)| conditions(guard).map(move |condition| (guard, condition)))
        .filter(|(_, condition)| !report.has_within(Code::IMPOSSIBLE_VALUE, condition.span))
        .collect();
    if found.len().saturating_mul(policy.models.len()) > MAX_PAIRS {
        return Vec::new();
    }
    let judged = found.into_iter().map(|(guard, condition)| Requirement {
        guard,
        condition,
        removes: policy
            .models
            .iter()
            .map(|model| partial.with(model, &lets).truth(condition) == Some(false))
            .collect(),
    });
    judged.collect()
}

/// What reads an attribute first, and where.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The guard or assert, as messages name it.
    pub(super) by: String,
    /// Where it reads the attribute.
    pub(super) span: Span,
}

/// The attributes that requirements and asserts read and a model may lack, with the first reading.
pub(super) fn attributes_read(policy: &Policy, sound: &Sound) -> BTreeMap<TargetAttribute, Reading> {
    let mut read = BTreeMap::new();
    let mut note = |condition: &Expression, what: &str, name: &str| {
        condition.walk(&mut |part| {
            if let crate::model::ExpressionKind::Target(attribute) = part.kind {
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
        GuardEffect::Deny(_) | GuardEffect::MaxTokensAtMost(_) => None,
    })
}
