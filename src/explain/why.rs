//! Reasons in few words: the same in explanations, records and reports.

use crate::decide::{Refusal, SkipReason};
use crate::model::Policy;

/// Why a target left the plan, such as `guard eu-residency`, `lacks tools`, `context 128000 < 140000`.
pub fn why(policy: &Policy, reason: SkipReason) -> String {
    match reason {
        SkipReason::Guard(guard) => {
            let name = policy.guard(guard).map_or("", |guard| guard.name.as_str());
            format!("guard {name}")
        }
        SkipReason::Lacks(capability) => format!("lacks {}", capability.name()),
        SkipReason::Context { window, tokens } => format!("context {window} < {tokens}"),
    }
}

/// The code of a refusal that is no denial, as clients see it; `None` for a denial, which has the policy's own words.
pub fn error_code(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::DeniedByGuards { .. } | Refusal::DeniedByRoute { .. } => None,
        Refusal::ModelNotFound => Some("model_not_found"),
        Refusal::NoEligibleTarget { .. } => Some("no_eligible_target"),
        Refusal::NoCapableTarget { context_only: false } => Some("no_capable_target"),
        Refusal::NoCapableTarget { context_only: true } => Some("context_length_exceeded"),
    }
}
