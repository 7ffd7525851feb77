//! A block: its clauses one a line in canonical order, their values in one column.

use super::comments::{Source, Trail, same_line, text_of, within};
use super::expression::{expression, first_word};
use super::items::{Pieces, items};
use super::layout::Layout;
use super::order::canonical;
use super::render::render;
use super::same;
use super::statement::Written;
use crate::source::Span;
use crate::syntax::ast::{Block, BlockKind, Clause, Statement};
use crate::syntax::parse;

/// Writes a block; `trailing` is the comment behind it.
pub(super) fn block<'t>(
    source: Source<'t>,
    statement: &'t Statement,
    block: &'t Block,
    trailing: Option<&'t str>,
) -> Written<'t> {
    let order = canonical(block);
    if !order.is_sorted() {
        let moved = Parts::of(source, statement, block).write(source, block, &order, trailing);
        let (again, _) = parse(statement.span.file, &render(&moved.layout));
        if same::is_only(statement, again) {
            return moved;
        }
        // Elsewhere a clause would be read as part of another one.
    }
    let order: Vec<usize> = (0..block.clauses.len()).collect();
    Parts::of(source, statement, block).write(source, block, &order, trailing)
}

/// A block's clauses, each with its comments.
struct Parts<'t> {
    /// Comments between keyword and brace.
    head: Vec<&'t str>,
    /// The comment behind the opening brace.
    opening: Option<&'t str>,
    clauses: Vec<ClauseParts<'t>>,
    /// Comments behind the last clause, on lines of their own.
    last: Vec<&'t str>,
    /// The whole block stood on one line.
    one_line: bool,
}

struct ClauseParts<'t> {
    /// Comments above the clause.
    above: Vec<&'t str>,
    value: Layout<'t>,
    trailing: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn of(source: Source<'t>, statement: &'t Statement, block: &'t Block) -> Self {
        let Source { text, comments } = source;
        let Span { start, end, .. } = statement.span;
        let name = block.name.as_ref().map_or(block.keyword, |name| name.span);
        let brace = opening_brace(source, name.end, end);
        let texts = |comments: &'t [Span]| -> Vec<&'t str> {
            comments.iter().map(|comment| text_of(text, *comment)).collect()
        };
        let mut parts = Parts {
            head: texts(within(comments, start, brace)),
            opening: None,
            clauses: Vec::with_capacity(block.clauses.len()),
            last: Vec::new(),
            one_line: same_line(text, start as usize, end as usize),
        };
        let mut behind = brace + 1;
        for clause in &block.clauses {
            let between = within(comments, behind, clause.span.start);
            let above = texts(parts.trailing(text, behind, between));
            behind = closed(source, clause.span.end, end);
            parts
                .clauses
                .push(ClauseParts::of(source, block.kind, clause, behind, above));
        }
        let between = within(comments, behind, end);
        parts.last = texts(parts.trailing(text, behind, between));
        parts
    }

    /// Hands the first comment to what stands before it, if it is on its line, and returns the others.
    fn trailing(&mut self, text: &'t str, behind: u32, comments: &'t [Span]) -> &'t [Span] {
        let Some((first, rest)) = comments.split_first() else {
            return comments;
        };
        if !same_line(text, behind as usize, first.start as usize) {
            return comments;
        }
        let comment = text_of(text, *first);
        match self.clauses.last_mut() {
            // The line is taken by a comment that stood within the clause.
            Some(clause) if clause.trailing.is_some() => clause.above.push(comment),
            Some(clause) => clause.trailing = Some(comment),
            None => self.opening = Some(comment),
        }
        rest
    }

    fn write(
        self,
        source: Source<'t>,
        block: &'t Block,
        order: &[usize],
        mut trailing: Option<&'t str>,
    ) -> Written<'t> {
        let width = block
            .clauses
            .iter()
            .map(|clause| clause.keyword.text.len() + 1)
            .max();
        let width = width.unwrap_or(0);
        let mut opening = self.opening;
        if self.one_line && opening.is_none() {
            // What is said of a block of one line is said of all of it.
            opening = trailing.take();
        }
        let mut clauses: Vec<Option<ClauseParts<'t>>> = self.clauses.into_iter().map(Some).collect();
        let mut inner = Vec::new();
        for index in order {
            let (Some(clause), Some(parts)) = (
                block.clauses.get(*index),
                clauses.get_mut(*index).and_then(Option::take),
            ) else {
                continue;
            };
            inner.push(Layout::End);
            inner.extend(parts.above.into_iter().map(Layout::Comment));
            inner.push(Layout::made(format!("{:width$}", clause.keyword.text)));
            inner.push(parts.value);
            inner.extend(parts.trailing.map(Layout::Trailing));
        }
        inner.extend(self.last.into_iter().map(Layout::Comment));
        let mut layout = vec![Layout::text(block.kind.keyword())];
        if let Some(name) = &block.name {
            layout.push(Layout::text(" "));
            layout.push(Layout::text(source.written(name.span)));
        }
        layout.push(Layout::text(" {"));
        let is_empty = inner.is_empty();
        layout.extend(opening.map(Layout::Trailing));
        layout.push(Layout::nest(inner));
        if !is_empty {
            layout.push(Layout::End);
        }
        layout.push(Layout::text("}"));
        Written {
            above: self.head,
            layout: Layout::All(layout),
            trailing,
        }
    }
}

impl<'t> ClauseParts<'t> {
    /// A clause that ends at `end`, closing parentheses included.
    fn of(
        source: Source<'t>,
        kind: BlockKind,
        clause: &'t Clause,
        end: u32,
        mut above: Vec<&'t str>,
    ) -> Self {
        let span = Span { end, ..clause.span };
        let mut trail = Trail::new(source, span);
        trail.pass(clause.keyword.span.end);
        let first = match &clause.expression {
            Some(expression) => first_word(&trail, expression),
            None => clause.items.first().map_or(end, |item| item.span.start),
        };
        above.extend(trail.before(first).all());
        let value = match &clause.expression {
            Some(condition) => expression(&mut trail, condition),
            None if kind == BlockKind::Test && clause.keyword.text == "expect" => {
                items(&mut trail, &clause.items, Pieces::Expectations)
            }
            None => items(&mut trail, &clause.items, Pieces::Pairs),
        };
        let rest = trail.rest();
        above.extend(rest.own);
        ClauseParts {
            above,
            value,
            trailing: rest.trailing,
        }
    }
}

/// The offset of the brace that opens a block whose head ends at `at`.
fn opening_brace(source: Source<'_>, at: u32, end: u32) -> u32 {
    let mut at = at;
    for comment in within(source.comments, at, end) {
        if let Some(brace) = find(source.text, at, comment.start, |byte| byte == b'{') {
            return brace;
        }
        at = comment.end;
    }
    find(source.text, at, end, |byte| byte == b'{').unwrap_or(at)
}

/// The end of a clause behind the parentheses that close its condition: the tree does not hold them.
fn closed(source: Source<'_>, clause_end: u32, block_end: u32) -> u32 {
    let mut end = clause_end;
    let mut at = clause_end;
    while let Some(next) = find(source.text, at, block_end, |byte| !byte.is_ascii_whitespace()) {
        match source.text.as_bytes().get(next as usize) {
            Some(b')') => {
                at = next + 1;
                end = at;
            }
            Some(b'#') => match within(source.comments, next, next + 1).first() {
                Some(comment) => at = comment.end,
                None => break,
            },
            _ => break,
        }
    }
    end
}

/// The offset of the first byte of `from..to` that is wanted.
fn find(text: &str, from: u32, to: u32, wanted: impl Fn(u8) -> bool) -> Option<u32> {
    let bytes = text.as_bytes().get(from as usize..to as usize)?;
    let at = bytes.iter().position(|byte| wanted(*byte))?;
    u32::try_from(at).ok()?.checked_add(from)
}
