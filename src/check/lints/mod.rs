//! Findings about the policy as a whole: values that nothing has, guards that leave no target, what clients can claim,
//! what is always the same, and what nothing uses.

mod calendar;
mod claimed;
mod closed_world;
mod comprehension;
mod constant;
mod cost;
mod failure_domain;
mod lookalike;
mod native;
mod partial;
mod split_key;
mod targets;
mod unused;

pub(super) use calendar::time_traps;
pub(super) use claimed::claimed_facts;
pub(super) use closed_world::closed_world;
pub(super) use constant::constant_conditions;
pub(super) use cost::costly_conditions;
pub(super) use failure_domain::one_failure_domain;
pub(super) use lookalike::{deceptive_characters, lookalike_names};
pub(super) use native::native_forms;
pub(super) use split_key::split_keys;
pub(super) use targets::missing_attributes;
pub(super) use unused::{Usage, unused};

use crate::model::{Expression, GuardEffect, ModelId, Policy};

/// Which statements came through without an error, by their index: what is read off a broken one would only repeat its
/// error.
#[derive(Debug, Default)]
pub(super) struct Sound {
    /// Of providers.
    pub(super) providers: Vec<bool>,
    /// Of models.
    pub(super) models: Vec<bool>,
    /// Of pools.
    pub(super) pools: Vec<bool>,
    /// Of guards.
    pub(super) guards: Vec<bool>,
    /// Of routes.
    pub(super) routes: Vec<bool>,
}

impl Sound {
    /// Whether a model and its provider are.
    fn model(&self, policy: &Policy, id: ModelId) -> bool {
        let provider = policy.model(id).map(|model| model.provider.0 as usize);
        at(&self.models, id.0 as usize) && provider.is_some_and(|provider| at(&self.providers, provider))
    }
}

fn at(sound: &[bool], index: usize) -> bool {
    sound.get(index).copied().unwrap_or_default()
}

/// The conditions of all rules, asserts and assumptions and the values of all `let`s, in policy order.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Expression> {
    let lets = policy.lets.iter().map(|binding| &binding.value);
    let guards = policy.guards.iter().flat_map(|guard| {
        let requires = guard.effects.iter().filter_map(|effect| match effect {
            GuardEffect::Require(condition) => Some(condition),
            GuardEffect::Deny(_) | GuardEffect::MaxTokensAtMost(_) | GuardEffect::NoContent => None,
        });
        guard.when.iter().chain(requires)
    });
    let routes = policy.routes.iter().flat_map(|route| &route.when);
    let asserts = policy
        .asserts
        .iter()
        .flat_map(|assert| assert.when.iter().chain([&assert.that]));
    let assumes = policy.assumes.iter().map(|assume| &assume.that);
    lets.chain(guards).chain(routes).chain(asserts).chain(assumes)
}
