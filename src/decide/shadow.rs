//! Behind the plan: the copy of a request that goes to another model, under the same guards.

use super::decision::{Decision, Outcome, SkipReason, Skipped};
use super::draw::shadow_draw;
use super::eligibility::{Needs, guard_against};
use super::guards::Reading;
use super::tracer::{ShadowTrace, Tracer};
use crate::facts::Facts;
use crate::model::{Route, Routing, Shadow};
use crate::tree::Tree;

/// Adds the route's shadow to a plan, where one is drawn for the request and may be sent: guards that match and the request
/// itself rule it out as they do a target. One that is drawn and ruled out is among the skipped.
pub(super) fn add<T: Tracer>(
    (tree, facts, seed): (&Tree, &Facts, u64),
    (route, routing): (&Route, &Routing),
    guards: &Reading,
    decision: &mut Decision,
    tracer: &mut T,
) {
    let (Some(shadow), Outcome::Plan(plan)) = (&routing.shadow, &mut decision.outcome) else {
        return;
    };
    let draw = shadow_draw(seed, &route.name);
    let is_drawn = draws(shadow, draw);
    if !is_drawn && !T::READS_EVERY_RULE {
        return;
    }
    let reason = guard_against(tree, facts, &guards.requiring, shadow.model, tracer)
        .or_else(|| Needs::of(facts).beyond_model(tree.policy(), shadow.model));
    tracer.shadow(|| ShadowTrace {
        target: shadow.model,
        share: shadow.share,
        draw,
        is_drawn,
        skipped: reason,
    });
    match reason {
        _ if !is_drawn => {}
        None => plan.shadow = Some(shadow.model),
        Some(reason) => skip(decision, shadow, reason),
    }
}

fn skip(decision: &mut Decision, shadow: &Shadow, reason: SkipReason) {
    let target = shadow.model;
    if !decision.skipped.iter().any(|skipped| skipped.target == target) {
        decision.skipped.push(Skipped { target, reason });
    }
}

fn draws(shadow: &Shadow, draw: u64) -> bool {
    draw < u64::from(shadow.share.basis_points())
}

/// The least seed with which a copy is drawn for a request of this route; of the seeds from 0, at most `most` are tried.
pub fn seed_of_shadow(route: &Route, shadow: &Shadow, most: u64) -> Option<u64> {
    (0..most).find(|seed| draws(shadow, shadow_draw(*seed, &route.name)))
}
