//! Where CEL counts time otherwise than people do: days of the week from Sunday, months and days from 0, spans over
//! midnight, and distances from UTC that know no daylight saving.

use crate::cel::{BinaryOperator as Operator, Literal};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::model::Function;
use crate::model::time::{field_hint, field_range};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};
use crate::syntax::print;

/// Distances from UTC of places whose clocks change, with such a place.
const CHANGING: [(&str, &str); 12] = [
    ("+01:00", "Europe/Paris"),
    ("+02:00", "Europe/Athens"),
    ("-03:30", "America/St_Johns"),
    ("-04:00", "America/Halifax"),
    ("-05:00", "America/New_York"),
    ("-06:00", "America/Chicago"),
    ("-07:00", "America/Denver"),
    ("-08:00", "America/Los_Angeles"),
    ("-09:00", "America/Anchorage"),
    ("+09:30", "Australia/Adelaide"),
    ("+10:00", "Australia/Sydney"),
    ("+12:00", "Pacific/Auckland"),
];

/// Reports conditions that count a part of a moment otherwise than CEL does.
pub(in crate::check) fn time_traps<'a>(
    conditions: impl Iterator<Item = &'a Expression>,
    report: &mut Report,
) {
    for condition in conditions {
        condition.walk(&mut |part| {
            examine(part, report);
        });
    }
}

fn examine(part: &Expression, report: &mut Report) {
    match &part.kind {
        ExpressionKind::Binary {
            operator: Operator::In,
            left,
            right,
            ..
        } => listed(left, right, report),
        ExpressionKind::Binary { left, right, .. } => {
            day_from_zero(left, right, report);
            day_from_zero(right, left, report);
        }
        ExpressionKind::And(operands) => over_midnight(operands, report),
        ExpressionKind::Call { .. } => fixed_offset(part, report),
        _ => {}
    }
}

/// A part of `now`, or of a moment written out: the function with its name's place, and the zone.
struct Field<'a> {
    function: Function,
    name: &'a Word,
    zone: Option<&'a Expression>,
}

impl<'a> Field<'a> {
    fn of(expression: &'a Expression) -> Option<Self> {
        let ExpressionKind::Call {
            receiver: Some(moment),
            function: name,
            arguments,
        } = &expression.kind
        else {
            return None;
        };
        let is_moment = match &moment.kind {
            ExpressionKind::Identifier(fact) => fact == "now",
            ExpressionKind::Call { function, .. } => function.text == "timestamp",
            _ => false,
        };
        let mut functions = Function::ALL.into_iter();
        let function = functions.find(|function| function.name() == name.text)?;
        (is_moment && field_range(function).is_some()).then(|| Field {
            function,
            name,
            zone: arguments.first(),
        })
    }
}

/// `now.getDayOfWeek() in [6, 7]`: values that never come.
fn listed(left: &Expression, right: &Expression, report: &mut Report) {
    let (Some(field), ExpressionKind::List(values)) = (Field::of(left), &right.kind) else {
        return;
    };
    let (Some(range), Some(hint)) = (field_range(field.function), field_hint(field.function)) else {
        return;
    };
    for value in values {
        let Some(number) = int(value).filter(|number| !range.contains(number)) else {
            continue;
        };
        let diagnostic = Diagnostic::warning(
            Code::TIME_TRAP,
            format!("`{}` is never {number}", field.name.text),
        )
        .at(value.span, "never comes")
        .help(hint);
        report.push(match (field.function, number) {
            (Function::GetDayOfWeek, 7) => with_zero(diagnostic, "write 0 for Sunday", values, value.span),
            (Function::GetHours, 24) => with_zero(diagnostic, "write 0 for midnight", values, value.span),
            _ => diagnostic,
        });
    }
}

/// Proposes 0 for a number past the end, unless it stands in the list already.
fn with_zero(diagnostic: Diagnostic, title: &str, values: &[Expression], span: Span) -> Diagnostic {
    if values.iter().any(|value| int(value) == Some(0)) {
        return diagnostic;
    }
    diagnostic.fix(Fix::suggestion(title).replace(span, "0"))
}

/// `now.getDayOfMonth() == 1`, which is the second day.
fn day_from_zero(field: &Expression, number: &Expression, report: &mut Report) {
    let Some(field) = Field::of(field).filter(|field| field.function == Function::GetDayOfMonth) else {
        return;
    };
    // Whoever writes 0 knows, and what is beyond the range is told as such.
    let Some(day) = int(number).filter(|day| (1..=30).contains(day)) else {
        return;
    };
    report.push(
        Diagnostic::warning(
            Code::TIME_TRAP,
            format!(
                "`getDayOfMonth` counts from 0, so that {day} is day {} of the month",
                day + 1
            ),
        )
        .at(number.span, format!("day {} of the month", day + 1))
        .help("`getDate` counts from 1, as calendars do")
        .fix(Fix::suggestion("write `getDate`").replace(field.name.span, "getDate")),
    );
}

/// `now.getHours() >= 22 && now.getHours() < 6`, which no hour is.
fn over_midnight(operands: &[Expression], report: &mut Report) {
    let bounds: Vec<(String, Bound, &Expression)> = operands.iter().filter_map(bound).collect();
    for (subject, low, from) in &bounds {
        let Bound::From(low) = low else { continue };
        let until = bounds
            .iter()
            .find(|(other, high, _)| other == subject && matches!(high, Bound::Until(high) if high < low));
        let Some((_, Bound::Until(high), to)) = until else {
            continue;
        };
        if report.has_within(Code::CONSTANT_CONDITION, from.span)
            || report.has_within(Code::CONSTANT_CONDITION, to.span)
        {
            return;
        }
        let (one, other) = (print::expression(from), print::expression(to));
        report.push(
            Diagnostic::warning(
                Code::TIME_TRAP,
                format!("`{subject}` is never from {low} on and up to {high} at once"),
            )
            .at(from.span, "from here on")
            .also(to.span, "and up to here")
            .help(format!(
                "a span over the turn is written with `||`: `({one} || {other})`"
            )),
        );
    }
}

/// Where the values of a part of a moment begin or end, both ends counted in.
#[derive(Clone, Copy)]
enum Bound {
    From(i64),
    Until(i64),
}

fn bound(expression: &Expression) -> Option<(String, Bound, &Expression)> {
    let ExpressionKind::Binary {
        operator,
        left,
        right,
        ..
    } = &expression.kind
    else {
        return None;
    };
    let (field, number, operator) = match (Field::of(left), int(right), Field::of(right), int(left)) {
        (Some(_), Some(number), ..) => (left, number, *operator),
        (.., Some(_), Some(number)) => (right, number, turned(*operator)),
        _ => return None,
    };
    let bound = match operator {
        Operator::GreaterOrEqual => Bound::From(number),
        Operator::Greater => Bound::From(number.checked_add(1)?),
        Operator::LessOrEqual => Bound::Until(number),
        Operator::Less => Bound::Until(number.checked_sub(1)?),
        _ => return None,
    };
    Some((print::expression(field), bound, expression))
}

/// The operator with its operands the other way round.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}

/// `now.getHours("+01:00")`.
fn fixed_offset(part: &Expression, report: &mut Report) {
    let Some(zone) = Field::of(part).and_then(|field| field.zone) else {
        return;
    };
    let ExpressionKind::Literal(Literal::String(text)) = &zone.kind else {
        return;
    };
    let signed = match text.strip_prefix(['+', '-']) {
        Some(_) => text.clone(),
        None => format!("+{text}"),
    };
    let Some((_, place)) = CHANGING.iter().find(|(offset, _)| *offset == signed) else {
        return;
    };
    report.push(
        Diagnostic::info(
            Code::FIXED_OFFSET,
            format!("`{text}` is the same all year, and most clocks there change"),
        )
        .at(zone.span, "knows no daylight saving")
        .help(format!("name the zone, such as `\"{place}\"`"))
        .fix(Fix::suggestion(format!("write `\"{place}\"`")).replace(zone.span, format!("\"{place}\""))),
    );
}

fn int(expression: &Expression) -> Option<i64> {
    match expression.kind {
        ExpressionKind::Literal(Literal::Int(number)) => Some(number),
        _ => None,
    }
}
