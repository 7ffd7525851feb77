//! Conditions and parts of them that are always true or always false.

use super::agreement::{Case, Tally};
use pointsman::cel::Literal;
use pointsman::diagnostic::{Code, Diagnostic};
use pointsman::facts::Facts;
use pointsman::model::{AssertId, AssumeId, Expression, ExpressionKind, GuardId, Route, RouteId};
use pointsman::source::Span;
use pointsman::tree::Tree;

/// A condition of the policy.
struct Condition<'c> {
    expression: &'c Expression,
    /// How it comes out for each request.
    outcomes: Vec<bool>,
    /// Whether nothing is said where it always holds.
    may_hold: bool,
}

pub(super) fn compare(case: &Case<'_>, tally: &mut Tally) {
    for condition in conditions(case) {
        let expression = condition.expression;
        let within = |found: &&Diagnostic| {
            found
                .primary()
                .is_some_and(|label| label.span.is_within(expression.span))
        };
        for found in case.found.iter().filter(within) {
            if found.code() == Code::CONSTANT_CONDITION {
                tally.remarks += 1;
                is_sound(case, &condition, found);
            }
        }
        let codes = [Code::CONSTANT_CONDITION, Code::IMPOSSIBLE_VALUE, Code::TIME_TRAP];
        let told = case
            .found
            .iter()
            .chain(&case.said)
            .filter(within)
            .any(|found| codes.contains(&found.code()));
        let is_switch = matches!(
            expression.kind,
            ExpressionKind::Literal(_) | ExpressionKind::Let(_)
        );
        if told || is_switch || case.sketch.is_opaque() {
            continue;
        }
        case.holds(condition.outcomes.contains(&true), || {
            format!("never: {}", case.tree.text(expression))
        });
        // What always holds is told where it does for tenants that are not declared, too.
        let untold = condition.may_hold || !case.sketch.tenants.is_empty();
        case.holds(condition.outcomes.contains(&false) || untold, || {
            format!("always: {}", case.tree.text(expression))
        });
    }
}

fn conditions<'c>(case: &'c Case<'_>) -> Vec<Condition<'c>> {
    let policy = case.tree.policy();
    let mut all = Vec::new();
    let mut add = |expression: Option<&'c Expression>, may_hold: bool, holds: &dyn Fn(&Facts) -> bool| {
        if let Some(expression) = expression {
            all.push(Condition {
                expression,
                outcomes: case.requests.iter().map(holds).collect(),
                may_hold,
            });
        }
    };
    for (id, route) in (0..).map(RouteId).zip(&policy.routes) {
        add(route.when.as_ref(), false, &|facts| {
            case.tree.route_matches(id, facts)
        });
    }
    for (id, guard) in (0..).map(GuardId).zip(&policy.guards) {
        add(guard.when.as_ref(), false, &|facts| {
            case.tree.guard_matches(id, facts)
        });
    }
    for (id, assert) in (0..).map(AssertId).zip(&policy.asserts) {
        add(assert.when.as_ref(), true, &|facts| {
            case.tree.assert_applies(id, facts)
        });
    }
    for (id, assume) in (0..).map(AssumeId).zip(&policy.assumes) {
        add(Some(&assume.that), false, &|facts| {
            case.tree.assume_holds(id, facts)
        });
    }
    let lets = case.sketch.atoms.len() as u32;
    for (id, binding) in (lets..).map(RouteId).zip(&policy.lets) {
        add(Some(&binding.value), false, &|facts| {
            case.probe.route_matches(id, facts)
        });
    }
    all
}

/// What is said of a condition, or of a part of it, is so of every request.
fn is_sound(case: &Case<'_>, condition: &Condition<'_>, found: &Diagnostic) {
    let truth = found.message().ends_with("true");
    let spans: Vec<Span> = found
        .primary()
        .into_iter()
        .chain(found.secondary())
        .map(|label| label.span)
        .collect();
    if found.message().starts_with("this condition") {
        let same = condition.outcomes.iter().all(|outcome| *outcome == truth);
        case.holds(same, || format!("not {}", found.message()));
        let parts = spans
            .iter()
            .filter_map(|span| part(condition.expression, *span))
            .cloned();
        let parts: Vec<Expression> = parts.collect();
        case.holds(parts.len() == spans.len(), || "parts are underlined".to_owned());
        // One of them is false, or one is true, whatever the request.
        let (count, tree) = (parts.len(), of_conditions(case, parts));
        let decided =
            |facts: &Facts| (0..count).any(|at| tree.route_matches(RouteId(at as u32), facts) == truth);
        case.holds(case.requests.iter().all(decided), || {
            format!("the parts do not decide: {found:?}")
        });
    } else {
        let changed = of_conditions(case, vec![replaced(condition.expression, spans[0], truth)]);
        let outcomes = case
            .requests
            .iter()
            .map(|facts| changed.route_matches(RouteId(0), facts));
        case.holds(outcomes.eq(condition.outcomes.iter().copied()), || {
            format!("it matters: {found:?}")
        });
    }
}

/// A tree of which each route asks one of these conditions.
fn of_conditions(case: &Case<'_>, conditions: Vec<Expression>) -> Tree {
    let mut policy = case.tree.policy().clone();
    let first = policy.routes.first().expect("a route").clone();
    let route = |when| Route {
        when: Some(when),
        ..first.clone()
    };
    policy.routes = conditions.into_iter().map(route).collect();
    policy.guards.clear();
    policy.asserts.clear();
    policy.assumes.clear();
    Tree::new(policy, case.tree.sources().clone(), *case.tree.hash()).expect("conditions of the policy")
}

/// The part of a condition at a place: the largest.
fn part(condition: &Expression, span: Span) -> Option<&Expression> {
    let mut found = None;
    condition.walk(&mut |part| {
        if part.span == span && found.is_none() {
            found = Some(part);
        }
    });
    found
}

/// A condition with a truth in the place of a part of it.
fn replaced(condition: &Expression, span: Span, truth: bool) -> Expression {
    let all = |parts: &[Expression]| parts.iter().map(|part| replaced(part, span, truth)).collect();
    let kind = match &condition.kind {
        _ if condition.span == span => ExpressionKind::Literal(Literal::Bool(truth)),
        ExpressionKind::And(parts) => ExpressionKind::And(all(parts)),
        ExpressionKind::Or(parts) => ExpressionKind::Or(all(parts)),
        ExpressionKind::Not(part) => ExpressionKind::Not(Box::new(replaced(part, span, truth))),
        other => other.clone(),
    };
    Expression {
        kind,
        ..condition.clone()
    }
}
