//! Gaps between sibling ranges: two routes that divide the values of an int between them, with a value at the border
//! that neither takes (`tokens < 8000` and `tokens > 8000`).

use super::super::patience::Patience;
use super::super::search::{Found, Goal, find};
use super::super::space::{Space, routes};
use super::super::witness;
use super::reach::Reach;
use crate::cel::{BinaryOperator, Literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::FactId;
use crate::model::{Expression, ExpressionKind, RouteId, Type};
use crate::source::Span;
use std::collections::BTreeMap;

/// A bound that a route's condition sets on an int, which leaves out the number itself.
#[derive(Clone, Debug)]
struct Border<'a> {
    route: RouteId,
    bound: &'a Expression,
}

/// The borders at one number of one fact: from below and from above.
#[derive(Debug, Default)]
struct Borders<'a> {
    below: Vec<Border<'a>>,
    above: Vec<Border<'a>>,
    mentioned: bool,
}

/// Says which numbers fall between two routes that leave out just that number.
pub(in super::super) fn between_ranges(
    space: &mut Space<'_>,
    reached: &[Reach],
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    let policy = space.policy;
    let mut borders: BTreeMap<(FactId, i64), Borders<'_>> = BTreeMap::new();
    for (route, reach) in routes(policy).zip(reached) {
        let Some(when) = policy.route(route).and_then(|route| route.when.as_ref()) else {
            continue;
        };
        if *reach == Reach::Never {
            continue;
        }
        let conjuncts = match &when.kind {
            ExpressionKind::And(parts) => parts.iter().collect(),
            _ => vec![when],
        };
        for conjunct in conjuncts {
            if let Some((fact, number, side)) = border(conjunct) {
                let borders = borders.entry((fact, number)).or_default();
                let border = Border {
                    route,
                    bound: conjunct,
                };
                match side {
                    Side::Below => borders.below.push(border),
                    Side::Above => borders.above.push(border),
                    Side::Includes => borders.mentioned = true,
                }
            }
        }
    }
    for ((fact, number), borders) in borders {
        if borders.mentioned || patience.is_over() {
            continue;
        }
        for below in &borders.below {
            for above in &borders.above {
                if below.route != above.route {
                    found.extend(gap(space, fact, number, below, above, patience));
                }
            }
        }
    }
}

enum Side {
    Below,
    Above,
    Includes,
}

/// The number that a comparison of a fact with a literal has its border at.
fn border(conjunct: &Expression) -> Option<(FactId, i64, Side)> {
    let ExpressionKind::Binary {
        operator,
        left,
        right,
    } = &conjunct.kind
    else {
        return None;
    };
    let (ExpressionKind::Fact(fact), ExpressionKind::Literal(Literal::Int(number))) =
        (&left.kind, &right.kind)
    else {
        return None;
    };
    let side = match operator {
        BinaryOperator::Less => Side::Below,
        BinaryOperator::Greater => Side::Above,
        BinaryOperator::LessOrEqual | BinaryOperator::GreaterOrEqual | BinaryOperator::Equal => {
            Side::Includes
        }
        _ => return None,
    };
    Some((*fact, *number, side))
}

/// What is said where a request that either route would take on its side of the number is taken by neither at it. The
/// routes are siblings where, the bounds aside, they share requests.
fn gap(
    space: &mut Space<'_>,
    fact: FactId,
    number: i64,
    below: &Border<'_>,
    above: &Border<'_>,
    patience: &dyn Patience,
) -> Option<Diagnostic> {
    let policy = space.policy;
    let (first, second) = (policy.route(below.route)?, policy.route(above.route)?);
    let at = space.condition(&equal(fact, number, below.bound.span));
    let rest_of_first = rest(space, first.when.as_ref()?, below.bound);
    let rest_of_second = rest(space, second.when.as_ref()?, above.bound);
    if rest_of_first != rest_of_second {
        return None;
    }
    let demands = [at, rest_of_first, rest_of_second];
    let outcome = find(
        space,
        &demands,
        Goal::Admitted,
        patience,
        |space, facts| match super::super::fate::of(space.tree, facts) {
            super::super::fate::Fate::Taken(other) => Some((other, facts.clone())),
            _ => None,
        },
    );
    let Found::Some((other, facts)) = outcome else {
        return None;
    };
    // An earlier route that takes the number with its neighbours is no gap.
    if other < below.route.min(above.route) {
        return None;
    }
    let other = policy.route(other)?;
    let name = &policy.facts.get(fact)?.name;
    let message = format!(
        "`{name}` of exactly {number} is taken by neither `{}` nor `{}`",
        first.name, second.name
    );
    Some(
        Diagnostic::info(Code::BOUNDARY_GAP, message)
            .at(below.bound.span, format!("leaves out {number}"))
            .also(above.bound.span, format!("leaves out {number}, too"))
            .help(format!(
                "such a request goes to `{}`: {}",
                other.name,
                witness::shown(space.tree, &facts)
            ))
            .help("let one of the two include the number"),
    )
}

/// A condition without one of its conjuncts.
fn rest(space: &mut Space<'_>, when: &Expression, without: &Expression) -> super::super::formula::Formula {
    let conjuncts: Vec<&Expression> = match &when.kind {
        ExpressionKind::And(parts) => parts.iter().filter(|part| part.span != without.span).collect(),
        _ => Vec::new(),
    };
    let formulas: Vec<_> = conjuncts.into_iter().map(|part| space.condition(part)).collect();
    space.formulas.and(formulas)
}

fn equal(fact: FactId, number: i64, span: Span) -> Expression {
    let part = |kind, ty| Box::new(Expression { kind, ty, span });
    Expression {
        kind: ExpressionKind::Binary {
            operator: BinaryOperator::Equal,
            left: part(ExpressionKind::Fact(fact), Type::Int),
            right: part(ExpressionKind::Literal(Literal::Int(number)), Type::Int),
        },
        ty: Type::Bool,
        span,
    }
}
