//! The few lines of a file that a diagnostic shows, however long the file and its lines are.

use crate::source::{SourceFile, Span};
use std::ops::Range;

/// Most bytes of a file that are shown before and behind what is underlined on its lines.
const AROUND: usize = 300;

/// Most bytes of an excerpt.
const LONGEST: usize = 8_000;

/// A part of a file.
pub(super) struct Excerpt<'a> {
    /// The text shown.
    pub(super) text: &'a str,
    /// The line that it begins in, from 1.
    pub(super) line: usize,
    /// Whether it begins where a line begins, so that columns in it are those of the file.
    pub(super) begins_a_line: bool,
    start: usize,
}

impl<'a> Excerpt<'a> {
    /// The lines around spans of a file, cut where they are too long.
    pub(super) fn around(file: &'a SourceFile, spans: impl Iterator<Item = Span>) -> Self {
        let text = file.text();
        let (first, last) = spans.fold((text.len(), 0), |(first, last), span| {
            (first.min(span.start as usize), last.max(span.end as usize))
        });
        let first = floor(text, first);
        let last = floor(text, last.clamp(first, first.saturating_add(LONGEST)));
        let before = text
            .get(..first)
            .and_then(|head| head.rfind('\n'))
            .map_or(0, |at| at + 1);
        let behind = text
            .get(last..)
            .and_then(|rest| rest.find('\n'))
            .map_or(text.len(), |at| last + at);
        let start = floor(text, before.max(first.saturating_sub(AROUND)));
        let end = floor(text, behind.min(last.saturating_add(AROUND)));
        Excerpt {
            text: text.get(start..end).unwrap_or_default(),
            line: file.position(start).line,
            begins_a_line: start == before,
            start,
        }
    }

    /// A span of the file as a range of the excerpt's bytes, cut to it.
    pub(super) fn within(&self, span: Span) -> Range<usize> {
        let inside = |offset: u32| floor(self.text, (offset as usize).saturating_sub(self.start));
        let (start, end) = (inside(span.start), inside(span.end));
        start..end.max(start)
    }
}

/// The character boundary at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}
