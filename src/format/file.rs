//! A file: its statements with their comments, and the blank lines between them.

use super::comments::{Source, blank_line, same_line, text_of, within};
use super::layout::Layout;
use super::render::render;
use super::statement::statement;
use crate::source::Span;
use crate::syntax::ast::{Document, Statement, StatementKind};

/// Writes a document whose text is given.
pub(super) fn write(text: &str, document: &Document) -> String {
    let source = Source {
        text,
        comments: &document.comments,
    };
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut behind = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut previous = None;
    let mut statements = document.statements.iter().peekable();
    while let Some(each) = statements.next() {
        let next = statements.peek().copied();
        let trailing = trailing(source, each.span, next);
        let written = statement(source, each, trailing.map(|comment| text_of(text, comment)), next);
        let mut lines = comments(source, behind, each.span.start);
        let above = lines.last().map_or(behind, |last| last.end);
        let mut blank = blank_line(text, above as usize, each.span.start as usize);
        for comment in written.above {
            lines.push(Line {
                text: comment,
                blank: std::mem::take(&mut blank),
                end: above,
            });
        }
        if apart(previous, each) && !blank && lines.iter().all(|line| !line.blank) {
            match lines.first_mut() {
                Some(first) => first.blank = true,
                None => blank = true,
            }
        }
        lines.iter().for_each(|line| put(&mut out, line.text, line.blank));
        let layout = Layout::All(
            std::iter::once(written.layout)
                .chain(written.trailing.map(Layout::Trailing))
                .collect(),
        );
        put(&mut out, &render(&layout), blank);
        behind = trailing.unwrap_or(each.span).end;
        previous = Some(each);
    }
    for line in comments(
        source,
        behind,
        Span::new(document.file, text.len(), text.len()).end,
    ) {
        put(&mut out, line.text, line.blank);
    }
    out
}

/// Whether a blank line stands between two statements in any case: blocks keep their distance, but a table may stand
/// directly below the tenants that it adds to.
fn apart(previous: Option<&Statement>, each: &Statement) -> bool {
    let is_block = |statement: &Statement| matches!(statement.kind, StatementKind::Block(_));
    let is_table = matches!(each.kind, StatementKind::TenantsFrom { .. });
    is_block(each) || previous.is_some_and(is_block) && !is_table
}

/// A comment on a line of its own.
struct Line<'t> {
    text: &'t str,
    /// A blank line stands before it.
    blank: bool,
    /// Offset behind it.
    end: u32,
}

/// The comments between two offsets.
fn comments(source: Source<'_>, from: u32, to: u32) -> Vec<Line<'_>> {
    let mut behind = from;
    within(source.comments, from, to)
        .iter()
        .map(|comment| {
            let blank = blank_line(source.text, behind as usize, comment.start as usize);
            behind = comment.end;
            Line {
                text: text_of(source.text, *comment),
                blank,
                end: comment.end,
            }
        })
        .collect()
}

/// The comment on the line on which a statement ends.
fn trailing(source: Source<'_>, statement: Span, next: Option<&Statement>) -> Option<Span> {
    let end = next.map_or(u32::MAX, |next| next.span.start);
    let first = within(source.comments, statement.end, end).first()?;
    same_line(source.text, statement.end as usize, first.start as usize).then_some(*first)
}

/// Writes lines, behind a blank line where there is to be one and anything stands before it.
fn put(out: &mut String, lines: &str, blank: bool) {
    if blank && !out.is_empty() {
        out.push('\n');
    }
    out.push_str(lines);
    out.push('\n');
}
