//! Whether two syntax trees mean the same: equal apart from places and from the order of clauses of different words.

use crate::source::Span;
use crate::syntax::ast::{
    Clause, Document, Expression, ExpressionKind, Item, ItemKind, Statement, StatementKind, Word,
};

/// Whether two documents mean the same.
pub(super) fn documents(mut one: Document, mut other: Document) -> bool {
    one.statements.iter_mut().for_each(bare);
    other.statements.iter_mut().for_each(bare);
    one.statements == other.statements
}

/// Whether `other` holds this statement and nothing else.
pub(super) fn is_only(statement: &Statement, mut other: Document) -> bool {
    let mut statement = statement.clone();
    bare(&mut statement);
    other.statements.iter_mut().for_each(bare);
    matches!(other.statements.as_slice(), [only] if *only == statement)
}

/// Takes the places out of a statement, and puts its clauses in one order.
fn bare(statement: &mut Statement) {
    clear(&mut statement.span);
    match &mut statement.kind {
        StatementKind::Block(block) => {
            clear(&mut block.keyword);
            block.name.iter_mut().for_each(word);
            clauses(&mut block.clauses);
        }
        StatementKind::TenantsFrom { path } | StatementKind::Use { path } => word(path),
        StatementKind::Fact { name, clauses: all } => {
            word(name);
            clauses(all);
        }
        StatementKind::Let { name, value } => {
            word(name);
            expression(value);
        }
    }
}

fn clear(span: &mut Span) {
    *span = Span::new(span.file, 0, 0);
}

fn word(word: &mut Word) {
    clear(&mut word.span);
}

fn clauses(clauses: &mut [Clause]) {
    for clause in clauses.iter_mut() {
        clear(&mut clause.span);
        word(&mut clause.keyword);
        clause.items.iter_mut().for_each(item);
        clause.expression.as_deref_mut().into_iter().for_each(expression);
    }
    clauses.sort_by(|one, other| one.keyword.text.cmp(&other.keyword.text));
}

fn item(each: &mut Item) {
    clear(&mut each.span);
    match &mut each.kind {
        ItemKind::List(entries) => entries.iter_mut().flatten().for_each(item),
        ItemKind::Braces(items) => items.iter_mut().for_each(item),
        ItemKind::Bare(_) | ItemKind::Quoted(_) | ItemKind::Money(_) | ItemKind::Percent(_) => {}
    }
}

fn expression(each: &mut Expression) {
    clear(&mut each.span);
    match &mut each.kind {
        ExpressionKind::Literal(_) | ExpressionKind::Identifier(_) => {}
        ExpressionKind::Select { operand, field } => {
            expression(operand);
            word(field);
        }
        ExpressionKind::Index { operand, index } => {
            expression(operand);
            expression(index);
        }
        ExpressionKind::Call {
            receiver,
            function,
            arguments,
        } => {
            receiver.iter_mut().for_each(|receiver| expression(receiver));
            word(function);
            arguments.iter_mut().for_each(expression);
        }
        ExpressionKind::Map(entries) => {
            for (key, value) in entries {
                expression(key);
                expression(value);
            }
        }
        ExpressionKind::Message { name, fields } => {
            word(name);
            for (field, value) in fields {
                word(field);
                expression(value);
            }
        }
        ExpressionKind::Not(operand) | ExpressionKind::Negate(operand) => expression(operand),
        ExpressionKind::List(operands) | ExpressionKind::And(operands) | ExpressionKind::Or(operands) => {
            operands.iter_mut().for_each(expression);
        }
        ExpressionKind::Binary {
            operator_span,
            left,
            right,
            ..
        } => {
            clear(operator_span);
            expression(left);
            expression(right);
        }
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            expression(condition);
            expression(then);
            expression(otherwise);
        }
    }
}
