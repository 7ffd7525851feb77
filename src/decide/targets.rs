//! Step 3: the route's targets, the `target` expression first, then the fallbacks as written; a pool stands for all
//! its members.

use super::tracer::Clause;
use crate::facts::{Builtin, Facts};
use crate::model::{ClassSet, ModelId, Named, Policy, Routing, Target};
use crate::quantity::Share;
use crate::tree::Tree;
use smallvec::SmallVec;

/// The clauses of a route.
pub(super) type Clauses = SmallVec<[ExpandedClause; 3]>;

/// What one clause stands for.
pub(super) type Choices = SmallVec<[ExpandedChoice; 2]>;

/// One clause of a route and what it stands for.
pub(super) struct ExpandedClause {
    /// Which clause.
    pub(super) clause: Clause,
    /// The failures after which its targets may be tried.
    pub(super) on: ClassSet,
    /// Its models and pools as written. The arms of a split, of which one is drawn, are those with a share.
    pub(super) choices: Choices,
}

/// A model or pool and the models that it stands for.
pub(super) struct ExpandedChoice {
    /// The name in the policy.
    pub(super) named: Named,
    /// The models, as written.
    pub(super) members: SmallVec<[ModelId; 4]>,
    /// Its share, where it is the arm of a split.
    pub(super) share: Option<Share>,
}

impl ExpandedChoice {
    fn new(policy: &Policy, named: Named, share: Option<Share>) -> Self {
        ExpandedChoice {
            named,
            members: policy.each_member(named).collect(),
            share,
        }
    }
}

/// The clauses of a route, in written order; `None` where it leads to the model asked for and there is none of that
/// name.
pub(super) fn expand(tree: &Tree, facts: &Facts, routing: &Routing) -> Option<Clauses> {
    let policy = tree.policy();
    let first = ExpandedClause {
        clause: Clause::Target,
        on: first_classes(policy, routing),
        choices: target_choices(tree, facts, &routing.target)?,
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

fn target_choices(tree: &Tree, facts: &Facts, target: &Target) -> Option<Choices> {
    let policy = tree.policy();
    let one = |named| SmallVec::from_iter([ExpandedChoice::new(policy, named, None)]);
    let choices = match target {
        Target::Named(choice) => one(choice.named),
        Target::Requested(_) => one(requested(tree, facts)?),
        Target::Split(split) => split
            .arms
            .iter()
            .filter(|arm| arm.can_be_drawn())
            .map(|arm| ExpandedChoice::new(policy, arm.choice.named, Some(arm.share)))
            .collect(),
        Target::Hedge(hedge) => hedge
            .sides
            .iter()
            .map(|side| ExpandedChoice::new(policy, side.named, None))
            .collect(),
    };
    Some(choices)
}

/// The model or pool that the client asked for.
fn requested(tree: &Tree, facts: &Facts) -> Option<Named> {
    tree.find_named(facts.string(Builtin::Requested.into()))
}

/// Between the members of a target's pool goes what any fallback of the route goes by, else the defaults.
pub(super) fn first_classes(policy: &Policy, routing: &Routing) -> ClassSet {
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
