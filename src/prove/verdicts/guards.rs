//! Guards that never apply: every request that they match is denied, or breaks an assumption, before anything is done
//! with it.

use super::super::patience::Patience;
use super::super::search::{Found, Goal, Taker, find};
use super::super::space::{Space, denies, guards};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::GuardId;

/// Says which guards never apply. Those whose condition alone is the reason are left out: that is said of the
/// condition.
pub(in super::super) fn never_applying(
    space: &mut Space<'_>,
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    let policy = space.policy;
    let all: Vec<GuardId> = guards(policy)
        .filter(|(_, guard)| !denies(guard))
        .map(|(id, _)| id)
        .collect();
    for id in all {
        if patience.is_over() {
            return;
        }
        let when = space.guard(id);
        let outcome = find(space, &[when], Goal::Admitted, patience, |_, _| Some(()));
        let (Found::None { takers, .. }, Some(guard)) = (outcome, policy.guard(id)) else {
            continue;
        };
        if takers.is_empty() {
            continue;
        }
        let message = format!("the guard `{}` never applies", guard.name);
        let mut diagnostic = Diagnostic::warning(Code::UNREACHED_RULE, message)
            .at(guard.span, "all requests that it matches are refused");
        let share = if takers.len() > 1 {
            "a part of them"
        } else {
            "all of them"
        };
        for taker in takers {
            let also = match taker {
                Taker::Assumption(id) => policy.assume(id).map(|assume| {
                    (
                        assume.span,
                        format!("the assumption `{}` excludes {share}", assume.name),
                    )
                }),
                Taker::Guard(id) => policy
                    .guard(id)
                    .map(|guard| (guard.span, format!("the guard `{}` denies {share}", guard.name))),
                Taker::Route(_) => None,
            };
            if let Some((span, text)) = also {
                diagnostic = diagnostic.also(span, text);
            }
        }
        found.push(diagnostic.help("leave it out, or write what was meant"));
    }
}
