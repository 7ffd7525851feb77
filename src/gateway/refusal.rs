//! A refused decision as the client is told of it.

use super::problem::Problem;
use crate::decide::{Refusal, SkipReason, Skipped, near_names};
use crate::explain::{broken_assumptions, why};
use crate::facts::{Builtin, Facts};
use crate::model::{GuardId, Obstacle};
use crate::tree::Tree;
use crate::wire::endpoint::Endpoint;
use crate::wire::translate::asking_field;

/// The error for a refused request; `skipped` are the targets that left its plan.
pub(super) fn problem(tree: &Tree, facts: &Facts, refusal: &Refusal, skipped: &[Skipped]) -> Problem {
    match refusal {
        Refusal::AssumptionBroken { assumes } => {
            Problem::assumption_broken(broken_assumptions(tree.policy(), assumes))
        }
        Refusal::DeniedByGuards { status, message, .. } | Refusal::DeniedByRoute { status, message } => {
            Problem::denied(*status, message.clone())
        }
        Refusal::ModelNotFound => Problem::model_not_found(unknown_model(tree, facts)),
        Refusal::NoEligibleTarget { guards } => Problem::no_eligible_target(format!(
            "no target is left for this request: {}",
            removed_by(tree, guards)
        )),
        Refusal::NoCapableTarget { context_only: true } => Problem::no_capable_target(
            format!(
                "the request has about {} tokens, more than the context of every model that it may use",
                facts.int(Builtin::Tokens.into())
            ),
            true,
        ),
        Refusal::NoCapableTarget { context_only: false } => Problem::no_capable_target(
            format!(
                "no model that this request may use can take what it asks for{}",
                lacking(tree, skipped)
            ),
            false,
        ),
    }
}

/// The problem, with the field of the request's body that asks for what a protocol cannot express, where one does.
pub(super) fn with_field(problem: Problem, skipped: &[Skipped], endpoint: Endpoint, body: &[u8]) -> Problem {
    let field = skipped.iter().find_map(|skip| match skip.reason {
        SkipReason::Protocol(Obstacle::Demand(demand)) => asking_field(endpoint, body, demand),
        _ => None,
    });
    match field {
        Some(field) => problem.adding(format!(" (`{field}`)")).about(field),
        None => problem,
    }
}

/// Why targets left the plan, each reason once. Names of targets are the policy's own affair.
fn lacking(tree: &Tree, skipped: &[Skipped]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for skip in skipped {
        let reason = why(tree.policy(), skip.reason);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    match reasons.as_slice() {
        [] => String::new(),
        reasons => format!(": {}", reasons.join(", ")),
    }
}

fn unknown_model(tree: &Tree, facts: &Facts) -> String {
    let asked = facts.string(Builtin::Model.into());
    let near = near_names(tree, facts, asked);
    let suggestion = match near.as_slice() {
        [] => String::new(),
        names => format!("; did you mean {}?", listed(names.iter().map(String::as_str))),
    };
    format!("the model `{asked}` does not exist or you do not have access to it{suggestion}")
}

fn removed_by(tree: &Tree, guards: &[GuardId]) -> String {
    let names = guards
        .iter()
        .filter_map(|guard| tree.policy().guard(*guard))
        .map(|guard| guard.name.as_str());
    let verb = if guards.len() == 1 { "guard" } else { "guards" };
    format!("{verb} {} removed it", listed(names))
}

/// Names in backticks, with commas.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
