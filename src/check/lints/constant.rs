//! Conditions, and parts of them, that are always true or always false.

use super::conditions;
use super::partial::Partial;
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expression, ExpressionKind, Policy};
use crate::source::Span;
use std::collections::BTreeSet;

/// Reports what never changes. A `let` of a literal is a switch, and is left alone.
pub(in crate::check) fn constant_conditions(policy: &Policy, report: &mut Report) {
    let partial = Partial::new(policy);
    let switches: BTreeSet<Span> = policy
        .lets
        .iter()
        .map(|binding| &binding.value)
        .filter(|value| matches!(value.kind, ExpressionKind::Literal(_)))
        .map(|value| value.span)
        .collect();
    for condition in conditions(policy) {
        if !switches.contains(&condition.span) {
            examine(condition, true, &partial, report);
        }
    }
}

/// Reports the largest parts of a condition that are constant, but for those in which a comparison is said to be.
fn examine(condition: &Expression, whole: bool, partial: &Partial<'_>, report: &mut Report) {
    if let Some(truth) = partial.truth(condition) {
        if report.has_within(Code::CONSTANT_CONDITION, condition.span) {
            return;
        }
        let part = if whole {
            "this condition"
        } else {
            "this part of the condition"
        };
        let help = match (whole, truth) {
            (true, true) => "leave the condition out, or write what was meant",
            (true, false) => "leave the rule out, or write what was meant",
            (false, _) => "leave the part out, or write what was meant",
        };
        report.push(
            Diagnostic::warning(Code::CONSTANT_CONDITION, format!("{part} is always {truth}"))
                .at(condition.span, format!("always {truth}"))
                .help(help),
        );
        return;
    }
    match &condition.kind {
        ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            parts
                .iter()
                .for_each(|part| examine(part, false, partial, report));
        }
        ExpressionKind::Not(operand) => examine(operand, false, partial, report),
        _ => {}
    }
}
