//! Expressions as written to the interpreter's dialect: the functions that it has otherwise than CEL's specification
//! get the names of ours.

use crate::syntax::ast::{Expression, ExpressionKind};
use crate::tree::dialect;

/// The expression with every such function renamed, and the number of its levels.
pub(super) fn in_dialect(expression: &Expression) -> (Expression, usize) {
    let mut renamed = expression.clone();
    let levels = rename(&mut renamed);
    (renamed, levels)
}

/// Renames within an expression and returns how deep it is. The parser has bounded that.
fn rename(expression: &mut Expression) -> usize {
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
