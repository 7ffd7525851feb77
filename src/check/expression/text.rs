//! Parts of an expression as messages show them.

use crate::syntax::ast::{Expression, ExpressionKind};

/// Longest text of a part that a message shows, in bytes; a longer one is called by what it is.
const LONGEST_SHOWN: usize = 60;

/// The part in backticks where it is short and of a plain form, else `otherwise`.
pub(super) fn shown(expression: &Expression, otherwise: &str) -> String {
    match plain(expression).filter(|text| text.len() <= LONGEST_SHOWN) {
        Some(text) => format!("`{text}`"),
        None => otherwise.to_owned(),
    }
}

/// The text of names, literals, selections, indexing, calls of them, and one operator between them.
pub(super) fn plain(expression: &Expression) -> Option<String> {
    match &expression.kind {
        ExpressionKind::Literal(literal) => {
            let text = literal.to_string();
            (text.len() <= LONGEST_SHOWN).then_some(text)
        }
        ExpressionKind::Identifier(name) => Some(name.clone()),
        ExpressionKind::Select { operand, field } => Some(format!("{}.{}", tight(operand)?, field.text)),
        ExpressionKind::Index { operand, index } => Some(format!("{}[{}]", tight(operand)?, plain(index)?)),
        ExpressionKind::Call {
            receiver,
            function,
            arguments,
        } if arguments.len() <= 2 => {
            let arguments: Option<Vec<String>> = arguments.iter().map(plain).collect();
            let call = format!("{}({})", function.text, arguments?.join(", "));
            match receiver {
                Some(receiver) => Some(format!("{}.{call}", tight(receiver)?)),
                None => Some(call),
            }
        }
        ExpressionKind::Binary {
            operator,
            left,
            right,
            ..
        } => Some(format!(
            "{} {} {}",
            tight(left)?,
            operator.symbol(),
            tight(right)?
        )),
        _ => None,
    }
}

/// An operand that needs no parentheses.
fn tight(expression: &Expression) -> Option<String> {
    let is_binary = matches!(expression.kind, ExpressionKind::Binary { .. });
    (!is_binary).then(|| plain(expression)).flatten()
}
