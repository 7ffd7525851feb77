//! Macros over maps: the interpreter's maps have no order of their own, so that only those go to it whose keys can be put
//! in order beforehand.

use crate::model::{Expression, ExpressionKind, Policy, Type};

/// Whether a macro goes through a map whose keys cannot be put in order beforehand.
pub(super) fn iterates_unordered(expression: &Expression, policy: &Policy) -> bool {
    let here = match &expression.kind {
        ExpressionKind::Comprehension { range, .. } => {
            matches!(range.ty, Type::Map(..)) && !has_ordered_keys(range, policy)
        }
        ExpressionKind::Let(id) => {
            return policy
                .binding(*id)
                .is_some_and(|binding| iterates_unordered(&binding.value, policy));
        }
        _ => false,
    };
    here || expression
        .children()
        .into_iter()
        .any(|child| iterates_unordered(child, policy))
}

fn has_ordered_keys(map: &Expression, policy: &Policy) -> bool {
    match &map.kind {
        ExpressionKind::Fact(_) | ExpressionKind::Map(_) => true,
        ExpressionKind::Let(id) => policy
            .binding(*id)
            .is_some_and(|binding| has_ordered_keys(&binding.value, policy)),
        ExpressionKind::Conditional { then, otherwise, .. } => {
            has_ordered_keys(then, policy) && has_ordered_keys(otherwise, policy)
        }
        _ => false,
    }
}
