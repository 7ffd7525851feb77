//! Routes that no request reaches, and the rules that take what they would take.

use super::super::fate;
use super::super::formula::Formula;
use super::super::patience::Patience;
use super::super::search::{Found, Goal, Taker, find};
use super::super::space::{Space, routes};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Facts;
use crate::model::RouteId;
use crate::source::Span;

/// Most earlier rules that are tried one by one for the smallest set that takes all.
const MAX_SINGLES: usize = 512;

/// Most rules that are named in one message.
const MAX_NAMES: usize = 8;

/// How a route is reached.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Reach {
    /// By this request, among others.
    By(Box<Facts>),
    /// Not at all.
    Never,
    /// Not told.
    Unknown,
}

/// How each route is reached, in policy order, and what is to be said of those that are not. Every reached route has a
/// request that the tree sends there.
pub(in super::super) fn routes_reached(
    space: &mut Space<'_>,
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) -> Vec<Reach> {
    let all: Vec<RouteId> = routes(space.policy).collect();
    let mut reached = Vec::with_capacity(all.len());
    for route in all {
        let outcome = find(space, &[], Goal::Route(route), patience, |_, facts| {
            Some(facts.clone())
        });
        reached.push(match outcome {
            Found::Some(facts) => Reach::By(Box::new(facts)),
            Found::Unknown(_) => Reach::Unknown,
            Found::None { takers, .. } => {
                found.extend(unreached(space, route, takers, patience));
                Reach::Never
            }
        });
    }
    reached
}

/// What is said of a route that no request reaches; nothing where its condition alone is the reason, which is said of
/// the condition.
fn unreached(
    space: &mut Space<'_>,
    route: RouteId,
    takers: Vec<Taker>,
    patience: &dyn Patience,
) -> Option<Diagnostic> {
    if takers.is_empty() {
        return None;
    }
    // A last route without `when` must be there, whatever reaches it.
    let found = space.policy.route(route).filter(|route| route.when.is_some())?;
    let takers = smallest(space, route, takers, patience);
    let several = takers.len() > 1;
    let message = format!(
        "no request reaches the route `{}`, behind {}",
        found.name,
        named(space, &takers)
    );
    let refused = takers.iter().all(|taker| !matches!(taker, Taker::Route(_)));
    let before = if refused { "refused" } else { "taken" };
    let together = if several {
        ", by several rules together"
    } else {
        ""
    };
    let label = format!("what it would take is {before} before{together}");
    let mut diagnostic = Diagnostic::warning(Code::UNREACHED_RULE, message).at(found.span, label);
    for taker in &takers {
        if let Some((span, text)) = described(space, *taker, several) {
            diagnostic = diagnostic.also(span, text);
        }
    }
    Some(diagnostic.help(if refused {
        "leave it out, or let its requests in"
    } else {
        "move it up, or leave it out"
    }))
}

/// The names of rules in one line; of many the first few.
fn named(space: &Space<'_>, takers: &[Taker]) -> String {
    let policy = space.policy;
    let name = |taker: &Taker| match taker {
        Taker::Assumption(id) => policy.assume(*id).map(|assume| assume.name.as_str()),
        Taker::Guard(id) => policy.guard(*id).map(|guard| guard.name.as_str()),
        Taker::Route(id) => policy.route(*id).map(|route| route.name.as_str()),
    };
    let mut names: Vec<String> = takers
        .iter()
        .take(MAX_NAMES)
        .filter_map(name)
        .map(|name| format!("`{name}`"))
        .collect();
    if takers.len() > MAX_NAMES {
        names.push(format!("{} others", takers.len() - MAX_NAMES));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn described(space: &Space<'_>, taker: Taker, several: bool) -> Option<(Span, String)> {
    let share = if several { "a part of it" } else { "all of it" };
    let policy = space.policy;
    Some(match taker {
        Taker::Assumption(id) => {
            let assume = policy.assume(id)?;
            (
                assume.span,
                format!("the assumption `{}` excludes {share}", assume.name),
            )
        }
        Taker::Guard(id) => {
            let guard = policy.guard(id)?;
            (guard.span, format!("the guard `{}` denies {share}", guard.name))
        }
        Taker::Route(id) => {
            let route = policy.route(id)?;
            (route.span, format!("the route `{}` takes {share}", route.name))
        }
    })
}

/// The smallest set of rules found that leaves nothing for a route: one earlier rule that takes all, where there is
/// one, else the rules of the proof, of which none can be left out.
fn smallest(
    space: &mut Space<'_>,
    route: RouteId,
    takers: Vec<Taker>,
    patience: &dyn Patience,
) -> Vec<Taker> {
    if takers.len() < 2 {
        return takers;
    }
    let own = space.route(route);
    let example = match find_alone(space, own, patience) {
        Some(facts) => facts,
        None => return takers,
    };
    let earlier: Vec<RouteId> = routes(space.policy).take(route.0 as usize).collect();
    let mut tried = 0;
    for earlier in earlier {
        if !space.tree.route_matches(earlier, &example) || tried >= MAX_SINGLES {
            continue;
        }
        tried += 1;
        let other = space.route(earlier);
        let not = space.formulas.not(other);
        let left = space.formulas.and([own, not]);
        let nothing = find(space, &[left], Goal::Admitted, patience, |_, _| Some(()));
        if matches!(nothing, Found::None { ref takers, .. } if takers.is_empty()) {
            return vec![Taker::Route(earlier)];
        }
    }
    takers
}

/// A request that a condition lets through, wherever it goes.
fn find_alone(space: &mut Space<'_>, condition: Formula, patience: &dyn Patience) -> Option<Facts> {
    let mut query = super::super::query::Query::new(space, patience);
    query.demand(condition);
    match query.answer() {
        super::super::query::Answer::Request(facts) => Some(*facts),
        _ => None,
    }
}

/// Where a request would go without one route.
pub(in super::super) fn without(space: &Space<'_>, facts: &Facts, route: RouteId) -> fate::Fate {
    fate::without(space.tree, facts, Some(route))
}
