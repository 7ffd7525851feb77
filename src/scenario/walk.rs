//! The walk through a plan while some of its targets fail: which one answers.

use super::case::Case;
use super::course::Course;
use crate::decide::Plan;
use crate::model::{FailureClass, ModelId};

/// How the walk ends.
pub(super) enum Walk {
    /// A target of the plan answers.
    Answers {
        /// Which one.
        target: ModelId,
        /// Those that have failed before.
        failed: Vec<ModelId>,
    },
    /// All targets that are tried fail.
    Nobody {
        /// Those, in their order.
        failed: Vec<ModelId>,
        /// How each of them fails.
        class: FailureClass,
        /// Whether there was one more to try, but no attempt left.
        spent: bool,
    },
}

/// Walks a plan by the rules of fallbacks: a target that fails does so at each of its retries.
pub(super) fn walk(case: &Case<'_>, course: &Course, plan: &Plan) -> Walk {
    let policy = case.policy();
    let class = policy.standing_failure();
    let most = course.decision.route.map_or(0, |route| policy.attempts(route));
    let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
    let mut tried = vec![false; plan.targets.len()];
    let mut failed = Vec::new();
    // Of a hedge either side may be the one that answers or fails first.
    let hedge = plan.hedge.filter(|_| course.lot.hedged);
    let mut next = Some(hedge.map_or(0, |hedge| hedge.second));
    while let Some((at, target)) = next.and_then(|at| Some((at, *plan.targets.get(at)?))) {
        if failed.len() == most {
            let spent = true;
            return Walk::Nobody { failed, class, spent };
        }
        if !case.failing.contains(&target) {
            return Walk::Answers { target, failed };
        }
        failed.push(target);
        if let Some(tried) = tried.get_mut(at) {
            *tried = true;
        }
        next = plan.next(policy, &tried, at, class);
    }
    let spent = false;
    Walk::Nobody { failed, class, spent }
}
