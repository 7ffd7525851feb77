//! Strings put together with `+` and `string(…)` to native nodes.

use super::{Lowering, Shared};
use crate::cel::BinaryOperator;
use crate::model::{Expression, ExpressionKind, Function, Type};
use crate::tree::predicate::{Piece, Pieces, Relation, Truth};

impl Lowering<'_> {
    /// A relation of two strings of which one at least is put together.
    pub(super) fn joined(
        &mut self,
        relation: Relation,
        left: &Expression,
        right: &Expression,
    ) -> Option<Truth> {
        let pair = (self.pieces(left)?, self.pieces(right)?);
        Some(Truth::Joined(relation, Box::new(pair)))
    }

    /// Whether a string is put together.
    pub(super) fn is_joined(&self, text: &Expression) -> bool {
        match &text.kind {
            ExpressionKind::Binary { .. } => true,
            ExpressionKind::Call { arguments, .. } => arguments
                .first()
                .is_some_and(|argument| argument.ty != Type::String),
            ExpressionKind::Let(id) if matches!(self.named(*id), Shared::Other) => self
                .policy
                .binding(*id)
                .is_some_and(|binding| self.is_joined(&binding.value)),
            _ => false,
        }
    }

    fn pieces(&mut self, text: &Expression) -> Option<Pieces> {
        let mut pieces = Vec::new();
        let mut open = vec![text];
        while let Some(text) = open.pop() {
            match &text.kind {
                ExpressionKind::Binary {
                    operator: BinaryOperator::Add,
                    left,
                    right,
                } => open.extend([right.as_ref(), left.as_ref()]),
                ExpressionKind::Let(id) if self.is_joined(text) => {
                    open.push(&self.policy.binding(*id)?.value)
                }
                ExpressionKind::Call {
                    function: Function::String,
                    arguments,
                } if self.is_joined(text) => match arguments.as_slice() {
                    [number] if number.ty == Type::Int => pieces.push(Piece::Number(self.number(number)?)),
                    [truth] if truth.ty == Type::Bool => pieces.push(Piece::Truth(self.truth(truth))),
                    _ => return None,
                },
                _ => pieces.push(Piece::Text(self.text(text)?)),
            }
        }
        Some(pieces.into())
    }
}
