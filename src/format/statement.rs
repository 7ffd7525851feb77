//! One statement: blocks, and the statements of one line.

use super::block::block;
use super::comments::{Source, Trail, text_of, within};
use super::expression::{expression, first_word};
use super::items::{Pieces, items};
use super::layout::Layout;
use crate::source::Span;
use crate::syntax::ast::{
    Block, BlockKind, Clause, Expression, ExpressionKind, Statement, StatementKind, Word,
};
use crate::syntax::opens_statement;

/// A written statement.
pub(super) struct Written<'t> {
    /// Comments from within that found no place there; they stand above the statement.
    pub(super) above: Vec<&'t str>,
    /// The statement.
    pub(super) layout: Layout<'t>,
    /// The comment behind it.
    pub(super) trailing: Option<&'t str>,
}

/// Writes a statement; `trailing` is the comment behind it, `next` the statement that follows.
pub(super) fn statement<'t>(
    source: Source<'t>,
    statement: &'t Statement,
    trailing: Option<&'t str>,
    next: Option<&Statement>,
) -> Written<'t> {
    match &statement.kind {
        StatementKind::Block(inner) => block(source, statement, inner, trailing),
        StatementKind::TenantsFrom { path } => with_path(source, statement, "tenants from ", path, trailing),
        StatementKind::Use { path } => with_path(source, statement, "use ", path, trailing),
        StatementKind::Fact { name, clauses } => fact(source, statement, name, clauses, trailing),
        StatementKind::Let { name, value } => {
            let value = Value {
                value,
                enclosed: reads_on(value, next),
            };
            let_value(source, statement, name, value, trailing)
        }
    }
}

fn with_path<'t>(
    source: Source<'t>,
    statement: &Statement,
    words: &'static str,
    path: &Word,
    trailing: Option<&'t str>,
) -> Written<'t> {
    Written {
        above: Trail::new(source, statement.span).rest().all().collect(),
        layout: Layout::All(vec![Layout::text(words), Layout::text(source.written(path.span))]),
        trailing,
    }
}

/// The clauses of a fact in their order; comments stay in its lists, others go above it.
fn fact<'t>(
    source: Source<'t>,
    statement: &Statement,
    name: &'t Word,
    clauses: &'t [Clause],
    trailing: Option<&'t str>,
) -> Written<'t> {
    let mut behind = statement.span.start;
    let mut above: Vec<&Span> = Vec::new();
    let mut parts = Vec::new();
    for clause in clauses {
        above.extend(within(source.comments, behind, clause.span.start));
        behind = clause.span.end;
        let mut trail = Trail::new(source, clause.span);
        let mut layout = vec![Layout::text(" ")];
        if clause.keyword.text != "type" {
            layout.push(Layout::text(&clause.keyword.text));
            layout.push(Layout::text(" "));
            trail.pass(clause.keyword.span.end);
        }
        let first = clause.items.first().map_or(behind, |item| item.span.start);
        above.extend(within(source.comments, clause.span.start, first));
        let _ = trail.before(first);
        layout.push(items(&mut trail, &clause.items, Pieces::Pairs));
        above.extend(trail.left());
        parts.push((clause, Layout::All(layout)));
    }
    above.extend(within(source.comments, behind, statement.span.end));
    let place = |clause: &Clause| match clause.keyword.text.as_str() {
        "type" => 0,
        "from" => 1,
        _ => 2,
    };
    parts.sort_by_key(|(clause, _)| place(clause));
    let mut layout = vec![Layout::text("fact "), Layout::text(&name.text)];
    layout.extend(parts.into_iter().map(|(_, part)| part));
    Written {
        above: above
            .into_iter()
            .map(|comment| text_of(source.text, *comment))
            .collect(),
        layout: Layout::All(layout),
        trailing,
    }
}

/// What a `let` stands for.
struct Value<'t> {
    value: &'t Expression,
    /// It stands in parentheses.
    enclosed: bool,
}

fn let_value<'t>(
    source: Source<'t>,
    statement: &Statement,
    name: &'t Word,
    Value { value, enclosed }: Value<'t>,
    trailing: Option<&'t str>,
) -> Written<'t> {
    let mut trail = Trail::new(source, statement.span);
    trail.pass(name.span.end);
    let mut above: Vec<&'t str> = trail.before(first_word(&trail, value)).all().collect();
    // What breaks at its operators begins a line of its own; brackets stay on the line of the name.
    let breaks = matches!(
        &value.kind,
        ExpressionKind::And(_) | ExpressionKind::Or(_) | ExpressionKind::Conditional { .. }
    );
    let mut written = expression(&mut trail, value);
    if enclosed {
        written = Layout::All(vec![
            Layout::text("("),
            Layout::align(vec![written]),
            Layout::text(")"),
        ]);
    }
    let head = [Layout::text("let "), Layout::text(&name.text), Layout::text(" =")];
    let rest = trail.rest();
    above.extend(rest.own);
    let trailing = match (rest.trailing, trailing) {
        (Some(inner), Some(outer)) => {
            above.push(outer);
            Some(inner)
        }
        (inner, outer) => inner.or(outer),
    };
    let body = if breaks {
        Layout::nest(vec![Layout::Blank, written])
    } else {
        Layout::All(vec![Layout::text(" "), written])
    };
    Written {
        above,
        layout: Layout::group(head.into_iter().chain([body]).collect()),
        trailing,
    }
}

/// Whether the last word of a value would be read as the beginning of a statement, together with the one that follows:
/// parentheses prevent it.
fn reads_on(value: &Expression, next: Option<&Statement>) -> bool {
    let (Some(last), Some(next)) = (last_name(value), next) else {
        return false;
    };
    let before_defaults = matches!(
        &next.kind,
        StatementKind::Block(Block {
            kind: BlockKind::Defaults,
            ..
        })
    );
    last == "fact" || before_defaults && opens_statement(last)
}

/// The name that stands last in an expression.
fn last_name(mut expression: &Expression) -> Option<&str> {
    loop {
        expression = match &expression.kind {
            ExpressionKind::Identifier(name) => return Some(name),
            ExpressionKind::Not(operand) | ExpressionKind::Negate(operand) => operand,
            ExpressionKind::Binary { right, .. } => right,
            ExpressionKind::Conditional { otherwise, .. } => otherwise,
            ExpressionKind::And(operands) | ExpressionKind::Or(operands) => operands.last()?,
            _ => return None,
        };
    }
}
