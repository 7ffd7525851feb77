//! Rules whose removal changes nothing: routes of which every request would get the same from the rules behind it, and
//! guards whose every request another guard treats alike.
//!
//! The route's name is not counted: answers would name another route, and do the same.

use super::super::fate::Fate;
use super::super::formula::Formula;
use super::super::patience::Patience;
use super::super::query::{Answer, Query};
use super::super::search::{Found, Goal, find};
use super::super::space::{Space, guards, routes};
use super::reach::{Reach, without};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Facts;
use crate::model::{
    Choice, Denial, Fallback, Guard, GuardEffect, GuardId, Hedge, ModelId, Named, Policy, Route, RouteAction,
    RouteId, Routing, Split, SplitKey, Target,
};
use crate::quantity::Share;
use crate::tree::text_of;
use std::collections::BTreeSet;

/// Most routes behind one that are asked whether they do the same.
const MAX_LATER: usize = 64;

/// Most questions about routes that stand between a route and those that do the same, in one policy.
const MAX_ASKED: usize = 50_000;

/// Says which routes are redundant.
pub(in super::super) fn redundant_routes(
    space: &mut Space<'_>,
    reached: &[Reach],
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    let policy = space.policy;
    let mut asked = 0;
    for (route, reach) in routes(policy).zip(reached) {
        let (Some(own), Reach::By(example)) = (policy.route(route), reach) else {
            continue;
        };
        if own.when.is_none() || patience.is_over() || !same_behind(space, route, own, example) {
            continue;
        }
        if let Some(takers) = always_same(space, route, own, patience, &mut asked) {
            found.push(diagnostic(space, own, &takers));
        }
    }
}

/// Whether a request would get the same without the route.
fn same_behind(space: &Space<'_>, route: RouteId, own: &Route, facts: &Facts) -> bool {
    match without(space, facts, route) {
        Fate::Taken(other) => space
            .policy
            .route(other)
            .is_some_and(|other| same_action(&own.action, &other.action)),
        _ => false,
    }
}

/// The routes that would take the route's requests and do the same with all of them: together they take all, and no
/// route that does otherwise takes one before them.
fn always_same(
    space: &mut Space<'_>,
    route: RouteId,
    own: &Route,
    patience: &dyn Patience,
    asked: &mut usize,
) -> Option<BTreeSet<RouteId>> {
    let takers = same_takers(space, route, own, patience)?;
    let last = takers.last().copied()?;
    let others = ((route.0 + 1)..last.0)
        .map(RouteId)
        .filter(|id| !takers.contains(id));
    for other in others {
        let differs = space
            .policy
            .route(other)
            .is_some_and(|other| !same_action(&own.action, &other.action));
        if !differs {
            continue;
        }
        *asked += 1;
        if *asked > MAX_ASKED {
            return None;
        }
        let mut demands = vec![space.route(other)];
        for earlier in takers.range(..other) {
            let taken = space.route(*earlier);
            demands.push(space.formulas.not(taken));
        }
        match find(space, &demands, Goal::Route(route), patience, |_, _| Some(())) {
            Found::None { .. } => {}
            Found::Some(()) | Found::Unknown(_) => return None,
        }
    }
    Some(takers)
}

/// Routes behind one that do the same and together take all of its requests.
fn same_takers(
    space: &mut Space<'_>,
    route: RouteId,
    own: &Route,
    patience: &dyn Patience,
) -> Option<BTreeSet<RouteId>> {
    let mut takers: BTreeSet<RouteId> = BTreeSet::new();
    let mut demands = Vec::new();
    for _ in 0..MAX_LATER {
        let outcome = find(
            space,
            &demands,
            Goal::Route(route),
            patience,
            |space, facts| match without(space, facts, route) {
                Fate::Taken(other) => Some(other),
                _ => None,
            },
        );
        match outcome {
            Found::None { .. } => return Some(takers).filter(|takers| !takers.is_empty()),
            Found::Unknown(_) => return None,
            Found::Some(other) => {
                let action = &space.policy.route(other)?.action;
                if !same_action(&own.action, action) || !takers.insert(other) {
                    return None;
                }
                let taken = space.route(other);
                demands.push(space.formulas.not(taken));
            }
        }
    }
    None
}

fn diagnostic(space: &Space<'_>, own: &Route, takers: &BTreeSet<RouteId>) -> Diagnostic {
    let message = format!(
        "without the route `{}`, every request would get the same",
        own.name
    );
    let mut diagnostic = Diagnostic::warning(Code::REDUNDANT_RULE, message).at(own.span, "changes nothing");
    for other in takers.iter().filter_map(|id| space.policy.route(*id)) {
        diagnostic = diagnostic.also(
            other.span,
            format!("the route `{}` does the same with them", other.name),
        );
    }
    diagnostic.help("leave it out, or write what it should do otherwise")
}

/// Whether two actions do the same with every request, their places in the text aside.
fn same_action(left: &RouteAction, right: &RouteAction) -> bool {
    match (left, right) {
        (RouteAction::Deny(left), RouteAction::Deny(right)) => left == right,
        (RouteAction::Send(left), RouteAction::Send(right)) => same_routing(left, right),
        _ => false,
    }
}

fn same_routing(left: &Routing, right: &Routing) -> bool {
    let named = |choices: &[Choice]| choices.iter().map(|choice| choice.named).collect::<Vec<Named>>();
    let same_fallback = |left: &Fallback, right: &Fallback| {
        left.on == right.on && named(&left.choices) == named(&right.choices)
    };
    same_target(&left.target, &right.target)
        && left.fallbacks.len() == right.fallbacks.len()
        && left
            .fallbacks
            .iter()
            .zip(&right.fallbacks)
            .all(|(left, right)| same_fallback(left, right))
        && left.retry == right.retry
        && left.timeouts == right.timeouts
        && left.commit == right.commit
        && left.attempts == right.attempts
        && left.content == right.content
        && copied(left) == copied(right)
}

/// Where copies go, and how many.
fn copied(routing: &Routing) -> Option<(ModelId, Share)> {
    routing.shadow.map(|shadow| (shadow.model, shadow.share))
}

/// Splits are drawn by their route's name, so that no two of them do the same, but for those that are drawn anew each
/// time.
fn same_target(left: &Target, right: &Target) -> bool {
    match (left, right) {
        (Target::Named(left), Target::Named(right)) => left.named == right.named,
        (Target::Requested(_), Target::Requested(_)) => true,
        (Target::Split(left), Target::Split(right)) => {
            let arms = |split: &Split| {
                split
                    .arms
                    .iter()
                    .map(|arm| (arm.choice.named, arm.share))
                    .collect::<Vec<_>>()
            };
            left.by == SplitKey::Request && right.by == SplitKey::Request && arms(left) == arms(right)
        }
        (Target::Hedge(left), Target::Hedge(right)) => {
            let sides = |hedge: &Hedge| hedge.sides.map(|side| side.named);
            sides(left) == sides(right) && left.after == right.after
        }
        _ => false,
    }
}

/// Says which guards are redundant: another guard that matches wherever this one does has the same effects.
pub(in super::super) fn redundant_guards(
    space: &mut Space<'_>,
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    let policy = space.policy;
    let all: Vec<(GuardId, &Guard)> = guards(policy).collect();
    for (id, guard) in &all {
        let same = all
            .iter()
            .filter(|(other, candidate)| other != id && covers(policy, &candidate.effects, &guard.effects));
        for (other, candidate) in same {
            if patience.is_over() {
                return;
            }
            // Of two that do the same to the same requests the later one is redundant.
            let (own, others) = (space.guard(*id), space.guard(*other));
            if own == others && id < other {
                continue;
            }
            let not = space.formulas.not(others);
            let outcome = find(space, &[own, not], Goal::Admitted, patience, |_, _| Some(()));
            let wider = matches!(outcome, Found::None { .. }) && !denies(guard);
            if wider || denies(guard) && contradicts(space, own, not, patience) {
                let message = format!(
                    "without the guard `{}`, every request would get the same",
                    guard.name
                );
                found.push(
                    Diagnostic::warning(Code::REDUNDANT_RULE, message)
                        .at(guard.span, "changes nothing")
                        .also(
                            candidate.span,
                            format!(
                                "the guard `{}` does the same to all of its requests",
                                candidate.name
                            ),
                        )
                        .help("leave it out, or write what it should do otherwise"),
                );
                break;
            }
        }
    }
}

fn denies(guard: &Guard) -> bool {
    guard
        .effects
        .iter()
        .any(|effect| matches!(effect, GuardEffect::Deny(_)))
}

/// Whether two formulas exclude each other whatever rules there are.
fn contradicts(space: &mut Space<'_>, left: Formula, right: Formula, patience: &dyn Patience) -> bool {
    let mut query = Query::new(space, patience);
    query.demand(left);
    query.demand(right);
    matches!(query.answer(), Answer::Contradiction(_))
}

/// Whether the first effects have all of the second, their places in the text aside.
fn covers(policy: &Policy, wide: &[GuardEffect], narrow: &[GuardEffect]) -> bool {
    let same = |left: &GuardEffect, right: &GuardEffect| match (left, right) {
        (GuardEffect::Deny(Denial { status, message }), GuardEffect::Deny(other)) => {
            *status == other.status && *message == other.message
        }
        (GuardEffect::MaxTokensAtMost(left), GuardEffect::MaxTokensAtMost(right)) => left <= right,
        (GuardEffect::Require(left), GuardEffect::Require(right)) => {
            text_of(left, policy) == text_of(right, policy)
        }
        (GuardEffect::NoContent, GuardEffect::NoContent) => true,
        _ => false,
    };
    narrow
        .iter()
        .all(|effect| wide.iter().any(|other| same(other, effect)))
}
