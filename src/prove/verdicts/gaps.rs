//! Gaps between sibling ranges: two routes that divide the values of a number between them, with one value at the
//! border that neither takes (`tokens < 8000` and `tokens > 8000`).

use super::super::fate::{self, Fate};
use super::super::patience::Patience;
use super::super::search::{Found, Goal, find};
use super::super::space::Space;
use super::super::witness;
use super::ranges::{Range, of_routes};
use super::reach::Reach;
use crate::cel::{BinaryOperator, Literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expression, ExpressionKind, Type};
use std::collections::{BTreeMap, BTreeSet};

/// Most ranges that end before a value, and most that begin behind it, that are held against each other.
const MAX_SIBLINGS: usize = 64;

/// Says which numbers fall between two routes that leave out just that number.
pub(in super::super) fn between_ranges(
    space: &mut Space<'_>,
    reached: &[Reach],
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    for (subject, ranges) in of_routes(space) {
        let reached = |range: &&Range<'_>| reached.get(range.route.0 as usize) != Some(&Reach::Never);
        let ranges: Vec<&Range<'_>> = ranges.iter().filter(reached).collect();
        let mut starts: BTreeMap<i64, Vec<&Range<'_>>> = BTreeMap::new();
        // What a route says of a value by itself is no gap.
        let mut mentioned: BTreeSet<i64> = BTreeSet::new();
        for range in &ranges {
            if let Some((least, _)) = range.least {
                starts.entry(least).or_default().push(range);
                mentioned.insert(least);
            }
            mentioned.extend(range.most.map(|(most, _)| most));
        }
        let mut siblings: BTreeMap<i64, usize> = BTreeMap::new();
        for below in &ranges {
            let Some(left_out) = below.most.and_then(|(most, _)| most.checked_add(1)) else {
                continue;
            };
            let count = siblings.entry(left_out).or_default();
            *count += 1;
            if mentioned.contains(&left_out) || *count > MAX_SIBLINGS {
                continue;
            }
            let above = left_out.checked_add(1).and_then(|start| starts.get(&start));
            for above in above.into_iter().flatten().take(MAX_SIBLINGS) {
                if patience.is_over() {
                    return;
                }
                if below.route != above.route && below.rest == above.rest {
                    found.extend(gap(space, &subject, left_out, below, above, patience));
                }
            }
        }
    }
}

/// What is said where a request that either route would take on its side of the number is taken by neither at it. The
/// routes are siblings: their ranges aside, they ask for the same.
fn gap(
    space: &mut Space<'_>,
    subject: &str,
    number: i64,
    below: &Range<'_>,
    above: &Range<'_>,
    patience: &dyn Patience,
) -> Option<Diagnostic> {
    let policy = space.policy;
    let (first, second) = (policy.route(below.route)?, policy.route(above.route)?);
    let mut demands = vec![space.condition(&equal(below.subject, number))];
    demands.extend(below.rest.iter().copied());
    let outcome = find(
        space,
        &demands,
        Goal::Admitted,
        patience,
        |space, facts| match fate::of(space.tree, facts) {
            Fate::Taken(other) => Some((other, facts.clone())),
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
    let request = witness::request(space.tree, &facts, 0);
    let message = format!(
        "`{subject}` of exactly {number} is taken by neither `{}` nor `{}`",
        first.name, second.name
    );
    Some(
        Diagnostic::info(Code::BOUNDARY_GAP, message)
            .at(below.most?.1, format!("leaves out {number}"))
            .also(above.least?.1, format!("leaves out {number}, too"))
            .help(format!(
                "such a request goes to `{}`: {}",
                other.name,
                witness::text(&request)
            ))
            .help("let one of the two include the number")
            .shown_by(request),
    )
}

fn equal(subject: &Expression, number: i64) -> Expression {
    let literal = Expression {
        kind: ExpressionKind::Literal(Literal::Int(number)),
        ty: Type::Int,
        span: subject.span,
    };
    Expression {
        kind: ExpressionKind::Binary {
            operator: BinaryOperator::Equal,
            left: Box::new(subject.clone()),
            right: Box::new(literal),
        },
        ty: Type::Bool,
        span: subject.span,
    }
}
