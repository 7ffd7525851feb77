//! Reasons in few words: the same in explanations, records and reports.

use crate::decide::{Refusal, SkipReason};
use crate::model::{AssumeId, ClassSet, Obstacle, Policy};

/// Why a target left the plan, such as `guard eu-residency`, `lacks tools`, `context 128000 < 140000`.
pub fn why(policy: &Policy, reason: SkipReason) -> String {
    match reason {
        SkipReason::Guard(guard) => {
            let name = policy.guard(guard).map_or("", |guard| guard.name.as_str());
            format!("guard {name}")
        }
        SkipReason::Lacks(capability) => format!("lacks {}", capability.name()),
        SkipReason::Context { window, tokens } => format!("context {window} < {tokens}"),
        SkipReason::Protocol(Obstacle::Api) => "protocol without this api".to_owned(),
        SkipReason::Protocol(Obstacle::Demand(demand)) => {
            format!("protocol cannot express {}", demand.name())
        }
        SkipReason::OtherVectors => "other vectors".to_owned(),
    }
}

/// The code of a refusal that no rule of the policy speaks, as clients see it; `None` for a denial and a broken
/// assumption.
pub fn error_code(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::AssumptionBroken { .. } | Refusal::DeniedByGuards { .. } | Refusal::DeniedByRoute { .. } => {
            None
        }
        Refusal::ModelNotFound => Some("model_not_found"),
        Refusal::NoEligibleTarget { .. } => Some("no_eligible_target"),
        Refusal::NoCapableTarget { context_only: false } => Some("no_capable_target"),
        Refusal::NoCapableTarget { context_only: true } => Some("context_length_exceeded"),
    }
}

/// What a client is told whose request breaks assumptions.
pub fn broken_assumptions(policy: &Policy, assumes: &[AssumeId]) -> String {
    let names: Vec<String> = assumes
        .iter()
        .filter_map(|assume| Some(format!("`{}`", policy.assume(*assume)?.name)))
        .collect();
    let noun = if names.len() == 1 {
        "assumption"
    } else {
        "assumptions"
    };
    format!("the request breaks the policy's {noun} {}", names.join(", "))
}

/// The names of failure classes as a policy would list them: `timeout` where all four timeouts are among them.
pub fn class_names(classes: ClassSet) -> Vec<&'static str> {
    const TIMEOUT: &str = "timeout";
    let timeouts = ClassSet::from_name(TIMEOUT);
    let all = timeouts.iter().all(|class| classes.contains(class));
    let mut names = Vec::new();
    for class in classes.iter() {
        let name = match all && timeouts.contains(class) {
            true => TIMEOUT,
            false => class.name(),
        };
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    names
}
