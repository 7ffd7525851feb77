//! What a policy promises of itself: asserts, and the assumptions that proofs may rest on.

use super::expression::{Expression, Type};
use crate::source::Span;

/// Index of an assert in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssertId(pub u32);

/// Index of an assumption in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssumeId(pub u32);

/// What holds for every attempt that a decision can lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Assert {
    /// The policy's name of the assert.
    pub name: String,
    /// Of which requests it speaks; `None` speaks of all.
    pub when: Option<Expression>,
    /// What holds of each of their attempts: over facts, the target and the attempt.
    pub that: Expression,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// What holds of every request; one that breaks it is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Assume {
    /// The policy's name of the assumption.
    pub name: String,
    /// What holds, over facts.
    pub that: Expression,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// What an assert can ask of an attempt beside its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptAttribute {
    /// The target's place in the plan, 0 for the first.
    Position,
    /// The names of the targets behind it in the plan, in their order.
    Fallbacks,
}

impl AttemptAttribute {
    /// All attributes.
    pub const ALL: [AttemptAttribute; 2] = [AttemptAttribute::Position, AttemptAttribute::Fallbacks];

    /// The attribute as it is written.
    pub fn name(self) -> &'static str {
        match self {
            AttemptAttribute::Position => "position",
            AttemptAttribute::Fallbacks => "fallbacks",
        }
    }

    /// The attribute's type.
    pub fn ty(self) -> Type {
        match self {
            AttemptAttribute::Position => Type::Int,
            AttemptAttribute::Fallbacks => Type::List(Box::new(Type::String)),
        }
    }
}
