//! Where a request ends up, by the tree that will run.

use super::space::{denies, guards, routes};
use crate::facts::Facts;
use crate::model::{AssumeId, GuardId, RouteId};
use crate::tree::Tree;

/// What ends the way of a request through the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// It breaks an assumption.
    Assumption(AssumeId),
    /// A guard denies it.
    Denied(GuardId),
    /// A route takes it.
    Taken(RouteId),
    /// Nothing takes it.
    Untaken,
}

/// Where a request ends up: the first assumption that it breaks, the first guard that denies it, or the first route
/// that takes it.
pub(super) fn of(tree: &Tree, facts: &Facts) -> Fate {
    without(tree, facts, None)
}

/// As [`of`], were there not this route.
pub(super) fn without(tree: &Tree, facts: &Facts, missing: Option<RouteId>) -> Fate {
    let policy = tree.policy();
    let assumes = (0u32..).map(AssumeId).zip(&policy.assumes);
    let broken = assumes
        .map(|(id, _)| id)
        .find(|id| !tree.assume_holds(*id, facts));
    if let Some(broken) = broken {
        return Fate::Assumption(broken);
    }
    let mut denying = guards(policy).filter(|(_, guard)| denies(guard));
    if let Some((guard, _)) = denying.find(|(id, _)| tree.guard_matches(*id, facts)) {
        return Fate::Denied(guard);
    }
    let mut taking = routes(policy).filter(|id| Some(*id) != missing);
    match taking.find(|id| tree.route_matches(*id, facts)) {
        Some(route) => Fate::Taken(route),
        None => Fate::Untaken,
    }
}
