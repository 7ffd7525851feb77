//! Expressions as written to the interpreter's dialect: what it has otherwise than CEL's specification becomes a call
//! of a function of ours.

use crate::cel::Literal;
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};
use crate::syntax::is_field;
use crate::tree::{dialect, order};

/// The expression in the dialect, and the number of its levels.
pub(super) fn in_dialect(expression: &Expression) -> (Expression, usize) {
    let mut renamed = expression.clone();
    let levels = rename(&mut renamed);
    (renamed, levels)
}

/// Renames within an expression and returns how deep it is. The parser has bounded that.
fn rename(expression: &mut Expression) -> usize {
    mend(expression);
    let parts: Vec<&mut Expression> = match &mut expression.kind {
        ExpressionKind::Literal(_) | ExpressionKind::Identifier(_) | ExpressionKind::Message { .. } => {
            Vec::new()
        }
        ExpressionKind::Select { operand, .. }
        | ExpressionKind::Not(operand)
        | ExpressionKind::Negate(operand) => vec![operand],
        ExpressionKind::Index { operand, index } => vec![operand, index],
        ExpressionKind::Call {
            receiver,
            function,
            arguments,
        } => {
            if let Some(name) = dialect_name(&function.text, receiver.is_some(), arguments.len()) {
                function.text = name.to_owned();
            }
            receiver.as_deref_mut().into_iter().chain(arguments).collect()
        }
        ExpressionKind::List(parts) | ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            parts.iter_mut().collect()
        }
        ExpressionKind::Map(entries) => entries.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
        ExpressionKind::Binary { left, right, .. } => vec![left, right],
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => vec![condition, then, otherwise],
    };
    1 + parts.into_iter().map(rename).max().unwrap_or(0)
}

/// Mends the outermost form of an expression.
fn mend(expression: &mut Expression) {
    let span = expression.span;
    let kind = match std::mem::replace(&mut expression.kind, ExpressionKind::Literal(Literal::Null)) {
        ExpressionKind::Select { operand, field } => select(span, operand, field),
        ExpressionKind::Call {
            receiver: None,
            function,
            arguments,
        } if function.text == "has" => presence(function, arguments),
        ExpressionKind::Negate(operand) => ExpressionKind::Negate(match operand.kind {
            // Two signs and the digits would be read as the number without a sign, which is none.
            ExpressionKind::Literal(Literal::Int(i64::MIN)) => Box::new(opaque(*operand)),
            _ => operand,
        }),
        ExpressionKind::Binary {
            operator,
            operator_span,
            left,
            right,
        } => match order::function(operator) {
            // A comparison with NaN is an error there.
            Some(name) => call(name, operator_span, vec![*left, *right]),
            None => ExpressionKind::Binary {
                operator,
                operator_span,
                left,
                right,
            },
        },
        other => other,
    };
    expression.kind = kind;
}

/// A selected field. The interpreter knows no backticks; and what stands in parentheses is a value, while a chain of
/// names without them may be one name with dots.
fn select(span: Span, operand: Box<Expression>, field: Word) -> ExpressionKind {
    let parenthesised = span.start < operand.span.start;
    let operand = if parenthesised && is_name(&operand) {
        Box::new(opaque(*operand))
    } else {
        operand
    };
    if is_field(&field.text) {
        ExpressionKind::Select { operand, field }
    } else {
        ExpressionKind::Index {
            operand,
            index: Box::new(text(&field)),
        }
    }
}

/// `has` of a field in backticks asks a function of ours.
fn presence(function: Word, mut arguments: Vec<Expression>) -> ExpressionKind {
    if let [
        Expression {
            kind: ExpressionKind::Select { operand, field },
            ..
        },
    ] = arguments.as_slice()
        && !is_field(&field.text)
    {
        let operand = (**operand).clone();
        arguments = vec![operand, text(field)];
        return call(dialect::HAS, function.span, arguments);
    }
    ExpressionKind::Call {
        receiver: None,
        function,
        arguments,
    }
}

/// An expression that the interpreter does not look into.
fn opaque(expression: Expression) -> Expression {
    let span = expression.span;
    Expression {
        kind: call("dyn", span, vec![expression]),
        span,
    }
}

fn call(name: &str, span: Span, arguments: Vec<Expression>) -> ExpressionKind {
    let function = Word {
        text: name.to_owned(),
        span,
    };
    ExpressionKind::Call {
        receiver: None,
        function,
        arguments,
    }
}

fn text(field: &Word) -> Expression {
    Expression {
        kind: ExpressionKind::Literal(Literal::String(field.text.clone())),
        span: field.span,
    }
}

/// Whether an expression is a chain of names.
fn is_name(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Identifier(_) => true,
        ExpressionKind::Select { operand, .. } => is_name(operand),
        _ => false,
    }
}

/// The dialect's name of a function, where it has one of its own for this form of call.
fn dialect_name(function: &str, is_method: bool, arguments: usize) -> Option<&'static str> {
    match (function, is_method, arguments) {
        ("matches", true, 1) | ("matches", false, 2) => Some(dialect::MATCHES),
        ("getMilliseconds", true, 0) => Some(dialect::GET_MILLISECONDS),
        ("duration", false, 1) => Some(dialect::DURATION),
        ("timestamp", false, 1) => Some(dialect::TIMESTAMP),
        _ => None,
    }
}
