//! Decisions and traces in words and in JSON.
//!
//! An explanation is gathered once from decision and trace, in serialised types of its
//! own; the text is laid out from the same, so that people and machines are told the same.

mod conditions;
mod explanation;
mod outcome;
mod style;
mod text;
mod why;

pub(crate) use style::Style;
pub use why::{broken_assumptions, class_names, error_code, why};

use crate::decide::{Decision, Trace};
use crate::facts::Facts;
use crate::model::RouteId;
use crate::tree::Tree;
use explanation::Explanation;

/// The decision for these facts and why, for a terminal: every rule in order with its condition's outcome and the
/// values that decided it, what left the plan, the plan. With `color`, styled.
pub fn to_text(tree: &Tree, facts: &Facts, decision: &Decision, trace: &Trace, color: bool) -> String {
    text::lay_out(&Explanation::of(tree, facts, decision, trace), color)
}

/// The decision for these facts in short: the assumptions that are broken, of the guards those that matched, of the routes the one that took the request
/// and those of `also`, all other sections but the settings of the first target.
pub fn to_short_text(
    tree: &Tree,
    facts: &Facts,
    decision: &Decision,
    trace: &Trace,
    also: &[RouteId],
    color: bool,
) -> String {
    let trace = Trace {
        assumes: trace
            .assumes
            .iter()
            .filter(|seen| !seen.condition.outcome)
            .cloned()
            .collect(),
        guards: trace
            .guards
            .iter()
            .filter(|seen| seen.condition.outcome)
            .cloned()
            .collect(),
        routes: trace
            .routes
            .iter()
            .filter(|seen| decision.route == Some(seen.route) || also.contains(&seen.route))
            .cloned()
            .collect(),
        ..trace.clone()
    };
    let mut explanation = Explanation::of(tree, facts, decision, &trace);
    explanation.settings = None;
    text::lay_out(&explanation, color)
}

/// The decision for these facts and why, as JSON.
pub fn to_json(tree: &Tree, facts: &Facts, decision: &Decision, trace: &Trace) -> serde_json::Value {
    serde_json::to_value(Explanation::of(tree, facts, decision, trace)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
