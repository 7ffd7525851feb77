//! Parts of a route that no request reaches: an alternative of its condition (`a || b`, an entry of `x in […]`) of
//! which all is taken before.

use super::super::formula::Formula;
use super::super::patience::Patience;
use super::super::search::{Found, Goal, Taker, find};
use super::super::space::{Space, routes};
use super::reach::Reach;
use crate::cel::BinaryOperator;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expression, ExpressionKind, RouteId, Type};
use crate::source::Span;

/// Most alternatives of one condition that are looked at.
const MAX_ALTERNATIVES: usize = 256;

/// Says which alternatives of reached routes are taken before.
pub(in super::super) fn alternatives(
    space: &mut Space<'_>,
    reached: &[Reach],
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    let policy = space.policy;
    for (route, reach) in routes(policy).zip(reached) {
        let (Some(when), Reach::By(_)) = (policy.route(route).and_then(|route| route.when.as_ref()), reach)
        else {
            continue;
        };
        for (span, formula) in alternatives_of(space, when) {
            if patience.is_over() {
                return;
            }
            let outcome = find(space, &[formula], Goal::Route(route), patience, |_, _| Some(()));
            if let Found::None { takers, .. } = outcome
                && !takers.is_empty()
            {
                found.extend(diagnostic(space, route, span, &takers));
            }
        }
    }
}

/// The alternatives of a condition with their places: operands of an `||` that is the condition or one of its
/// conjuncts, entries of a list that something is in.
fn alternatives_of(space: &mut Space<'_>, when: &Expression) -> Vec<(Span, Formula)> {
    let conjuncts = match &when.kind {
        ExpressionKind::And(parts) => parts.iter().collect(),
        _ => vec![when],
    };
    let mut found = Vec::new();
    for conjunct in conjuncts {
        match &conjunct.kind {
            ExpressionKind::Or(parts) => {
                for part in parts {
                    found.push((part.span, space.condition(part)));
                }
            }
            ExpressionKind::Binary {
                operator: BinaryOperator::In,
                left,
                right,
            } => {
                if let ExpressionKind::List(items) = &right.kind
                    && items.len() > 1
                {
                    for item in items.iter().take(MAX_ALTERNATIVES) {
                        let equal = Expression {
                            kind: ExpressionKind::Binary {
                                operator: BinaryOperator::Equal,
                                left: left.clone(),
                                right: Box::new(item.clone()),
                            },
                            ty: Type::Bool,
                            span: item.span,
                        };
                        found.push((item.span, space.condition(&equal)));
                    }
                }
            }
            _ => {}
        }
    }
    found.truncate(MAX_ALTERNATIVES);
    found
}

fn diagnostic(space: &Space<'_>, route: RouteId, span: Span, takers: &[Taker]) -> Option<Diagnostic> {
    let policy = space.policy;
    let own = policy.route(route)?;
    let message = format!("a part of the route `{}` is never reached", own.name);
    let mut diagnostic =
        Diagnostic::info(Code::PARTLY_SHADOWED, message).at(span, "all of this is taken before");
    for taker in takers {
        let also = match taker {
            Taker::Route(id) => policy
                .route(*id)
                .map(|route| (route.span, format!("the route `{}` takes it", route.name))),
            Taker::Guard(id) => policy
                .guard(*id)
                .map(|guard| (guard.span, format!("the guard `{}` denies it", guard.name))),
            Taker::Assumption(id) => policy.assume(*id).map(|assume| {
                (
                    assume.span,
                    format!("the assumption `{}` excludes it", assume.name),
                )
            }),
        };
        if let Some((span, text)) = also {
            diagnostic = diagnostic.also(span, text);
        }
    }
    Some(diagnostic.help("leave the part out, or move the route up"))
}
