//! Rules that no request reaches, the rules that take theirs, and targets that can take nothing.

use super::agreement::{Case, Tally};
use pointsman::decide::is_eligible;
use pointsman::diagnostic::{Code, Diagnostic};
use pointsman::facts::Facts;
use pointsman::model::{AssumeId, Choice, Guard, GuardEffect, GuardId, Route, RouteAction, RouteId, Routing};
use pointsman::source::Span;

pub(super) fn compare(case: &Case<'_>, tally: &mut Tally) {
    for (id, route) in (0..).map(RouteId).zip(&case.tree.policy().routes) {
        if route.when.is_some() {
            of_route(case, id, route, tally);
        }
        targets(case, id, route, tally);
    }
    for (id, guard) in (0..).map(GuardId).zip(&case.tree.policy().guards) {
        if !denies(guard) {
            of_guard(case, id, guard, tally);
        }
    }
}

pub(super) fn denies(guard: &Guard) -> bool {
    guard
        .effects
        .iter()
        .any(|effect| matches!(effect, GuardEffect::Deny(_)))
}

fn of_route(case: &Case<'_>, id: RouteId, route: &Route, tally: &mut Tally) {
    let is_reached = case.decisions.iter().any(|decision| decision.route == Some(id));
    let matching: Vec<&Facts> = case
        .requests
        .iter()
        .filter(|facts| case.tree.route_matches(id, facts))
        .collect();
    match case.of(Code::UNREACHED_RULE, route.span) {
        Some(told) => {
            tally.remarks += 1;
            case.holds(!is_reached, || format!("{} is reached", route.name));
            covered(case, &matching, told);
        }
        None => case.holds(
            is_reached || matching.is_empty() || case.sketch.is_opaque(),
            || format!("{} is not reached", route.name),
        ),
    }
}

/// The rules that are named take all of these, and none of them could be left out.
fn covered(case: &Case<'_>, matching: &[&Facts], told: &Diagnostic) {
    let takers: Vec<Span> = told.secondary().iter().map(|label| label.span).collect();
    let taken = |facts: &Facts| {
        takers
            .iter()
            .map(|taker| takes(case, *taker, facts))
            .collect::<Vec<bool>>()
    };
    let taken: Vec<Vec<bool>> = matching.iter().map(|facts| taken(facts)).collect();
    case.holds(taken.iter().all(|takers| takers.contains(&true)), || {
        format!("{} is not all", told.message())
    });
    for at in 0..takers.len() {
        let alone = |takers: &Vec<bool>| takers[at] && takers.iter().filter(|takes| **takes).count() == 1;
        case.holds(taken.iter().any(alone) || case.sketch.is_opaque(), || {
            format!("{}: {at} is not needed", told.message())
        });
    }
}

/// Whether the rule at a place keeps a request from going on.
fn takes(case: &Case<'_>, place: Span, facts: &Facts) -> bool {
    let policy = case.tree.policy();
    let assume = policy.assumes.iter().position(|assume| assume.span == place);
    let guard = policy.guards.iter().position(|guard| guard.span == place);
    let route = policy.routes.iter().position(|route| route.span == place);
    match (assume, guard, route) {
        (Some(at), ..) => !case.tree.assume_holds(AssumeId(at as u32), facts),
        (_, Some(at), _) => case.tree.guard_matches(GuardId(at as u32), facts),
        (_, _, Some(at)) => case.tree.route_matches(RouteId(at as u32), facts),
        _ => panic!("a rule stands there\n{}", case.text),
    }
}

fn of_guard(case: &Case<'_>, id: GuardId, guard: &Guard, tally: &mut Tally) {
    let matching = case
        .requests
        .iter()
        .filter(|facts| case.tree.guard_matches(id, facts))
        .collect::<Vec<&Facts>>();
    let applies = case
        .decisions
        .iter()
        .any(|decision| decision.route.is_some() && decision.guards.contains(&id));
    match case.of(Code::UNREACHED_RULE, guard.span) {
        Some(told) => {
            tally.remarks += 1;
            case.holds(!applies, || format!("{} applies", guard.name));
            covered(case, &matching, told);
        }
        None => case.holds(applies || matching.is_empty() || case.sketch.is_opaque(), || {
            format!("{} never applies", guard.name)
        }),
    }
}

/// Targets that can take no request of their route.
fn targets(case: &Case<'_>, id: RouteId, route: &Route, tally: &mut Tally) {
    let RouteAction::Send(routing) = &route.action else {
        return;
    };
    let decided = case.requests.iter().zip(&case.decisions);
    let of_route: Vec<&Facts> = decided
        .filter(|(_, decision)| decision.route == Some(id))
        .map(|(facts, _)| facts)
        .collect();
    for choice in choices(routing) {
        let members = case.tree.policy().members(choice.named);
        let takes = |facts: &&&Facts| members.iter().any(|model| is_eligible(&case.tree, facts, *model));
        let one = of_route.iter().find(takes);
        if case.of(Code::INCAPABLE_TARGET, choice.span).is_some() {
            tally.remarks += 1;
            case.holds(one.is_none(), || format!("{} takes {one:?}", route.name));
        } else {
            let untargeted = case.of(Code::NO_TARGET_LEFT, route.span).is_some();
            let untold = of_route.is_empty() || untargeted || case.sketch.is_opaque();
            case.holds(one.is_some() || untold, || {
                format!("{:?} of {} takes nothing", choice.named, route.name)
            });
        }
    }
}

fn choices(routing: &Routing) -> Vec<&Choice> {
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    routing.target.choices().into_iter().chain(fallbacks).collect()
}
