//! Small forms of expressions and predicates that lowering looks for.

use super::predicate::{Arithmetic, Number, Relation, Text, Truth};
use crate::cel::{BinaryOperator, Literal};
use crate::facts::FactId;
use crate::model::{Expression, ExpressionKind};

/// A relation of two strings, in one step where it compares a fact with a constant.
pub(super) fn compare_texts(relation: Relation, left: Text, right: Text) -> Truth {
    match (relation, left, right) {
        (Relation::Equal, Text::Fact(fact), Text::Constant(text))
        | (Relation::Equal, Text::Constant(text), Text::Fact(fact)) => Truth::TextIs(fact, text),
        (Relation::NotEqual, Text::Fact(fact), Text::Constant(text))
        | (Relation::NotEqual, Text::Constant(text), Text::Fact(fact)) => {
            Truth::Not(Box::new(Truth::TextIs(fact, text)))
        }
        (relation, left, right) => Truth::Texts(relation, Box::new((left, right))),
    }
}

/// A relation of two ints, in one step where it compares a fact with a constant.
pub(super) fn compare_numbers(relation: Relation, left: Number, right: Number) -> Truth {
    match (left, right) {
        (Number::Fact(fact), Number::Constant(number)) => Truth::NumberIs(relation, fact, number),
        (Number::Constant(number), Number::Fact(fact)) => Truth::NumberIs(relation.turned(), fact, number),
        pair => Truth::Numbers(relation, Box::new(pair)),
    }
}

/// The arithmetic that an operator stands for.
pub(super) fn arithmetic(operator: BinaryOperator) -> Option<Arithmetic> {
    Some(match operator {
        BinaryOperator::Add => Arithmetic::Add,
        BinaryOperator::Subtract => Arithmetic::Subtract,
        BinaryOperator::Multiply => Arithmetic::Multiply,
        BinaryOperator::Divide => Arithmetic::Divide,
        BinaryOperator::Remainder => Arithmetic::Remainder,
        _ => return None,
    })
}

/// The fact that an expression is, if it is one.
pub(super) fn fact(expression: &Expression) -> Option<FactId> {
    match &expression.kind {
        ExpressionKind::Fact(fact) => Some(*fact),
        _ => None,
    }
}

/// The string that an expression is, if it is a literal one.
pub(super) fn literal_text(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

/// The ints of a list of literal ones.
pub(super) fn literal_numbers(list: &Expression) -> Option<Vec<i64>> {
    let ExpressionKind::List(items) = &list.kind else {
        return None;
    };
    items
        .iter()
        .map(|item| match &item.kind {
            ExpressionKind::Literal(Literal::Int(number)) => Some(*number),
            _ => None,
        })
        .collect()
}
