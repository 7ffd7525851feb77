//! The names that an expression mentions.

use crate::model::Macro;
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind};

/// The names that an expression mentions and where, in the order of the text; variables of macros left out. A leading
/// dot is no part of a name.
pub(crate) fn names(expression: &Expression) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    collect(expression, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(expression: &'a Expression, bound: &mut Vec<&'a str>, found: &mut Vec<(&'a str, Span)>) {
    match &expression.kind {
        ExpressionKind::Literal(_) | ExpressionKind::Message { .. } => {}
        ExpressionKind::Identifier(name) => {
            let is_bound = bound.contains(&name.as_str());
            if !is_bound {
                found.push((name.strip_prefix('.').unwrap_or(name), expression.span));
            }
        }
        ExpressionKind::Select { operand, .. }
        | ExpressionKind::Not(operand)
        | ExpressionKind::Negate(operand) => collect(operand, bound, found),
        ExpressionKind::Index { operand, index } => {
            collect(operand, bound, found);
            collect(index, bound, found);
        }
        ExpressionKind::Call {
            receiver, arguments, ..
        } => {
            if let Some(receiver) = receiver {
                collect(receiver, bound, found);
            }
            let variable = macro_variable(expression);
            bound.extend(variable);
            let skipped = usize::from(variable.is_some());
            for argument in arguments.iter().skip(skipped) {
                collect(argument, bound, found);
            }
            if variable.is_some() {
                bound.pop();
            }
        }
        ExpressionKind::List(parts) | ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            parts.iter().for_each(|part| collect(part, bound, found));
        }
        ExpressionKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            collect(key, bound, found);
            collect(value, bound, found);
        }),
        ExpressionKind::Binary { left, right, .. } => {
            collect(left, bound, found);
            collect(right, bound, found);
        }
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => [condition, then, otherwise]
            .into_iter()
            .for_each(|part| collect(part, bound, found)),
    }
}

/// The macro of this name.
pub(super) fn macro_named(name: &str) -> Option<Macro> {
    Macro::ALL.into_iter().find(|known| known.name() == name)
}

/// The variable that a call binds in its further arguments, where it is a macro.
fn macro_variable(expression: &Expression) -> Option<&str> {
    let ExpressionKind::Call {
        receiver: Some(_),
        function,
        arguments,
    } = &expression.kind
    else {
        return None;
    };
    macro_named(&function.text)?;
    match (&arguments.first()?.kind, arguments.len()) {
        (ExpressionKind::Identifier(name), 2 | 3) => Some(name),
        _ => None,
    }
}
