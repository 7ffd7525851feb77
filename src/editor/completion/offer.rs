//! One thing that can stand at a place.

use lsp_types::CompletionItemKind;

/// One thing that can stand here.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    /// What is shown and searched.
    pub(super) label: String,
    /// What is inserted.
    pub(super) text: String,
    /// What it is drawn as.
    pub(super) kind: CompletionItemKind,
    /// A few words beside the label.
    pub(super) detail: String,
    /// One line.
    pub(super) about: String,
}

impl Offer {
    /// Something that is inserted as it is shown.
    pub(super) fn new(kind: CompletionItemKind, label: impl Into<String>, detail: impl Into<String>) -> Self {
        let label = label.into();
        Offer {
            text: label.clone(),
            label,
            kind,
            detail: detail.into(),
            about: String::new(),
        }
    }

    /// With a line about it.
    pub(super) fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// With another text that is inserted.
    pub(super) fn inserting(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}
