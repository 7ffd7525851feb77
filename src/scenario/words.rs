//! Expectations and findings in the words of the policy.

use super::case::Case;
use super::course::{Course, MOST_COURSES, MOST_SEEDS, Unexplored};
use super::walk::Walk;
use crate::cel::quote;
use crate::decide::{ASSUMPTION_STATUS, Outcome, Refusal};
use crate::explain::error_code;
use crate::model::{ExpectationKind, Membership, ModelId, Named, Policy};

/// A name as policies write it: in quotes where it has to be.
pub(super) fn shown_name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        quote(name)
    }
}

/// Words with commas between.
pub(super) fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    words.join(", ")
}

/// The names of models, in brackets.
pub(super) fn list_of(policy: &Policy, models: &[ModelId]) -> String {
    let names = models.iter().map(|model| model_name(policy, *model));
    format!("[{}]", listed(names))
}

/// The name of a model.
pub(super) fn model_name(policy: &Policy, model: ModelId) -> String {
    shown_name(policy.name_of(Named::Model(model)))
}

/// An expectation as a policy writes it.
pub(super) fn expected(policy: &Policy, kind: &ExpectationKind) -> String {
    match kind {
        ExpectationKind::Route(route) => format!("route {}", route_name(policy, Some(*route))),
        ExpectationKind::Target(membership) => match membership {
            Membership::Is(names) => match names.as_slice() {
                [name] => format!("target {}", shown_name(policy.name_of(*name))),
                names => format!("target {}", names_in(policy, names)),
            },
            other => format!("target {}", among(policy, other)),
        },
        ExpectationKind::Fallback(membership) => format!("fallback {}", among(policy, membership)),
        ExpectationKind::Deny(status) => format!("deny {status}"),
        ExpectationKind::Skipped(models) => format!("skipped {}", list_of(policy, models)),
        ExpectationKind::CostAtMost(cost) => format!("cost at most ${cost}"),
    }
}

fn among(policy: &Policy, membership: &Membership) -> String {
    match membership {
        Membership::Is(names) => names_in(policy, names),
        Membership::In(names) => format!("in {}", names_in(policy, names)),
        Membership::NotIn(names) => format!("not in {}", names_in(policy, names)),
    }
}

fn names_in(policy: &Policy, names: &[Named]) -> String {
    let names = names.iter().map(|named| shown_name(policy.name_of(*named)));
    format!("[{}]", listed(names))
}

/// The name of a route; `none` where there is none.
pub(super) fn route_name(policy: &Policy, route: Option<crate::model::RouteId>) -> String {
    match route.and_then(|route| policy.route(route)) {
        Some(route) => shown_name(&route.name),
        None => "none".to_owned(),
    }
}

/// The status of a refusal, as the client sees it.
pub(super) fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::DeniedByGuards { status, .. } | Refusal::DeniedByRoute { status, .. } => *status,
        Refusal::AssumptionBroken { .. } => ASSUMPTION_STATUS,
        Refusal::ModelNotFound => 404,
        Refusal::NoEligibleTarget { .. } => 503,
        Refusal::NoCapableTarget { .. } => 400,
    }
}

/// How a decision ends, in few words.
pub(super) fn outcome(case: &Case<'_>, course: &Course) -> String {
    let policy = case.policy();
    let route = route_name(policy, course.decision.route);
    let refusal = match &course.decision.outcome {
        Outcome::Plan(plan) => return format!("route {route}, targets {}", list_of(policy, &plan.targets)),
        Outcome::Refused(refusal) => refusal,
    };
    let status = status(refusal);
    match refusal {
        Refusal::AssumptionBroken { assumes } => {
            let names = assumes.iter().filter_map(|assume| policy.assume(*assume));
            let names = listed(names.map(|assume| shown_name(&assume.name)));
            format!("deny {status} by assume {names}")
        }
        Refusal::DeniedByGuards { guards, .. } => {
            let names = guards.iter().filter_map(|guard| policy.guard(*guard));
            let names = listed(names.map(|guard| shown_name(&guard.name)));
            format!("deny {status} by guard {names}")
        }
        Refusal::DeniedByRoute { .. } => format!("deny {status} by route {route}"),
        other => format!("deny {status} ({})", error_code(other).unwrap_or_default()),
    }
}

/// How a walk ended without an answer.
pub(super) fn nobody(case: &Case<'_>, walk: &Walk) -> String {
    let Walk::Nobody { failed, class, spent } = walk else {
        return String::new();
    };
    // By their order in the policy, since their order in the walk is a pick's.
    let mut failed = failed.clone();
    failed.sort();
    let failed = list_of(case.policy(), &failed);
    match spent {
        true => format!("no answer: {failed} fail, and the attempts of the request are spent"),
        false => format!(
            "no answer: {failed} fail, and no target is left after a failure of class {}",
            class.name()
        ),
    }
}

/// Why a test's request was not followed everywhere, and what to do: expected and found.
pub(super) fn unexplored(policy: &Policy, why: Unexplored) -> (String, String) {
    match why {
        Unexplored::TooMany => (
            format!("a request that can go at most {MOST_COURSES} ways"),
            "more arms and pool members than that: give the fact that the split draws by".to_owned(),
        ),
        Unexplored::Arm(named) => (
            format!("each arm among the draws of {MOST_SEEDS} seeds"),
            format!(
                "none that draws {}: give the fact that the split draws by",
                shown_name(policy.name_of(named))
            ),
        ),
    }
}
