//! Expressions as canonical CEL text, with no more parentheses than their meaning needs. Any CEL parser reads the text
//! to the same meaning, and ours to the same tree.

use std::fmt::Write as _;

use super::ast::{Expression, ExpressionKind, Word};
use super::nodes::rank;
use super::words::is_field;
use crate::cel::Literal;

/// How tight a form binds: the ranks of operators, and those around them. Any form.
pub(crate) const CONDITIONAL: u8 = 0;
/// Forms that bind at least as tight as `||`.
pub(crate) const OR: u8 = 1;
/// Forms that bind at least as tight as `&&`.
pub(crate) const AND: u8 = 2;
const UNARY: u8 = 6;
const MEMBER: u8 = 7;
/// Forms that a dot, a bracket or a sign may stand at.
pub(crate) const PRIMARY: u8 = 8;

/// The expression as CEL text on one line.
pub fn expression(expression: &Expression) -> String {
    let mut out = String::new();
    put(&mut out, expression, CONDITIONAL);
    out
}

/// Writes an expression where forms of rank `least` and above may stand without parentheses.
fn put(out: &mut String, expression: &Expression, least: u8) {
    let parentheses = rank_of(&expression.kind) < least;
    if parentheses {
        out.push('(');
    }
    put_kind(out, &expression.kind);
    if parentheses {
        out.push(')');
    }
}

/// How tight a form binds: where one of a greater rank is needed, it stands in parentheses.
pub(crate) fn rank_of(kind: &ExpressionKind) -> u8 {
    match kind {
        ExpressionKind::Conditional { .. } => CONDITIONAL,
        ExpressionKind::Or(_) => OR,
        ExpressionKind::And(_) => AND,
        ExpressionKind::Binary { operator, .. } => rank(*operator),
        ExpressionKind::Not(_) | ExpressionKind::Negate(_) => UNARY,
        ExpressionKind::Literal(literal) if is_number(literal) => MEMBER,
        _ => PRIMARY,
    }
}

/// Numbers are put into parentheses before a dot, so that nobody reads a fraction or denies the wrong part.
fn is_number(literal: &Literal) -> bool {
    matches!(literal, Literal::Int(_) | Literal::Uint(_) | Literal::Double(_))
}

fn put_kind(out: &mut String, kind: &ExpressionKind) {
    match kind {
        ExpressionKind::Literal(value) => literal(out, value),
        ExpressionKind::Identifier(name) => out.push_str(name),
        ExpressionKind::Select { operand, field } => {
            put(out, operand, PRIMARY);
            out.push('.');
            put_field(out, &field.text);
        }
        ExpressionKind::Index { operand, index } => {
            put(out, operand, PRIMARY);
            out.push('[');
            put(out, index, CONDITIONAL);
            out.push(']');
        }
        ExpressionKind::Call {
            receiver,
            function,
            arguments,
        } => {
            if let Some(receiver) = receiver {
                put(out, receiver, PRIMARY);
                out.push('.');
            }
            out.push_str(&function.text);
            out.push('(');
            put_all(out, arguments, ", ", CONDITIONAL);
            out.push(')');
        }
        ExpressionKind::List(elements) => {
            out.push('[');
            put_all(out, elements, ", ", CONDITIONAL);
            out.push(']');
        }
        ExpressionKind::Map(entries) => put_map(out, entries),
        ExpressionKind::Message { name, fields } => {
            out.push_str(&name.text);
            put_fields(out, fields);
        }
        ExpressionKind::Not(operand) => put_signed(out, '!', operand),
        ExpressionKind::Negate(operand) => put_signed(out, '-', operand),
        ExpressionKind::And(operands) => put_all(out, operands, " && ", AND + 1),
        ExpressionKind::Or(operands) => put_all(out, operands, " || ", OR + 1),
        ExpressionKind::Binary {
            operator,
            left,
            right,
            ..
        } => {
            put(out, left, rank(*operator));
            out.push(' ');
            out.push_str(operator.symbol());
            out.push(' ');
            put(out, right, rank(*operator) + 1);
        }
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            put(out, condition, OR);
            out.push_str(" ? ");
            put(out, then, OR);
            out.push_str(" : ");
            put(out, otherwise, CONDITIONAL);
        }
    }
}

fn put_signed(out: &mut String, sign: char, operand: &Expression) {
    out.push(sign);
    if stands_bare(sign, operand) {
        put_kind(out, &operand.kind);
    } else {
        put(out, operand, PRIMARY + 1);
    }
}

/// Whether an operand stands behind its sign without parentheses. The two signs do not mix, and `-` before a number is
/// part of the number.
pub(crate) fn stands_bare(sign: char, operand: &Expression) -> bool {
    match &operand.kind {
        ExpressionKind::Not(_) => sign == '!',
        ExpressionKind::Negate(_) => sign == '-',
        ExpressionKind::Literal(literal) if sign == '-' => match literal {
            Literal::Int(value) => *value < 0,
            Literal::Double(value) => value.is_sign_negative(),
            _ => true,
        },
        kind => rank_of(kind) > UNARY,
    }
}

fn put_all(out: &mut String, expressions: &[Expression], between: &str, least: u8) {
    for (index, expression) in expressions.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        put(out, expression, least);
    }
}

fn put_map(out: &mut String, entries: &[(Expression, Expression)]) {
    out.push('{');
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        put(out, key, CONDITIONAL);
        out.push_str(": ");
        put(out, value, CONDITIONAL);
    }
    out.push('}');
}

fn put_fields(out: &mut String, fields: &[(Word, Expression)]) {
    out.push('{');
    for (index, (field, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        put_field(out, &field.text);
        out.push_str(": ");
        put(out, value, CONDITIONAL);
    }
    out.push('}');
}

fn put_field(out: &mut String, field: &str) {
    if is_field(field) {
        out.push_str(field);
    } else {
        let _ = write!(out, "`{field}`");
    }
}

/// Writes a literal as CEL.
pub(super) fn literal(out: &mut String, literal: &Literal) {
    let _ = match literal {
        Literal::Null => write!(out, "null"),
        Literal::Bool(value) => write!(out, "{value}"),
        Literal::Int(value) => write!(out, "{value}"),
        Literal::Uint(value) => write!(out, "{value}u"),
        Literal::Double(value) => write!(out, "{value:?}"),
        Literal::String(value) => {
            put_string(out, value);
            Ok(())
        }
        Literal::Bytes(value) => {
            put_bytes(out, value);
            Ok(())
        }
    };
}

/// A string in double quotes, escaped so that it stays on one line.
fn put_string(out: &mut String, value: &str) {
    out.push('"');
    for char in value.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

fn put_bytes(out: &mut String, value: &[u8]) {
    out.push_str("b\"");
    for byte in value {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
}
