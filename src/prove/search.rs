//! Requests that reach a rule: sought by asking for one that the rule's condition lets through, seeing where the tree
//! sends it, and asking again for one that is not taken there.
//!
//! So only those earlier rules come into a proof that matter to it, and every request found has been through the tree.

use super::fate::{self, Fate};
use super::formula::Formula;
use super::patience::Patience;
use super::query::{Answer, Query};
use super::space::Space;
use crate::facts::Facts;
use crate::model::{AssumeId, GuardId, RouteId};
use std::collections::{BTreeMap, BTreeSet};

/// Most demands of a contradiction that are tried to be left out.
const MAX_CORE: usize = 128;

/// Most rules that are kept out of the way of one request.
const MAX_TAKERS: usize = 20_000;

/// A rule that keeps requests from getting further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Taker {
    /// An assumption that they break.
    Assumption(AssumeId),
    /// A guard that denies them.
    Guard(GuardId),
    /// A route that takes them.
    Route(RouteId),
}

/// What came of looking for a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found<T> {
    /// What `accept` made of a request; the tree has been asked.
    Some(T),
    /// There is none: these demands, by their number, and these rules leave none.
    None {
        /// The demands that matter.
        demands: BTreeSet<usize>,
        /// The rules that matter, in the order in which they act.
        takers: Vec<Taker>,
    },
    /// Not told.
    Unknown(Doubt),
}

/// Why something is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// A part that is not looked into may decide it.
    Opaque,
    /// Time was up, or a bound was reached.
    Bounds,
}

/// Where the request shall end up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// At this route.
    Route(RouteId),
    /// Past all assumptions and denials, wherever it goes then.
    Admitted,
    /// At no route.
    Untaken,
}

/// Looks for a request that meets the demands and ends up at the goal. `accept` has the last word on one; what it does
/// not accept is taken to be decided by parts that are not looked into.
pub(super) fn find<T>(
    space: &mut Space<'_>,
    demands: &[Formula],
    goal: Goal,
    patience: &dyn Patience,
    accept: impl FnMut(&Space<'_>, &Facts) -> Option<T>,
) -> Found<T> {
    let mut query = Query::new(space, patience);
    let found = sought(&mut query, demands, goal, accept);
    if matches!(found, Found::Unknown(Doubt::Opaque)) {
        query.space.doubted = query.demanded();
    }
    found
}

fn sought<T>(
    query: &mut Query<'_, '_, '_>,
    demands: &[Formula],
    goal: Goal,
    mut accept: impl FnMut(&Space<'_>, &Facts) -> Option<T>,
) -> Found<T> {
    for demand in demands {
        query.demand(*demand);
    }
    if let Goal::Route(route) = goal {
        let formula = query.space.route(route);
        query.demand(formula);
    }
    let first = demands.len() + usize::from(matches!(goal, Goal::Route(_)));
    // Each rule that is kept out, by the number of its demand.
    let mut takers: BTreeMap<usize, Taker> = BTreeMap::new();
    let mut taken: BTreeSet<Taker> = BTreeSet::new();
    loop {
        let facts = match query.answer() {
            Answer::Request(facts) => query.settled(facts),
            Answer::Unknown => return Found::Unknown(Doubt::Bounds),
            Answer::Contradiction(core) => {
                let core = smaller(query, core, first);
                let mut acting: Vec<Taker> = core.iter().filter_map(|at| takers.get(at).copied()).collect();
                acting.sort_unstable();
                return Found::None {
                    demands: core.into_iter().filter(|at| *at < demands.len()).collect(),
                    takers: acting,
                };
            }
        };
        let fate = fate::of(query.space.tree, &facts);
        let taker = match (goal, fate) {
            (_, Fate::Assumption(id)) => Taker::Assumption(id),
            (_, Fate::Denied(id)) => Taker::Guard(id),
            (Goal::Admitted, Fate::Taken(_) | Fate::Untaken) | (Goal::Untaken, Fate::Untaken) => {
                return accept(query.space, &facts).map_or(Found::Unknown(Doubt::Opaque), Found::Some);
            }
            (Goal::Route(route), Fate::Taken(id)) if route == id => {
                return accept(query.space, &facts).map_or(Found::Unknown(Doubt::Opaque), Found::Some);
            }
            (Goal::Route(route), Fate::Taken(id)) if id > route => return Found::Unknown(Doubt::Opaque),
            (Goal::Route(_), Fate::Untaken) => return Found::Unknown(Doubt::Opaque),
            (_, Fate::Taken(id)) => Taker::Route(id),
        };
        if !taken.insert(taker) {
            return Found::Unknown(Doubt::Opaque);
        }
        if taken.len() > MAX_TAKERS {
            return Found::Unknown(Doubt::Bounds);
        }
        let number = exclude(query, taker);
        takers.insert(number, taker);
    }
}

/// Demands that a rule does not take the request; the demand's number.
fn exclude(query: &mut Query<'_, '_, '_>, taker: Taker) -> usize {
    match taker {
        Taker::Assumption(id) => {
            let holds = query.space.assume(id);
            query.demand(holds)
        }
        Taker::Guard(id) => {
            let matches = query.space.guard(id);
            query.forbid(matches)
        }
        Taker::Route(id) => {
            let matches = query.space.route(id);
            query.forbid(matches)
        }
    }
}

/// A contradiction from which nothing can be left out; as it is where that cannot be told. Of the demands from `takers` on
/// as few are kept as may be: the others are left out after them.
fn smaller(query: &mut Query<'_, '_, '_>, core: Vec<usize>, takers: usize) -> Vec<usize> {
    if core.len() > MAX_CORE {
        return core;
    }
    let acting = core.into_iter().filter(|at| *at >= takers);
    let mut core: Vec<usize> = (0..takers).chain(acting).collect();
    let mut at = core.len();
    while at > takers {
        at -= 1;
        let mut less = core.clone();
        less.remove(at);
        if let Answer::Contradiction(smaller) = query.answer_of(&less) {
            let acting = smaller.into_iter().filter(|at| *at >= takers);
            core = (0..takers).chain(acting).collect();
            at = at.min(core.len());
        }
    }
    let mut at = takers;
    while at > 0 {
        at -= 1;
        let mut less = core.clone();
        less.remove(at);
        if let Answer::Contradiction(smaller) = query.answer_of(&less) {
            let known = smaller.iter().filter(|at| **at < takers).count();
            core = smaller;
            at = at.min(known);
        }
    }
    core
}
