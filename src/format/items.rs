//! What stands behind a clause's keyword, where that is no condition.

use super::brackets::{BRACES, LIST};
use super::comments::Trail;
use super::layout::Layout;
use crate::syntax::ast::{Item, ItemKind};

/// Writes items with blanks between them, or one below the other where comments stand between them. Comments before the
/// first are left to the caller.
pub(super) fn items<'t>(trail: &mut Trail<'t>, items: &'t [Item], pieces: Pieces) -> Layout<'t> {
    let mut parts = Vec::with_capacity(items.len() * 2);
    let mut breaks = false;
    for (index, each) in items.iter().enumerate() {
        if index > 0 {
            let between = trail.before(each.span.start);
            breaks |= !between.is_empty();
            parts.push(between.with(Layout::text(" ")));
        }
        parts.push(item(trail, each, pieces));
    }
    if breaks {
        Layout::align(parts)
    } else {
        Layout::All(parts)
    }
}

/// How the items in a clause's braces belong together, should each piece need a line of its own.
#[derive(Clone, Copy)]
pub(super) enum Pieces {
    /// A name and a value, as in `split` and `given`.
    Pairs,
    /// What a test expects.
    Expectations,
}

fn item<'t>(trail: &mut Trail<'t>, item: &'t Item, pieces: Pieces) -> Layout<'t> {
    let end = item.span.end;
    match &item.kind {
        ItemKind::List(entries) => {
            trail.pass(item.span.start + 1);
            let start =
                |_: &Trail<'t>, entry: &'t Vec<Item>| entry.first().map_or(end, |first| first.span.start);
            LIST.around(trail, end, entries.iter(), start, |trail, entry| {
                items(trail, entry, Pieces::Pairs)
            })
        }
        ItemKind::Braces(inner) => {
            trail.pass(item.span.start + 1);
            let start =
                |_: &Trail<'t>, piece: &'t [Item]| piece.first().map_or(end, |first| first.span.start);
            let cut = pieces.cut(inner).into_iter();
            BRACES.around(trail, end, cut, start, |trail, piece| {
                items(trail, piece, Pieces::Pairs)
            })
        }
        // `list(string)` may have been written with blanks and comments in it.
        ItemKind::Bare(text) if text.len() < item.span.range().len() => {
            trail.pass(end);
            Layout::text(text)
        }
        _ => trail.word(item.span),
    }
}

impl Pieces {
    fn cut(self, mut items: &[Item]) -> Vec<&[Item]> {
        let mut pieces = Vec::new();
        while !items.is_empty() {
            let length = match self {
                Pieces::Pairs => 2,
                Pieces::Expectations => expectation(items),
            };
            let (piece, rest) = items.split_at(length.min(items.len()));
            pieces.push(piece);
            items = rest;
        }
        pieces
    }
}

/// How many of the items are the first expectation: its word, the words between, and a value.
fn expectation(items: &[Item]) -> usize {
    let word = |index: usize| match items.get(index).map(|item| &item.kind) {
        Some(ItemKind::Bare(word)) => word.as_str(),
        _ => "",
    };
    match (word(0), word(1), word(2)) {
        ("cost", "at", "most") | (_, "not", "in") => 4,
        (_, "is" | "in", _) => 3,
        _ => 2,
    }
}
