//! A checked part of an expression with what is known of it.

use super::bounds::Bounds;
use super::knowledge::{Knowledge, Place};
use crate::cel::Literal;
use crate::model::{Expression, ExpressionKind, Type};
use crate::source::Span;

/// A typed part, what its value can be, and what its truth tells.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) expression: Box<Expression>,
    pub(super) bounds: Bounds,
    /// What holds where it is true.
    pub(super) yes: Knowledge,
    /// What holds where it is false.
    pub(super) no: Knowledge,
}

impl Typed {
    /// A part of which only the type is known.
    pub(super) fn new(kind: ExpressionKind, ty: Type, span: Span) -> Self {
        let bounds = Bounds::of_type(&ty);
        Typed {
            expression: Box::new(Expression { kind, ty, span }),
            bounds,
            yes: Knowledge::default(),
            no: Knowledge::default(),
        }
    }

    pub(super) fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    pub(super) fn with_knowledge(mut self, yes: Knowledge, no: Knowledge) -> Self {
        self.yes = yes;
        self.no = no;
        self
    }

    pub(super) fn ty(&self) -> &Type {
        &self.expression.ty
    }

    pub(super) fn span(&self) -> Span {
        self.expression.span
    }

    pub(super) fn place(&self) -> Option<Place> {
        Place::of(&self.expression)
    }

    pub(super) fn literal(&self) -> Option<&Literal> {
        match &self.expression.kind {
            ExpressionKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }
}
