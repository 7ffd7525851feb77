//! A refuted assert as people read it: the request, its way through the rules, and the attempt at fault.

use super::space::Space;
use super::verdicts::refutation::Refutation;
use super::witness;
use crate::decide::{Decision, NoOrders, decide};
use crate::diagnostic::{Code, Diagnostic};
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
    let request = witness::request(space.tree, &witness.facts, witness.seed);
    diagnostic = diagnostic.help(format!("a request that leads there: {}", witness::text(&request)));
    let demands: Vec<&str> = witness.facts.demands().iter().map(Demand::name).collect();
    if !demands.is_empty() {
        diagnostic = diagnostic.help(format!(
            "it asks for {} too, which some protocols cannot express",
            demands.join(", ")
        ));
    }
    for line in draws(space, refutation) {
        diagnostic = diagnostic.help(line);
    }
    diagnostic
        .help(format!("its way: {}", way(policy, refutation)))
        .help(format!("the attempt: {}", attempt(space, id, refutation)))
        .help("let a guard remove the target for these requests, change the route, or correct the assert")
        .shown_by(request)
}

/// What of the decision was drawn, so that it can be drawn again.
fn draws(space: &Space<'_>, refutation: &Refutation) -> Vec<String> {
    let witness = &refutation.witness;
    if refutation.undrawn {
        let routing = space.policy.routing(refutation.route);
        let is_split = routing.is_some_and(|routing| matches!(routing.target, Target::Split(_)));
        let line = match is_split {
            true => "where that arm of the split is drawn; no caller was found who draws it",
            false => "where a pool picks that order; no request was found for which it does",
        };
        return vec![line.to_owned()];
    }
    let mut lines = Vec::new();
    if witness.seed != 0 {
        lines.push(format!(
            "drawn from the request's seed: `explain --seed {:x}` shows it",
            witness.seed
        ));
    }
    let alone = decide(space.tree, &witness.facts, witness.seed, &mut NoOrders);
    if witness::targets(&alone) != witness::targets(&witness.decision) {
        lines.push(
            "a pool picks by the state of its members: this is one of the orders they can come in".to_owned(),
        );
    }
    lines
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
