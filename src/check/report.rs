//! Findings as they are collected, and whether a statement came through without an error.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{FileId, Span};
use std::collections::BTreeSet;

/// Findings after which no names like those that are unknown are searched for: who has so many reads the first ones.
const MAX_WITH_SUGGESTIONS: usize = 200;

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    /// Codes with the file, start and end of their places, so that a broken file of many lines is told of in time.
    places: BTreeSet<(Code, FileId, u32, u32)>,
}

impl Report {
    /// Adds one finding.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity() == Severity::Error);
        if let Some(span) = diagnostic.primary().map(|label| label.span) {
            self.places
                .insert((diagnostic.code(), span.file, span.start, span.end));
        }
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error with its place and what was found there.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, label: &str) {
        self.push(Diagnostic::error(code, message).at(span, label));
    }

    /// Adds all findings.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics
            .into_iter()
            .for_each(|diagnostic| self.push(diagnostic));
    }

    /// Whether something of this code is said of a place within `span`.
    pub(super) fn has_within(&self, code: Code, span: Span) -> bool {
        let begin_within = (code, span.file, span.start, 0)..=(code, span.file, span.end, span.end);
        self.places
            .range(begin_within)
            .any(|(_, _, _, end)| *end <= span.end)
    }

    /// Whether a finding is worth a search for what was meant.
    pub(super) fn suggests(&self) -> bool {
        self.diagnostics.len() < MAX_WITH_SUGGESTIONS
    }

    /// Number of errors so far.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// All findings, in the order they were made.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}
