//! Conditions of one policy as conditions of the joint one.

use super::joint::{Half, Source};
use crate::cel::Literal;
use crate::facts::Value;
use crate::model::{Expression, ExpressionKind, Type};

/// The condition with the joint policy's facts and `let`s.
pub(super) fn translated(expression: &Expression, half: &Half<'_>) -> Expression {
    stacker::maybe_grow(64 << 10, 1 << 20, || Expression {
        kind: kind(expression, half),
        ty: expression.ty.clone(),
        span: expression.span,
    })
}

fn boxed(expression: &Expression, half: &Half<'_>) -> Box<Expression> {
    Box::new(translated(expression, half))
}

fn all(expressions: &[Expression], half: &Half<'_>) -> Vec<Expression> {
    expressions.iter().map(|part| translated(part, half)).collect()
}

fn kind(expression: &Expression, half: &Half<'_>) -> ExpressionKind {
    match &expression.kind {
        ExpressionKind::Fact(id) => match half.source(*id) {
            Some(source) => sourced(source, expression),
            None => ExpressionKind::Fact(*id),
        },
        ExpressionKind::Let(id) => ExpressionKind::Let(half.binding(*id)),
        same @ (ExpressionKind::Literal(_)
        | ExpressionKind::Target(_)
        | ExpressionKind::Attempt(_)
        | ExpressionKind::Variable(_)) => same.clone(),
        ExpressionKind::Not(operand) => ExpressionKind::Not(boxed(operand, half)),
        ExpressionKind::Negate(operand) => ExpressionKind::Negate(boxed(operand, half)),
        ExpressionKind::And(parts) => ExpressionKind::And(all(parts, half)),
        ExpressionKind::Or(parts) => ExpressionKind::Or(all(parts, half)),
        ExpressionKind::List(items) => ExpressionKind::List(all(items, half)),
        ExpressionKind::Binary {
            operator,
            left,
            right,
        } => ExpressionKind::Binary {
            operator: *operator,
            left: boxed(left, half),
            right: boxed(right, half),
        },
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => ExpressionKind::Conditional {
            condition: boxed(condition, half),
            then: boxed(then, half),
            otherwise: boxed(otherwise, half),
        },
        ExpressionKind::Call { function, arguments } => ExpressionKind::Call {
            function: *function,
            arguments: all(arguments, half),
        },
        ExpressionKind::Comprehension {
            kind,
            range,
            variable,
            steps,
        } => ExpressionKind::Comprehension {
            kind: *kind,
            range: boxed(range, half),
            variable: variable.clone(),
            steps: all(steps, half),
        },
        ExpressionKind::Entry { map, key } => ExpressionKind::Entry {
            map: boxed(map, half),
            key: boxed(key, half),
        },
        ExpressionKind::Has { map, key } => ExpressionKind::Has {
            map: boxed(map, half),
            key: key.clone(),
        },
        ExpressionKind::Element { list, index } => ExpressionKind::Element {
            list: boxed(list, half),
            index: boxed(index, half),
        },
        ExpressionKind::Map(entries) => ExpressionKind::Map(
            entries
                .iter()
                .map(|(key, value)| (translated(key, half), translated(value, half)))
                .collect(),
        ),
    }
}

/// What stands for a fact.
fn sourced(source: &Source, expression: &Expression) -> ExpressionKind {
    let part = |kind, ty| {
        Box::new(Expression {
            kind,
            ty,
            span: expression.span,
        })
    };
    match source {
        Source::Shared(fact) | Source::Tags(fact) | Source::Requested(fact) => ExpressionKind::Fact(*fact),
        Source::Fixed(value) => literal(value, expression),
        Source::Given { given, fact, default } => ExpressionKind::Conditional {
            condition: part(ExpressionKind::Fact(*given), Type::Bool),
            then: part(ExpressionKind::Fact(*fact), expression.ty.clone()),
            otherwise: part(literal(default, expression), expression.ty.clone()),
        },
    }
}

/// A value as it would be written.
fn literal(value: &Value, expression: &Expression) -> ExpressionKind {
    let text = |text: &String| ExpressionKind::Literal(Literal::String(text.clone()));
    match value {
        Value::String(value) => text(value),
        Value::Int(number) => ExpressionKind::Literal(Literal::Int(*number)),
        Value::Bool(truth) => ExpressionKind::Literal(Literal::Bool(*truth)),
        Value::StringList(items) => {
            let item = |item: &String| Expression {
                kind: text(item),
                ty: Type::String,
                span: expression.span,
            };
            ExpressionKind::List(items.iter().map(item).collect())
        }
        // No fact that a caller says or that has a default is one of these.
        Value::StringMap(_) | Value::Timestamp(_) => expression.kind.clone(),
    }
}
