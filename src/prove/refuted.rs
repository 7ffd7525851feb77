//! A refuted assert as people read it: the request, its way through the rules, and the attempt at fault.

use super::space::Space;
use super::verdicts::refutation::{Refutation, Undrawn};
use super::witness;
use crate::decide::Decision;
use crate::diagnostic::{Code, Diagnostic, Request};
use crate::explain;
use crate::facts::Demand;
use crate::model::{Assert, AssertId, GuardId, ModelId, Policy, Target};
use crate::tree::Attempt;

/// What is said of an assert that does not hold of an attempt.
pub(super) fn diagnostic(
    space: &Space<'_>,
    id: AssertId,
    assert: &Assert,
    refutation: &Refutation,
) -> Diagnostic {
    let policy = space.policy;
    let target = name(policy, refutation.target);
    let message = format!(
        "the assert `{}` does not hold of the target `{target}`",
        assert.name
    );
    let mut diagnostic =
        Diagnostic::error(Code::ASSERT_REFUTED, message).at(assert.that.span, "false for this attempt");
    if let Some(route) = policy.route(refutation.route) {
        let others = refutation.plan.len() > 1 || refutation.is_copy();
        let label = if others {
            format!("leads to `{target}`, {}", place(refutation))
        } else {
            format!("leads to `{target}`")
        };
        diagnostic = diagnostic.also(route.span, label);
    }
    if let Some(model) = policy.model(refutation.target) {
        diagnostic = diagnostic.also(model.span, "this target");
    }
    let witness = &refutation.witness;
    let request = witness::of_decision(space.tree, witness);
    diagnostic = diagnostic.help(format!("a request that leads there: {}", witness::text(&request)));
    let demands: Vec<&str> = witness.facts.demands().iter().map(Demand::name).collect();
    if !demands.is_empty() {
        diagnostic = diagnostic.help(format!(
            "it asks for {} too, which some protocols cannot express",
            demands.join(", ")
        ));
    }
    if let Some(line) = draws(&request) {
        diagnostic = diagnostic.help(line);
    }
    diagnostic
        .help(format!("its way: {}", way(policy, refutation)))
        .help(format!("the attempt: {}", attempt(space, id, refutation)))
        .help("let a guard remove the target for these requests, change the route, or correct the assert")
        .shown_by(request)
}

/// What is said of an assert that does not hold of an attempt to which no request was found that leads.
pub(super) fn undrawn(policy: &Policy, assert: &Assert, undrawn: &Undrawn) -> Diagnostic {
    let target = name(policy, undrawn.target);
    let message = format!("whether the assert `{}` holds is not known", assert.name);
    let mut diagnostic = Diagnostic::error(Code::ASSERT_UNKNOWN, message)
        .at(assert.that.span, format!("false for `{target}`"));
    let routing = policy.routing(undrawn.route);
    let what = match routing.map(|routing| &routing.target) {
        Some(Target::Split(_)) => "an arm of its split",
        _ => "an order of its pools",
    };
    if let Some(route) = policy.route(undrawn.route) {
        diagnostic = diagnostic.also(
            route.span,
            format!("{what} leads to `{target}` so that the assert does not hold; no caller was found who draws it"),
        );
    }
    diagnostic.help(
        "an assert speaks of all that can be drawn, since callers come and go: let a guard remove the target for these \
         requests, change the route, or correct the assert",
    )
}

/// How to see the decision again, where something of it was drawn.
fn draws(request: &Request) -> Option<String> {
    let mut options = Vec::new();
    if request.seed != 0 {
        options.push(format!("--seed {:x}", request.seed));
    }
    if !request.orders.is_empty() {
        options.push(format!("--orders '{}'", witness::orders_text(request)));
    }
    let drawn = match (request.seed, request.orders.is_empty()) {
        (0, true) => return None,
        (_, true) => "drawn from the request's seed",
        (0, false) => "in an order that pools pick by the state of their members",
        (_, false) => {
            "drawn from the request's seed, in an order that pools pick by the state of their members"
        }
    };
    Some(format!("{drawn}: `explain {}` shows it", options.join(" ")))
}

/// The attempt's place in the plan.
fn place(refutation: &Refutation) -> String {
    if refutation.is_copy() {
        return "a shadow copy".to_owned();
    }
    format!("attempt {} of {}", refutation.position + 1, refutation.plan.len())
}

/// Guards, route, what left the plan, and the plan.
fn way(policy: &Policy, refutation: &Refutation) -> String {
    let decision = &refutation.witness.decision;
    let mut steps = Vec::new();
    if !decision.guards.is_empty() {
        steps.push(format!("guards {}", guards(policy, &decision.guards)));
    }
    if let Some(route) = policy.route(refutation.route) {
        steps.push(format!("route {}", route.name));
    }
    if !decision.skipped.is_empty() {
        steps.push(format!("skipped {}", skipped(policy, decision)));
    }
    steps.push(format!("plan {}", names(policy, &refutation.plan).join(", ")));
    steps.join("; ")
}

fn guards(policy: &Policy, ids: &[GuardId]) -> String {
    let names: Vec<&str> = ids
        .iter()
        .filter_map(|id| policy.guard(*id))
        .map(|guard| guard.name.as_str())
        .collect();
    names.join(", ")
}

fn skipped(policy: &Policy, decision: &Decision) -> String {
    let skipped: Vec<String> = decision
        .skipped
        .iter()
        .map(|skipped| {
            let why = explain::why(policy, skipped.reason);
            format!("{} ({why})", name(policy, skipped.target))
        })
        .collect();
    skipped.join(", ")
}

/// The target at its place, and the values that break the assert.
fn attempt(space: &Space<'_>, id: AssertId, refutation: &Refutation) -> String {
    let policy = space.policy;
    let target = name(policy, refutation.target);
    let plan = &refutation.plan;
    let fallbacks = names(policy, plan.get(refutation.position + 1..).unwrap_or_default());
    let at = Attempt {
        target: refutation.target,
        position: i64::try_from(refutation.position).unwrap_or(i64::MAX),
        fallbacks: &fallbacks,
    };
    let condition = space.tree.trace_assert(id, &refutation.witness.facts, at);
    let values_where = |wanted: Option<bool>| {
        let parts = condition
            .parts
            .iter()
            .filter(|part| part.outcome.is_some() && (wanted.is_none() || part.outcome == wanted));
        let values = parts.flat_map(|part| &part.values);
        let mut values: Vec<String> = values.map(|(name, value)| format!("{name} is {value}")).collect();
        values.dedup();
        values
    };
    // What is false breaks it; where that shows no values, it is denied.
    let mut values = values_where(Some(false));
    if values.is_empty() {
        values = values_where(None);
    }
    let place = match refutation.is_copy() {
        true => format!("a shadow copy, {target}"),
        false => format!("{} of {}, {target}", refutation.position + 1, plan.len()),
    };
    if values.is_empty() {
        place
    } else {
        format!("{place}; there {}", values.join(", "))
    }
}

fn name(policy: &Policy, id: ModelId) -> &str {
    policy
        .model(id)
        .map(|model| model.name.as_str())
        .unwrap_or_default()
}

fn names(policy: &Policy, ids: &[ModelId]) -> Vec<String> {
    ids.iter().map(|id| name(policy, *id).to_owned()).collect()
}
