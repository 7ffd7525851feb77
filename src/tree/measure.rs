//! How large and deep conditions are once every `let` in them is written out: what bounds evaluation.

use crate::model::{Expression, ExpressionKind, LetId};

/// The size of an expression with its `let`s written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Number of nodes; saturates.
    pub(super) nodes: usize,
    /// Levels of nesting; a chain such as `a + b + c` or `a && b && c` is one level.
    pub(super) depth: usize,
    /// Levels of nesting where a chain `a + b + c` nests to the left, as the interpreter sees it.
    pub(super) chained_depth: usize,
    /// The most operands in one chain.
    pub(super) terms: usize,
}

impl Measure {
    /// Takes in a part that stands `below` levels down, `chained` levels as the interpreter sees it.
    fn hold(&mut self, part: Measure, below: usize, chained: usize) {
        self.nodes = self.nodes.saturating_add(part.nodes);
        self.depth = self.depth.max(part.depth.saturating_add(below));
        self.chained_depth = self.chained_depth.max(part.chained_depth.saturating_add(chained));
        self.terms = self.terms.max(part.terms);
    }
}

/// Measures an expression; `lets` holds the measures of every `let` that it can refer to.
pub(super) fn measure(expression: &Expression, lets: &[Measure]) -> Measure {
    let mut total = Measure {
        nodes: 1,
        depth: 1,
        chained_depth: 1,
        terms: 1,
    };
    let mut spine = 1;
    let mut base = expression;
    while let ExpressionKind::Binary { left, right, .. } = &base.kind {
        total.hold(measure(right, lets), 1, spine);
        total.nodes = total.nodes.saturating_add(1);
        total.terms = total.terms.max(spine + 1);
        spine += 1;
        base = left;
    }
    if spine > 1 {
        total.hold(measure(base, lets), 1, spine);
        return total;
    }
    match &expression.kind {
        ExpressionKind::Let(id) => total.hold(let_measure(*id, lets), 1, 1),
        // A list of literals is made once; its length costs nothing later.
        ExpressionKind::List(items) if items.iter().all(is_literal) => {}
        ExpressionKind::And(operands) | ExpressionKind::Or(operands) => {
            total.terms = operands.len();
            // The interpreter balances these chains.
            let levels = operands.len().checked_ilog2().unwrap_or(0) as usize + 1;
            for operand in operands {
                total.hold(measure(operand, lets), 1, levels);
            }
        }
        _ => {
            for child in expression.children() {
                total.hold(measure(child, lets), 1, 1);
            }
        }
    }
    total
}

fn let_measure(id: LetId, lets: &[Measure]) -> Measure {
    lets.get(id.0 as usize).copied().unwrap_or_default()
}

fn is_literal(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Literal(_))
}
