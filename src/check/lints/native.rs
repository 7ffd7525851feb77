//! Conditions that mean the same as a comparison, `in` or a plain function of strings.

use super::comprehension::{Comprehension, mentions};
use crate::cel::{BinaryOperator, Literal};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::model::Macro;
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};
use crate::syntax::print;

/// Fewest comparisons of one value that a list is proposed for.
const FEWEST_ALTERNATIVES: usize = 3;

/// Reports conditions with an equivalent native form. `comments` are the places of all comments, which a fix must not
/// swallow.
pub(in crate::check) fn native_forms<'a>(
    conditions: impl Iterator<Item = &'a Expression>,
    comments: &[Span],
    report: &mut Report,
) {
    for condition in conditions {
        examine(condition, true, comments, report);
    }
}

/// `loose` says whether the part stands where any operator may follow it without parentheses.
fn examine(expression: &Expression, loose: bool, comments: &[Span], report: &mut Report) {
    let Some(native) = native_form(expression) else {
        let is_chain = matches!(expression.kind, ExpressionKind::And(_) | ExpressionKind::Or(_));
        for child in expression.children() {
            examine(child, is_chain, comments, report);
        }
        return;
    };
    let text = print::expression(&native);
    let is_call = matches!(native.kind, ExpressionKind::Call { .. });
    let written = if loose || is_call {
        text.clone()
    } else {
        format!("({text})")
    };
    let span = expression.span;
    let after = comments.partition_point(|comment| *comment < span);
    let has_comment = comments
        .get(after)
        .is_some_and(|comment| comment.file == span.file && comment.start < span.end);
    let title = format!("write `{text}`");
    let fix = if has_comment {
        Fix::suggestion(title)
    } else {
        Fix::safe(title)
    };
    report.push(
        Diagnostic::info(Code::NATIVE_FORM, "this condition has an equivalent native form")
            .at(span, format!("means the same as `{text}`"))
            .help(format!("write `{text}`"))
            .fix(fix.replace(span, written)),
    );
}

/// The native form of an expression that has another one.
pub(super) fn native_form(expression: &Expression) -> Option<Expression> {
    match &expression.kind {
        ExpressionKind::Not(operand) => unequal_denied(operand),
        ExpressionKind::Or(operands) => one_of(operands, expression.span),
        ExpressionKind::Binary {
            operator,
            left,
            right,
            ..
        } => size_compared(*operator, left, right),
        ExpressionKind::Call {
            receiver: Some(text),
            function,
            arguments,
        } if function.text == "matches" => match arguments.as_slice() {
            [pattern] => plain_pattern(text, pattern),
            _ => None,
        },
        _ => membership(&Comprehension::of(expression)?),
    }
}

/// `range.exists(x, x == e)` is `e in range`, and `range.all(x, x != e)` its opposite.
fn membership(found: &Comprehension<'_>) -> Option<Expression> {
    let (wanted, denied) = match found.kind {
        Macro::Exists => (BinaryOperator::Equal, false),
        Macro::All => (BinaryOperator::NotEqual, true),
        _ => return None,
    };
    let item = compared(found.step, wanted, found.variable)?;
    let within = binary(BinaryOperator::In, item, found.range);
    Some(if denied { not(within) } else { within })
}

/// What a variable alone is compared with.
fn compared<'a>(step: &'a Expression, wanted: BinaryOperator, variable: &str) -> Option<&'a Expression> {
    let ExpressionKind::Binary {
        operator,
        left,
        right,
        ..
    } = &step.kind
    else {
        return None;
    };
    let is_variable =
        |part: &Expression| matches!(&part.kind, ExpressionKind::Identifier(name) if name == variable);
    if *operator != wanted {
        return None;
    }
    [(left, right), (right, left)]
        .into_iter()
        .find(|(one, other)| is_variable(one) && !mentions(other, variable))
        .map(|(_, other)| other.as_ref())
}

/// `size(range.filter(x, p)) > 0` is `range.exists(x, p)`, and that may have a form of its own.
fn size_compared(operator: BinaryOperator, left: &Expression, right: &Expression) -> Option<Expression> {
    let ExpressionKind::Literal(Literal::Int(number)) = right.kind else {
        return None;
    };
    let denied = match (operator, number) {
        (BinaryOperator::Greater | BinaryOperator::NotEqual, 0) | (BinaryOperator::GreaterOrEqual, 1) => {
            false
        }
        (BinaryOperator::Equal | BinaryOperator::LessOrEqual, 0) | (BinaryOperator::Less, 1) => true,
        _ => return None,
    };
    let found = Comprehension::of(sized(left)?).filter(|found| found.kind == Macro::Filter)?;
    let exists = Comprehension {
        kind: Macro::Exists,
        ..found
    };
    let native = membership(&exists)?;
    Some(if denied { not(native) } else { native })
}

/// What `size(x)` or `x.size()` is asked of.
fn sized(expression: &Expression) -> Option<&Expression> {
    match &expression.kind {
        ExpressionKind::Call {
            receiver,
            function,
            arguments,
        } if function.text == "size" => match (receiver, arguments.as_slice()) {
            (None, [subject]) => Some(subject),
            (Some(subject), []) => Some(subject),
            _ => None,
        },
        _ => None,
    }
}

/// `!(a != b)` is `a == b`.
fn unequal_denied(operand: &Expression) -> Option<Expression> {
    match &operand.kind {
        ExpressionKind::Binary {
            operator: BinaryOperator::NotEqual,
            left,
            right,
            ..
        } => Some(binary(BinaryOperator::Equal, left, right)),
        _ => None,
    }
}

/// `a == "x" || a == "y" || a == "z"` is `a in ["x", "y", "z"]`.
fn one_of(operands: &[Expression], span: Span) -> Option<Expression> {
    let mut subject: Option<&Expression> = None;
    let mut values = Vec::with_capacity(operands.len());
    for operand in operands {
        let ExpressionKind::Binary {
            operator: BinaryOperator::Equal,
            left,
            right,
            ..
        } = &operand.kind
        else {
            return None;
        };
        let is_text = |part: &Expression| matches!(part.kind, ExpressionKind::Literal(Literal::String(_)));
        let (one, value) = match (is_text(left), is_text(right)) {
            (false, true) => (left, right),
            (true, false) => (right, left),
            _ => return None,
        };
        let first = *subject.get_or_insert(one);
        if print::expression(first) != print::expression(one) {
            return None;
        }
        values.push(value.as_ref().clone());
    }
    let list = Expression {
        kind: ExpressionKind::List(values),
        span,
    };
    (operands.len() >= FEWEST_ALTERNATIVES)
        .then(|| binary(BinaryOperator::In, subject.unwrap_or(&list), &list))
}

/// A pattern that asks for a plain text at the start, the end, both or anywhere.
fn plain_pattern(text: &Expression, pattern: &Expression) -> Option<Expression> {
    let ExpressionKind::Literal(Literal::String(written)) = &pattern.kind else {
        return None;
    };
    let (rest, at_start) = strip(written.strip_prefix('^'), written);
    let (rest, at_end) = match rest.strip_suffix('$') {
        Some(before) if !before.ends_with('\\') => (before, true),
        _ => (rest, false),
    };
    // What may stand before or behind is said by the missing anchor too; at an anchor it is not, since `.` is no line
    // end.
    let (rest, _) = if at_start {
        (rest, false)
    } else {
        strip(rest.strip_prefix(".*"), rest)
    };
    let (rest, _) = if at_end {
        (rest, false)
    } else {
        strip(strip_any(rest), rest)
    };
    if at_start
        && at_end
        && let Some(list) = alternatives(rest)
    {
        let values = list
            .into_iter()
            .map(|value| string(value, pattern.span))
            .collect();
        let list = Expression {
            kind: ExpressionKind::List(values),
            span: pattern.span,
        };
        return Some(binary(BinaryOperator::In, text, &list));
    }
    let literal = literal(rest).filter(|literal| !literal.is_empty())?;
    let value = string(literal, pattern.span);
    Some(match (at_start, at_end) {
        (true, true) => binary(BinaryOperator::Equal, text, &value),
        (true, false) => method(text, "startsWith", value),
        (false, true) => method(text, "endsWith", value),
        (false, false) => method(text, "contains", value),
    })
}

fn strip<'a>(stripped: Option<&'a str>, whole: &'a str) -> (&'a str, bool) {
    stripped.map_or((whole, false), |rest| (rest, true))
}

/// The pattern without `.*` at its end, where the point is not escaped.
fn strip_any(pattern: &str) -> Option<&str> {
    pattern.strip_suffix(".*").filter(|rest| !rest.ends_with('\\'))
}

/// The plain texts of `(a|b)` or `(?:a|b)`.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let inner = pattern.strip_prefix('(')?.strip_suffix(')')?;
    let inner = inner.strip_prefix("?:").unwrap_or(inner);
    let texts: Vec<String> = inner.split('|').map(literal).collect::<Option<_>>()?;
    (texts.len() > 1).then_some(texts)
}

/// The text that a pattern of plain characters stands for.
fn literal(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(characters.next().filter(char::is_ascii_punctuation)?),
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            other => out.push(other),
        }
    }
    Some(out)
}

fn string(text: String, span: Span) -> Expression {
    Expression {
        kind: ExpressionKind::Literal(Literal::String(text)),
        span,
    }
}

fn binary(operator: BinaryOperator, left: &Expression, right: &Expression) -> Expression {
    Expression {
        kind: ExpressionKind::Binary {
            operator,
            operator_span: left.span,
            left: Box::new(left.clone()),
            right: Box::new(right.clone()),
        },
        span: left.span,
    }
}

fn not(operand: Expression) -> Expression {
    Expression {
        span: operand.span,
        kind: ExpressionKind::Not(Box::new(operand)),
    }
}

fn method(receiver: &Expression, name: &str, argument: Expression) -> Expression {
    let span = receiver.span;
    Expression {
        kind: ExpressionKind::Call {
            receiver: Some(Box::new(receiver.clone())),
            function: Word {
                text: name.to_owned(),
                span,
            },
            arguments: vec![argument],
        },
        span,
    }
}
