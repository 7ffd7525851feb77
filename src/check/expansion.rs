//! How large a condition is with the values of its `let`s in their place: whatever evaluates or rewrites conditions
//! recurses that deep and visits that much.

use crate::model::{Expression, ExpressionKind};

/// Deepest nesting of a condition, `let`s included.
pub(super) const MAX_DEPTH: usize = 512;

/// Most nodes of a condition, `let`s included; a list of literals counts as one.
pub(super) const MAX_NODES: usize = 65_536;

/// Size of an expression with `let`s in their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expansion {
    /// Levels of nesting.
    pub(super) depth: usize,
    /// Parts.
    pub(super) nodes: usize,
}

impl Expansion {
    /// The size of an expression; `lets` holds the sizes of the `let`s that it can name, by their index.
    pub(super) fn of(expression: &Expression, lets: &[Expansion]) -> Expansion {
        if let ExpressionKind::Let(id) = expression.kind {
            return lets.get(id.0 as usize).copied().unwrap_or_default();
        }
        if is_plain_list(expression) {
            return Expansion { depth: 1, nodes: 1 };
        }
        let parts = expression.children().into_iter();
        let inner = parts
            .map(|part| Expansion::of(part, lets))
            .fold(Expansion::default(), |sum, part| Expansion {
                depth: sum.depth.max(part.depth),
                nodes: sum.nodes.saturating_add(part.nodes),
            });
        Expansion {
            depth: inner.depth + 1,
            nodes: inner.nodes.saturating_add(1),
        }
    }

    /// Whether it is within the bounds.
    pub(super) fn fits(self) -> bool {
        self.depth <= MAX_DEPTH && self.nodes <= MAX_NODES
    }
}

fn is_plain_list(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::List(items) => items
            .iter()
            .all(|item| matches!(item.kind, ExpressionKind::Literal(_))),
        _ => false,
    }
}
