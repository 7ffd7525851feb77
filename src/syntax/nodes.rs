//! Nodes of an expression's tree as they are joined: counted, bounded in depth, operators climbed by rank.

use super::ast::{Expression, ExpressionKind};
use super::bounds::MAX_EXPRESSION_DEPTH;
use crate::cel::{BinaryOperator, Literal};
use crate::source::Span;

/// A built expression on its way up.
pub(super) struct Node {
    /// The tree so far.
    pub(super) expression: Expression,
    /// Where it stands, parentheses included.
    pub(super) outer: Span,
    /// Nodes to its deepest leaf.
    pub(super) depth: usize,
    /// A chain of `&&` or `||` that still grows: not in parentheses.
    pub(super) growing: bool,
}

/// Makes nodes and keeps count of them.
#[derive(Default)]
pub(super) struct Nodes {
    /// The nodes that count so far.
    pub(super) count: usize,
    /// A node was deeper than the bound.
    pub(super) too_deep: bool,
}

impl Nodes {
    /// Two operands and the operator between them.
    fn join(&mut self, operator: Operator, operator_span: Span, left: Node, right: Node) -> Node {
        let outer = left.outer.to(right.outer);
        let depth = left.depth.max(right.depth) + 1;
        let kind = match operator {
            Operator::Binary(operator) => ExpressionKind::Binary {
                operator,
                operator_span,
                left: Box::new(left.expression),
                right: Box::new(right.expression),
            },
            Operator::And | Operator::Or => return self.extend(operator, left, right, outer),
        };
        self.node(kind, outer, depth)
    }

    /// Adds an operand to a chain of `&&` or `||`, or begins one.
    fn extend(&mut self, operator: Operator, mut left: Node, right: Node, outer: Span) -> Node {
        let depth = left.depth.max(right.depth + 1);
        match (&mut left.expression.kind, operator) {
            (ExpressionKind::And(operands), Operator::And) | (ExpressionKind::Or(operands), Operator::Or)
                if left.growing && depth <= MAX_EXPRESSION_DEPTH =>
            {
                operands.push(right.expression);
                left.expression.span = outer;
                Node { outer, depth, ..left }
            }
            _ => {
                let depth = left.depth.max(right.depth) + 1;
                let operands = vec![left.expression, right.expression];
                let kind = if operator == Operator::And {
                    ExpressionKind::And(operands)
                } else {
                    ExpressionKind::Or(operands)
                };
                Node {
                    growing: true,
                    ..self.node(kind, outer, depth)
                }
            }
        }
    }

    /// `condition ? then : otherwise`.
    pub(super) fn conditional(&mut self, condition: Node, then: Node, otherwise: Node) -> Node {
        let outer = condition.outer.to(otherwise.outer);
        let depth = condition.depth.max(then.depth).max(otherwise.depth) + 1;
        let kind = ExpressionKind::Conditional {
            condition: Box::new(condition.expression),
            then: Box::new(then.expression),
            otherwise: Box::new(otherwise.expression),
        };
        self.node(kind, outer, depth)
    }

    /// A node without parts.
    pub(super) fn leaf(&mut self, kind: ExpressionKind, span: Span) -> Node {
        self.node(kind, span, 1)
    }

    /// A node, unless it is too deep: then a leaf in its place, so that no tree is deeper than the bound.
    pub(super) fn node(&mut self, mut kind: ExpressionKind, span: Span, mut depth: usize) -> Node {
        self.count += 1;
        if depth > MAX_EXPRESSION_DEPTH {
            self.too_deep = true;
            kind = ExpressionKind::Literal(Literal::Null);
            depth = 1;
        }
        Node {
            expression: Expression { kind, span },
            outer: span,
            depth,
            growing: false,
        }
    }
}

/// Operands and operators that wait for what follows.
#[derive(Default)]
pub(super) struct Chain {
    /// Operands that are not yet joined.
    pub(super) operands: Vec<Node>,
    /// The operators between them.
    pub(super) operators: Vec<(Operator, Span)>,
}

impl Chain {
    /// Joins operands while the operator between them binds at least as tight as `rank`.
    pub(super) fn reduce(&mut self, nodes: &mut Nodes, rank: u8) {
        while let Some((operator, span)) = self.operators.pop_if(|(operator, _)| operator.rank() >= rank) {
            let (Some(right), Some(left)) = (self.operands.pop(), self.operands.pop()) else {
                return;
            };
            let node = nodes.join(operator, span, left, right);
            self.operands.push(node);
        }
    }

    /// Joins all that is left.
    pub(super) fn close(&mut self, nodes: &mut Nodes) -> Option<Node> {
        self.reduce(nodes, 0);
        self.operands.pop()
    }
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// Any other.
    Binary(BinaryOperator),
}

impl Operator {
    /// The operator that is written so.
    pub(super) fn of(text: &str) -> Self {
        match text {
            "||" => Operator::Or,
            "&&" => Operator::And,
            "==" => Operator::Binary(BinaryOperator::Equal),
            "!=" => Operator::Binary(BinaryOperator::NotEqual),
            "<" => Operator::Binary(BinaryOperator::Less),
            "<=" => Operator::Binary(BinaryOperator::LessOrEqual),
            ">" => Operator::Binary(BinaryOperator::Greater),
            ">=" => Operator::Binary(BinaryOperator::GreaterOrEqual),
            "+" => Operator::Binary(BinaryOperator::Add),
            "-" => Operator::Binary(BinaryOperator::Subtract),
            "*" => Operator::Binary(BinaryOperator::Multiply),
            "/" => Operator::Binary(BinaryOperator::Divide),
            "%" => Operator::Binary(BinaryOperator::Remainder),
            _ => Operator::Binary(BinaryOperator::In),
        }
    }

    /// How tight it binds, from 1.
    pub(super) fn rank(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Binary(operator) => rank(operator),
        }
    }
}

/// How tight an operator of two operands binds: relations 3, sums 4, products 5.
pub(super) fn rank(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Add | BinaryOperator::Subtract => 4,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder => 5,
        _ => 3,
    }
}
