//! Where the text that a match refers to stands in its file.

use super::grammar::Match;
use crate::source::{FileId, Span};

/// The file of a parsed piece of text, and the piece's offset in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The file.
    pub(super) file: FileId,
    /// Offset of the piece.
    pub(super) base: usize,
}

impl Place {
    /// The span of a match.
    pub(super) fn span(self, matched: &Match<'_>) -> Span {
        let span = matched.as_span();
        Span::new(self.file, self.base + span.start(), self.base + span.end())
    }

    /// The empty span where the piece begins.
    pub(super) fn start(self) -> Span {
        Span::new(self.file, self.base, self.base)
    }
}
