//! Ranges of numbers that routes' conditions set: `tokens > 8000 && tokens <= 32000` is from 8001 to 32000.

use super::super::formula::Formula;
use super::super::space::{Space, routes};
use crate::cel::{BinaryOperator, Literal};
use crate::model::{Expression, ExpressionKind, Policy, RouteId, Type};
use crate::source::Span;
use crate::tree::text_of;
use std::collections::{BTreeMap, BTreeSet};

/// How deep `let`s within `let`s are followed.
const MAX_LETS: usize = 16;

/// The range of a number within which a route takes requests, and what else it asks of them.
#[derive(Clone, Debug)]
pub(super) struct Range<'a> {
    pub(super) route: RouteId,
    /// The number: a fact, or what a function makes of one.
    pub(super) subject: &'a Expression,
    /// The least value within, and where the route says so; none where it goes down without end.
    pub(super) least: Option<(i64, Span)>,
    /// The greatest value within, and where the route says so; none where it goes up without end.
    pub(super) most: Option<(i64, Span)>,
    /// The other conjuncts of the condition.
    pub(super) rest: BTreeSet<Formula>,
}

impl Range<'_> {
    /// Whether all of another range lies within this one.
    pub(super) fn holds_all_of(&self, other: &Range<'_>) -> bool {
        let starts = self
            .least
            .is_none_or(|(least, _)| other.least.is_some_and(|(start, _)| start >= least));
        let ends = self
            .most
            .is_none_or(|(most, _)| other.most.is_some_and(|(end, _)| end <= most));
        starts && ends
    }
}

/// The ranges that routes set, by what they set them on, in policy order.
pub(super) fn of_routes<'a>(space: &mut Space<'a>) -> BTreeMap<String, Vec<Range<'a>>> {
    let policy = space.policy;
    let mut all: BTreeMap<String, Vec<Range<'a>>> = BTreeMap::new();
    for route in routes(policy) {
        let Some(when) = policy.route(route).and_then(|route| route.when.as_ref()) else {
            continue;
        };
        let mut conjuncts = Vec::new();
        flatten(policy, when, None, 0, &mut conjuncts);
        let bounds: Vec<Option<Bound<'a>>> = conjuncts.iter().map(|(part, _)| bound(part)).collect();
        if bounds.iter().all(Option::is_none) {
            continue;
        }
        let texts: Vec<Option<String>> = bounds
            .iter()
            .map(|bound| bound.as_ref().map(|bound| text_of(bound.subject, policy)))
            .collect();
        let formulas: Vec<Formula> = conjuncts.iter().map(|(part, _)| space.condition(part)).collect();
        let subjects: BTreeSet<&String> = texts.iter().flatten().collect();
        for text in subjects {
            let range = range(route, text, &conjuncts, &bounds, &texts, &formulas);
            all.entry(text.clone()).or_default().extend(range);
        }
    }
    all
}

/// The conjuncts of a condition, those of `let`s too; each with the place where the condition itself has it.
fn flatten<'a>(
    policy: &'a Policy,
    part: &'a Expression,
    place: Option<Span>,
    depth: usize,
    conjuncts: &mut Vec<(&'a Expression, Span)>,
) {
    match &part.kind {
        ExpressionKind::And(parts) => {
            for part in parts {
                flatten(policy, part, place, depth, conjuncts);
            }
        }
        ExpressionKind::Let(id) if depth < MAX_LETS => {
            if let Some(binding) = policy.lets.get(id.0 as usize) {
                flatten(
                    policy,
                    &binding.value,
                    place.or(Some(part.span)),
                    depth + 1,
                    conjuncts,
                );
            }
        }
        _ => conjuncts.push((part, place.unwrap_or(part.span))),
    }
}

fn range<'a>(
    route: RouteId,
    text: &String,
    conjuncts: &[(&'a Expression, Span)],
    bounds: &[Option<Bound<'a>>],
    texts: &[Option<String>],
    formulas: &[Formula],
) -> Option<Range<'a>> {
    let mut range: Option<Range<'a>> = None;
    let mut rest = BTreeSet::new();
    for ((((_, place), bound), of), formula) in conjuncts.iter().zip(bounds).zip(texts).zip(formulas) {
        let (Some(bound), true) = (bound, of.as_ref() == Some(text)) else {
            rest.insert(*formula);
            continue;
        };
        let range = range.get_or_insert_with(|| Range {
            route,
            subject: bound.subject,
            least: None,
            most: None,
            rest: BTreeSet::new(),
        });
        if let Some(least) = bound.least
            && range.least.is_none_or(|(known, _)| known < least)
        {
            range.least = Some((least, *place));
        }
        if let Some(most) = bound.most
            && range.most.is_none_or(|(known, _)| known > most)
        {
            range.most = Some((most, *place));
        }
    }
    range.map(|range| Range { rest, ..range })
}

/// What one comparison with a literal says of a number.
struct Bound<'a> {
    subject: &'a Expression,
    least: Option<i64>,
    most: Option<i64>,
}

fn bound(conjunct: &Expression) -> Option<Bound<'_>> {
    use BinaryOperator as Op;
    let ExpressionKind::Binary {
        operator,
        left,
        right,
    } = &conjunct.kind
    else {
        return None;
    };
    let (subject, number, operator) = match (&left.kind, &right.kind) {
        (_, ExpressionKind::Literal(Literal::Int(number))) => (left, *number, *operator),
        (ExpressionKind::Literal(Literal::Int(number)), _) => (right, *number, mirrored(*operator)),
        _ => return None,
    };
    if subject.ty != Type::Int {
        return None;
    }
    let (least, most) = match operator {
        Op::Less => (None, Some(number.checked_sub(1)?)),
        Op::LessOrEqual => (None, Some(number)),
        Op::Greater => (Some(number.checked_add(1)?), None),
        Op::GreaterOrEqual => (Some(number), None),
        Op::Equal => (Some(number), Some(number)),
        _ => return None,
    };
    Some(Bound { subject, least, most })
}

/// The operator that says the same with its operands exchanged.
fn mirrored(operator: BinaryOperator) -> BinaryOperator {
    use BinaryOperator as Op;
    match operator {
        Op::Less => Op::Greater,
        Op::LessOrEqual => Op::GreaterOrEqual,
        Op::Greater => Op::Less,
        Op::GreaterOrEqual => Op::LessOrEqual,
        other => other,
    }
}
