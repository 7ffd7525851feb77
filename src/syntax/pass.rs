//! The state of the pre-scan within one statement: open brackets, and how much has been passed.

use super::bounds::MAX_BRACKET_ERRORS;
use crate::diagnostic::Diagnostic;

/// What the pre-scan takes the text for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A statement that ends with its `}` or before the next statement.
    Braced,
    /// A statement that ends before the next statement only.
    Open,
    /// One expression to the end of the text.
    Expression,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The sign.
    pub(super) bracket: u8,
    /// Its offset.
    pub(super) at: usize,
    /// Commas directly within.
    pub(super) commas: usize,
    /// Only blanks since the bracket or the last comma.
    pub(super) fresh: bool,
}

/// The state of one pass over a statement.
pub(super) struct Pass {
    /// Offset of the statement.
    pub(super) start: usize,
    /// Offset of what comes next.
    pub(super) at: usize,
    /// What the statement is taken for.
    pub(super) shape: Shape,
    /// Brackets open here, the outermost first.
    pub(super) open: Vec<Opening>,
    /// Brackets open beyond the bound.
    pub(super) beyond: usize,
    /// Bytes that do not count for the size: plain elements of lists.
    pub(super) free: usize,
    /// Bytes from the first to the last word.
    pub(super) size: usize,
    /// Elements of all lists.
    pub(super) elements: usize,
    /// Only blanks since the last line end.
    pub(super) line_begins: bool,
    /// The next word is the statement's name.
    pub(super) name_follows: bool,
    /// What is wrong.
    pub(super) trouble: Vec<Diagnostic>,
    /// The first place within brackets where another statement seems to begin.
    pub(super) restart: Option<Restart>,
}

/// Where to go on if a bracket turns out not to be closed, and what held there.
pub(super) struct Restart {
    /// Offset of the statement that seems to begin.
    pub(super) at: usize,
    /// Brackets open there.
    pub(super) open: Vec<Opening>,
    /// Findings so far.
    pub(super) troubles: usize,
    /// Comments so far.
    pub(super) comments: usize,
    /// The size so far.
    pub(super) size: usize,
}

impl Pass {
    /// At the beginning of a statement.
    pub(super) fn new(start: usize, shape: Shape) -> Self {
        Pass {
            start,
            at: start,
            shape,
            open: Vec::new(),
            beyond: 0,
            free: 0,
            size: 0,
            elements: 0,
            line_begins: false,
            name_follows: false,
            trouble: Vec::new(),
            restart: None,
        }
    }

    /// Whether this is directly within `[…]`.
    pub(super) fn in_list(&self) -> bool {
        self.beyond == 0 && self.open.last().is_some_and(|open| open.bracket == b'[')
    }

    /// Passes a word or a string: the first one of a list's element is free, and so are the parts of a dashed name.
    pub(super) fn plain(&mut self, end: usize, bytes: &[u8]) {
        let joined = self.at > 0 && matches!(bytes.get(self.at - 1), Some(b'-' | b'.'));
        let fresh = self
            .open
            .last_mut()
            .is_some_and(|open| std::mem::take(&mut open.fresh));
        if self.in_list() && (fresh || joined) {
            self.free += end - self.at;
            self.at = end;
            self.size = end - self.start - self.free;
        } else {
            self.take(end);
        }
    }

    /// Passes what counts for the size.
    pub(super) fn take(&mut self, end: usize) {
        self.at = end;
        self.size = end - self.start - self.free;
    }

    /// Keeps a finding, as long as there are few.
    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        if self.trouble.len() < MAX_BRACKET_ERRORS {
            self.trouble.push(diagnostic);
        }
    }
}
