//! The comments of a piece of text, taken in the order in which the words are written: a comment stays behind the word
//! that it stood behind, or above the one that it stood above.

use super::layout::Layout;
use crate::source::Span;

/// The text of a file, and its comments.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    /// The text.
    pub(super) text: &'t str,
    /// The comments, in the order of the text.
    pub(super) comments: &'t [Span],
}

impl<'t> Source<'t> {
    /// The text of a span.
    pub(super) fn written(self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// The comments among the words of one clause or statement, and how far the words have been written.
pub(super) struct Trail<'t> {
    source: Source<'t>,
    /// Comments that are not written yet.
    left: &'t [Span],
    /// Offset behind the last word that was written.
    behind: usize,
}

/// The comments between two words.
pub(super) struct Between<'t> {
    /// The comment on the line of the word before.
    pub(super) trailing: Option<&'t str>,
    /// Those on lines of their own.
    pub(super) own: Vec<&'t str>,
}

impl<'t> Trail<'t> {
    /// The comments that lie within `span`.
    pub(super) fn new(source: Source<'t>, span: Span) -> Self {
        Trail {
            source,
            left: within(source.comments, span.start, span.end),
            behind: span.start as usize,
        }
    }

    /// The text of a span.
    pub(super) fn written(&self, span: Span) -> &'t str {
        self.source.written(span)
    }

    /// Writes the word at `span` as it is.
    pub(super) fn word(&mut self, span: Span) -> Layout<'t> {
        self.pass(span.end);
        Layout::text(self.written(span))
    }

    /// Everything before `end` has been written.
    pub(super) fn pass(&mut self, end: u32) {
        self.behind = self.behind.max(end as usize);
    }

    /// Takes the comments before the word at `start`.
    pub(super) fn before(&mut self, start: u32) -> Between<'t> {
        let count = self.left.partition_point(|comment| comment.start < start);
        let (taken, left) = self.left.split_at(count);
        self.left = left;
        self.between(taken)
    }

    /// Takes all comments that are left.
    pub(super) fn rest(&mut self) -> Between<'t> {
        self.before(u32::MAX)
    }

    /// The comments that are not taken yet, in their places.
    pub(super) fn left(&self) -> &'t [Span] {
        self.left
    }

    fn between(&self, taken: &[Span]) -> Between<'t> {
        let trails = taken
            .first()
            .is_some_and(|first| same_line(self.source.text, self.behind, first.start as usize));
        let mut texts = taken.iter().map(|comment| text_of(self.source.text, *comment));
        Between {
            trailing: if trails { texts.next() } else { None },
            own: texts.collect(),
        }
    }

    /// Writes the comments before the word at `start`, with `line` between the words: a line end in any case where
    /// there is a comment.
    pub(super) fn gap(&mut self, start: u32, line: Layout<'t>) -> Layout<'t> {
        self.before(start).with(line)
    }
}

impl<'t> Between<'t> {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.trailing.is_none() && self.own.is_empty()
    }

    /// All of them.
    pub(super) fn all(self) -> impl Iterator<Item = &'t str> {
        self.trailing.into_iter().chain(self.own)
    }

    /// The comments, with `line` between the words around them.
    pub(super) fn with(self, line: Layout<'t>) -> Layout<'t> {
        if self.is_empty() {
            return line;
        }
        let mut parts = Vec::with_capacity(self.own.len() + 2);
        parts.extend(self.trailing.map(Layout::Trailing));
        parts.push(Layout::End);
        parts.extend(self.own.into_iter().map(Layout::Comment));
        Layout::All(parts)
    }
}

/// The comments that lie in the bytes `start..end`.
pub(super) fn within(comments: &[Span], start: u32, end: u32) -> &[Span] {
    let first = comments.partition_point(|comment| comment.start < start);
    let behind = comments.partition_point(|comment| comment.start < end);
    comments.get(first..behind).unwrap_or_default()
}

/// The text of a comment, without blanks at its end.
pub(super) fn text_of(text: &str, comment: Span) -> &str {
    text.get(comment.range())
        .unwrap_or_default()
        .trim_end_matches([' ', '\t', '\u{c}'])
}

/// Whether no line ends between two offsets.
pub(super) fn same_line(text: &str, from: usize, to: usize) -> bool {
    line_ends(text, from, to) == 0
}

/// Whether a blank line stands between two offsets with nothing but blanks between them.
pub(super) fn blank_line(text: &str, from: usize, to: usize) -> bool {
    line_ends(text, from, to) > 1
}

/// How many lines end between two offsets, whatever the system ends them with; at most two are counted.
fn line_ends(text: &str, from: usize, to: usize) -> usize {
    let between = text.as_bytes().get(from..to).unwrap_or_default();
    let ends = between.iter().enumerate().filter(|(index, byte)| match byte {
        b'\n' => true,
        b'\r' => between.get(index + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.take(2).count()
}
