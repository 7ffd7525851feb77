//! Conditions: CEL with no more parentheses than its meaning needs. Literals stay as they were written; chains of `&&`
//! and `||`, lists and arguments break where they are too long, with operators at the beginning of the line.

use super::brackets::{ARGUMENTS, LIST, MAP};
use super::comments::Trail;
use super::layout::Layout;
use crate::cel::Literal;
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind};
use crate::syntax::print::{AND, CONDITIONAL, OR, PRIMARY, rank_of, stands_bare};

/// Writes an expression. Comments before its first word are left to the caller; no line ends at a dot or an index, so
/// comments there go behind it.
pub(super) fn expression<'t>(trail: &mut Trail<'t>, expression: &'t Expression) -> Layout<'t> {
    put(trail, expression, CONDITIONAL)
}

/// Where the first word of an expression stands that comments can be told from: signs and parentheses before it are
/// written with it.
pub(super) fn first_word(trail: &Trail<'_>, mut expression: &Expression) -> u32 {
    loop {
        expression = match &expression.kind {
            ExpressionKind::Select { operand, .. } | ExpressionKind::Index { operand, .. } => operand,
            ExpressionKind::Call {
                receiver: Some(receiver),
                ..
            } => receiver,
            ExpressionKind::Not(operand) | ExpressionKind::Negate(operand) => operand,
            ExpressionKind::And(operands) | ExpressionKind::Or(operands) => match operands.first() {
                Some(first) => first,
                None => return expression.span.start,
            },
            ExpressionKind::Binary { left, .. } => left,
            ExpressionKind::Conditional { condition, .. } => condition,
            ExpressionKind::Literal(_) => return digits(trail, expression.span).start,
            _ => return expression.span.start,
        };
    }
}

/// Writes an expression where forms of rank `least` and above stand without parentheses.
fn put<'t>(trail: &mut Trail<'t>, expression: &'t Expression, least: u8) -> Layout<'t> {
    if rank_of(&expression.kind) >= least {
        return bare(trail, expression);
    }
    Layout::All(vec![
        Layout::text("("),
        Layout::align(vec![bare(trail, expression)]),
        Layout::text(")"),
    ])
}

fn bare<'t>(trail: &mut Trail<'t>, expression: &'t Expression) -> Layout<'t> {
    let span = expression.span;
    match &expression.kind {
        ExpressionKind::Literal(literal) => self::literal(trail, literal, span),
        ExpressionKind::Identifier(_) => trail.word(span),
        ExpressionKind::Select { operand, field } => Layout::All(vec![
            put(trail, operand, PRIMARY),
            Layout::text("."),
            trail.word(field.span),
        ]),
        ExpressionKind::Index { operand, index } => {
            let operand = put(trail, operand, PRIMARY);
            let index = put(trail, index, CONDITIONAL);
            trail.pass(span.end);
            Layout::All(vec![operand, Layout::text("["), index, Layout::text("]")])
        }
        ExpressionKind::Call { .. } => call(trail, expression),
        ExpressionKind::List(elements) => {
            trail.pass(span.start + 1);
            LIST.around(trail, span.end, elements.iter(), first_word, self::expression)
        }
        ExpressionKind::Map(entries) => {
            trail.pass(span.start + 1);
            let start = |trail: &Trail<'t>, (key, _): &'t (Expression, Expression)| first_word(trail, key);
            MAP.around(trail, span.end, entries.iter(), start, |trail, (key, value)| {
                let key = put(trail, key, CONDITIONAL);
                entry(trail, key, value)
            })
        }
        ExpressionKind::Message { name, fields } => {
            trail.pass(name.span.end);
            let fields = MAP.around(
                trail,
                span.end,
                fields.iter(),
                |_, (field, _)| field.span.start,
                |trail, (field, value)| {
                    let field = trail.word(field.span);
                    entry(trail, field, value)
                },
            );
            Layout::All(vec![Layout::text(&name.text), fields])
        }
        ExpressionKind::Not(operand) => signed(trail, '!', "!", operand),
        ExpressionKind::Negate(operand) => signed(trail, '-', "-", operand),
        ExpressionKind::And(operands) => chain(trail, "&& ", operands, AND + 1),
        ExpressionKind::Or(operands) => chain(trail, "|| ", operands, OR + 1),
        ExpressionKind::Binary {
            operator,
            left,
            right,
            ..
        } => {
            let rank = rank_of(&expression.kind);
            let left = put(trail, left, rank);
            let between = trail.before(first_word(trail, right));
            let breaks = !between.is_empty();
            let parts = vec![
                left,
                between.with(Layout::text(" ")),
                Layout::text(operator.symbol()),
                Layout::text(" "),
                put(trail, right, rank + 1),
            ];
            if breaks {
                Layout::align(parts)
            } else {
                Layout::All(parts)
            }
        }
        ExpressionKind::Conditional { .. } => conditional(trail, expression),
    }
}

/// `key: value`.
fn entry<'t>(trail: &mut Trail<'t>, key: Layout<'t>, value: &'t Expression) -> Layout<'t> {
    Layout::All(vec![
        key,
        trail.gap(first_word(trail, value), Layout::Nothing),
        Layout::text(": "),
        put(trail, value, CONDITIONAL),
    ])
}

fn call<'t>(trail: &mut Trail<'t>, expression: &'t Expression) -> Layout<'t> {
    let ExpressionKind::Call {
        receiver,
        function,
        arguments,
    } = &expression.kind
    else {
        return Layout::Nothing;
    };
    let mut parts = Vec::with_capacity(5);
    if let Some(receiver) = receiver {
        parts.push(put(trail, receiver, PRIMARY));
        parts.push(Layout::text("."));
    }
    trail.pass(function.span.end);
    parts.push(Layout::text(&function.text));
    let end = expression.span.end;
    parts.push(ARGUMENTS.around(trail, end, arguments.iter(), first_word, self::expression));
    Layout::All(parts)
}

/// A sign and its operand.
fn signed<'t>(
    trail: &mut Trail<'t>,
    sign: char,
    written: &'static str,
    operand: &'t Expression,
) -> Layout<'t> {
    let least = if stands_bare(sign, operand) {
        CONDITIONAL
    } else {
        PRIMARY + 1
    };
    Layout::All(vec![Layout::text(written), put(trail, operand, least)])
}

fn chain<'t>(
    trail: &mut Trail<'t>,
    operator: &'static str,
    operands: &'t [Expression],
    least: u8,
) -> Layout<'t> {
    let mut parts = Vec::with_capacity(operands.len() * 3);
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            parts.push(trail.gap(first_word(trail, operand), Layout::Blank));
            parts.push(Layout::text(operator));
        }
        parts.push(put(trail, operand, least));
    }
    Layout::group(vec![Layout::align(parts)])
}

/// `a ? b : c ? d : e`: where it breaks, each `?` and `:` begins a line.
fn conditional<'t>(trail: &mut Trail<'t>, mut expression: &'t Expression) -> Layout<'t> {
    let mut parts = Vec::new();
    while let ExpressionKind::Conditional {
        condition,
        then,
        otherwise,
    } = &expression.kind
    {
        parts.push(put(trail, condition, OR));
        parts.push(trail.gap(first_word(trail, then), Layout::Blank));
        parts.push(Layout::text("? "));
        parts.push(put(trail, then, OR));
        parts.push(trail.gap(first_word(trail, otherwise), Layout::Blank));
        parts.push(Layout::text(": "));
        expression = otherwise;
    }
    parts.push(put(trail, expression, CONDITIONAL));
    Layout::group(vec![Layout::align(vec![Layout::nest(parts)])])
}

/// A literal as it was written; nothing stands between a number and its sign.
fn literal<'t>(trail: &mut Trail<'t>, literal: &Literal, span: Span) -> Layout<'t> {
    let number = digits(trail, span);
    if number == span || !matches!(literal, Literal::Int(_) | Literal::Double(_)) {
        return trail.word(span);
    }
    Layout::All(vec![Layout::text("-"), trail.word(number)])
}

/// The part of a literal behind its sign.
fn digits(trail: &Trail<'_>, span: Span) -> Span {
    let written = trail.written(span);
    if !written.starts_with('-') {
        return span;
    }
    // Between sign and number there may be blanks and comments, which end with a line: in the number there are none.
    let number = written.rsplit([' ', '\t', '\r', '\n', '\u{c}']).next();
    let number = number.map_or(written, |number| number.strip_prefix('-').unwrap_or(number));
    Span::new(span.file, span.end as usize - number.len(), span.end as usize)
}
