//! Step 3: the route's targets, the `target` expression first, then the fallbacks as written; a pool stands for all
//! its members.

use super::tracer::Clause;
use crate::facts::{Builtin, Facts};
use crate::model::{ClassSet, ModelId, Named, Policy, Routing, Target};
use crate::quantity::Share;

/// One clause of a route and what it stands for.
pub(super) struct ExpandedClause {
    /// Which clause.
    pub(super) clause: Clause,
    /// The failures after which its targets may be tried.
    pub(super) on: ClassSet,
    /// Its models and pools as written. The arms of a split, of which one is drawn, are those with a share.
    pub(super) choices: Vec<ExpandedChoice>,
}

/// A model or pool and the models that it stands for.
pub(super) struct ExpandedChoice {
    /// The name in the policy.
    pub(super) named: Named,
    /// The models, as written.
    pub(super) members: Vec<ModelId>,
    /// Its share, where it is the arm of a split.
    pub(super) share: Option<Share>,
}

impl ExpandedChoice {
    fn new(policy: &Policy, named: Named, share: Option<Share>) -> Self {
        ExpandedChoice {
            named,
            members: policy.members(named),
            share,
        }
    }

    /// An arm without a share is never drawn, and its targets are none of the route's.
    fn can_be_drawn(&self) -> bool {
        self.share.is_none_or(|share| share != Share::default())
    }
}

/// The clauses of a route, in written order; `None` where it leads to the model asked for and there is none of that
/// name.
pub(super) fn expand(policy: &Policy, facts: &Facts, routing: &Routing) -> Option<Vec<ExpandedClause>> {
    let first = ExpandedClause {
        clause: Clause::Target,
        on: first_classes(policy, routing),
        choices: target_choices(policy, facts, &routing.target)?,
    };
    let fallbacks = routing
        .fallbacks
        .iter()
        .enumerate()
        .map(|(index, fallback)| ExpandedClause {
            clause: Clause::Fallback(index),
            on: fallback.on.unwrap_or(policy.defaults.fallback_on),
            choices: fallback
                .choices
                .iter()
                .map(|choice| ExpandedChoice::new(policy, choice.named, None))
                .collect(),
        });
    Some(std::iter::once(first).chain(fallbacks).collect())
}

fn target_choices(policy: &Policy, facts: &Facts, target: &Target) -> Option<Vec<ExpandedChoice>> {
    let choices = match target {
        Target::Named(choice) => vec![ExpandedChoice::new(policy, choice.named, None)],
        Target::Requested(_) => vec![ExpandedChoice::new(policy, requested(policy, facts)?, None)],
        Target::Split(split) => split
            .arms
            .iter()
            .map(|arm| ExpandedChoice::new(policy, arm.choice.named, Some(arm.share)))
            .filter(ExpandedChoice::can_be_drawn)
            .collect(),
    };
    Some(choices)
}

/// The model or pool that the client asked for.
fn requested(policy: &Policy, facts: &Facts) -> Option<Named> {
    policy.find_named(facts.string(Builtin::Requested.into()))
}

/// Between the members of a target's pool goes what any fallback of the route goes by, else the defaults.
fn first_classes(policy: &Policy, routing: &Routing) -> ClassSet {
    let defaults = policy.defaults.fallback_on;
    if routing.fallbacks.is_empty() {
        return defaults;
    }
    routing
        .fallbacks
        .iter()
        .map(|fallback| fallback.on.unwrap_or(defaults))
        .fold(ClassSet::EMPTY, ClassSet::union)
}
