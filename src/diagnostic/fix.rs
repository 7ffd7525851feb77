//! A change of the policy's text that would settle a finding: data, which `check --fix` and editors carry out.

use crate::source::Span;

/// How far a fix can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// It keeps the meaning, or there is one thing only that can have been meant: it may be applied unseen.
    Safe,
    /// It may not be what was meant: a person should look first.
    Suggestion,
}

impl Applicability {
    /// The word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Suggestion => "suggestion",
        }
    }
}

/// Text that takes the place of other text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span is a place to insert at.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

/// A change that would settle a finding: all its edits together, or none. No two edits of a fix overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    title: String,
    applicability: Applicability,
    edits: Vec<Edit>,
}

impl Fix {
    /// A fix that may be applied unseen; the title says what it does in a few words, such as "write `tier`".
    pub fn safe(title: impl Into<String>) -> Self {
        Self::new(title, Applicability::Safe)
    }

    /// A fix that a person should look at.
    pub fn suggestion(title: impl Into<String>) -> Self {
        Self::new(title, Applicability::Suggestion)
    }

    fn new(title: impl Into<String>, applicability: Applicability) -> Self {
        Fix {
            title: title.into(),
            applicability,
            edits: Vec::new(),
        }
    }

    /// Puts a text in the place of another.
    #[must_use]
    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit {
            span,
            text: text.into(),
        });
        self
    }

    /// Takes a text out.
    #[must_use]
    pub fn remove(self, span: Span) -> Self {
        self.replace(span, "")
    }

    /// What it does, in a few words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How far it can be trusted.
    pub fn applicability(&self) -> Applicability {
        self.applicability
    }

    /// The changes of text.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }
}
