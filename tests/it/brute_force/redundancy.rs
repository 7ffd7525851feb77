//! Rules whose removal changes nothing.

use super::agreement::{Case, Tally, compiled};
use super::reach::denies;
use super::sketch::Change;
use super::truth::outcomes;
use pointsman::diagnostic::Code;
use pointsman::facts::Facts;
use pointsman::model::{GuardId, RouteId};
use pointsman::tree::Tree;

pub(super) fn compare(case: &Case<'_>, tally: &mut Tally) {
    let policy = case.tree.policy();
    for (at, route) in policy.routes.iter().enumerate() {
        if case.of(Code::REDUNDANT_RULE, route.span).is_some() {
            tally.remarks += 1;
            let change = Change {
                without_route: Some(at),
                drawn_by_request: true,
                ..Change::default()
            };
            changes_nothing(case, &compiled(&case.sketch.text(change)).tree);
        } else {
            let same = !case.sketch.is_opaque() && gets_the_same_behind(case, RouteId(at as u32));
            case.holds(!same, || format!("{} is redundant", route.name));
        }
    }
    for (at, guard) in policy.guards.iter().enumerate() {
        if case.of(Code::REDUNDANT_RULE, guard.span).is_some() {
            tally.remarks += 1;
            let change = Change {
                without_guard: Some(at),
                drawn_by_request: true,
                ..Change::default()
            };
            changes_nothing(case, &compiled(&case.sketch.text(change)).tree);
        } else {
            let same = !case.sketch.is_opaque() && is_covered(case, at);
            case.holds(!same, || format!("{} is redundant", guard.name));
        }
    }
}

/// Whether every request gets the same from a policy with a rule less.
fn changes_nothing(case: &Case<'_>, less: &Tree) {
    for facts in &case.requests {
        let (before, now) = (outcomes(&case.drawn, facts), outcomes(less, facts));
        case.holds(before == now, || {
            format!("the rule matters to {facts:?}: {before:?}, else {now:?}")
        });
    }
}

/// Whether a route that is reached is followed, for each of its requests, by one with the same action.
fn gets_the_same_behind(case: &Case<'_>, id: RouteId) -> bool {
    let routes = &case.sketch.routes;
    let own = &routes[id.0 as usize].action;
    let stable = own.split.as_ref().is_none_or(|(key, _)| key == "request");
    let decided = case.requests.iter().zip(&case.decisions);
    let mut of_route = decided
        .filter(|(_, decision)| decision.route == Some(id))
        .peekable();
    let same = |facts: &Facts| {
        let mut later = (id.0 + 1..routes.len() as u32).map(RouteId);
        let next = later.find(|next| case.tree.route_matches(*next, facts));
        next.is_some_and(|next| routes[next.0 as usize].action == *own)
    };
    routes[id.0 as usize].when.is_some()
        && stable
        && of_route.peek().is_some()
        && of_route.all(|(facts, _)| same(facts))
}

/// Whether another guard with the same effects matches wherever one does, and is the wider or the earlier of the two.
fn is_covered(case: &Case<'_>, at: usize) -> bool {
    let guards = &case.sketch.guards;
    let denies = denies(&case.tree.policy().guards[at]);
    let matches = |guard: usize| -> Vec<bool> {
        let decided = case.requests.iter().zip(&case.decisions);
        let counted = decided.filter(|(_, decision)| denies || decision.route.is_some());
        counted
            .map(|(facts, _)| case.tree.guard_matches(GuardId(guard as u32), facts))
            .collect()
    };
    let own = matches(at);
    (0..guards.len())
        .filter(|other| *other != at && guards[*other].1 == guards[at].1)
        .any(|other| {
            let others = matches(other);
            let covers = own.iter().zip(&others).all(|(own, other)| !own || *other);
            covers && (own != others || other < at)
        })
}
