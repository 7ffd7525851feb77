//! Relations between two values of one ordered type.

use crate::cel::BinaryOperator;
use std::cmp::Ordering;

/// A relation between two values of one ordered type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    /// All relations.
    pub(crate) const ALL: [Relation; 6] = [
        Relation::Equal,
        Relation::NotEqual,
        Relation::Less,
        Relation::LessOrEqual,
        Relation::Greater,
        Relation::GreaterOrEqual,
    ];

    /// The relation that an operator stands for; `None` for `in` and arithmetic.
    pub(crate) fn of(operator: BinaryOperator) -> Option<Relation> {
        Some(match operator {
            BinaryOperator::Equal => Relation::Equal,
            BinaryOperator::NotEqual => Relation::NotEqual,
            BinaryOperator::Less => Relation::Less,
            BinaryOperator::LessOrEqual => Relation::LessOrEqual,
            BinaryOperator::Greater => Relation::Greater,
            BinaryOperator::GreaterOrEqual => Relation::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether the relation holds of two values that compare so.
    pub(crate) fn admits(self, ordering: Ordering) -> bool {
        match self {
            Relation::Equal => ordering.is_eq(),
            Relation::NotEqual => ordering.is_ne(),
            Relation::Less => ordering.is_lt(),
            Relation::LessOrEqual => ordering.is_le(),
            Relation::Greater => ordering.is_gt(),
            Relation::GreaterOrEqual => ordering.is_ge(),
        }
    }
}
