//! What can stand at a place: read off the words before it, since the statement that is being typed rarely parses.

mod condition;
mod context;
mod tokens;
mod values;
mod words;

use super::analysis::Analysis;
use super::positions::Lines;
use super::vocabulary;
use context::{Context, Place};
use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, TextEdit};
use std::collections::BTreeSet;
use std::ops::Range;

/// Most items that are offered.
const MAX_ITEMS: usize = 1_000;

/// One thing that can stand here.
#[derive(Clone, Debug, PartialEq)]
struct Offer {
    /// What is shown and searched.
    label: String,
    /// What is inserted.
    text: String,
    kind: CompletionItemKind,
    /// A few words beside the label.
    detail: String,
    about: String,
}

impl Offer {
    fn new(kind: CompletionItemKind, label: impl Into<String>, detail: impl Into<String>) -> Self {
        let label = label.into();
        Offer {
            text: label.clone(),
            label,
            kind,
            detail: detail.into(),
            about: String::new(),
        }
    }

    fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    fn inserting(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}

/// What can stand at a byte of a text, the likeliest first.
pub(super) fn complete(
    analysis: &Analysis,
    text: &str,
    offset: usize,
    lines: &Lines<'_>,
) -> Vec<CompletionItem> {
    let context = Context::at(text, offset, &values::tenant_facts(analysis));
    let mut seen = BTreeSet::new();
    offers(analysis, &context)
        .into_iter()
        .filter(|offer| seen.insert(offer.label.clone()))
        .take(MAX_ITEMS)
        .enumerate()
        .map(|(at, offer)| item(at, offer, lines, context.typed.clone()))
        .collect()
}

fn offers(analysis: &Analysis, context: &Context<'_>) -> Vec<Offer> {
    match &context.place {
        Place::Nothing => Vec::new(),
        Place::Statement => vocabulary::STATEMENTS
            .iter()
            .map(|known| Offer::new(CompletionItemKind::KEYWORD, known.word, "statement").about(known.about))
            .collect(),
        Place::Condition { clause, before } => {
            let mut offers = condition::offers(analysis, context, clause, before);
            if condition::is_complete(before) && context.string.is_none() {
                offers.extend(words::clauses(analysis, context));
            }
            offers
        }
        Place::Clause => words::clauses(analysis, context),
        Place::Value { clause, before } => {
            let mut offers = words::values(analysis, context, clause, before);
            if words::may_end(context, before) {
                offers.extend(words::clauses(analysis, context));
            }
            offers
        }
    }
}

fn item(at: usize, offer: Offer, lines: &Lines<'_>, typed: Range<usize>) -> CompletionItem {
    CompletionItem {
        label: offer.label.clone(),
        kind: Some(offer.kind),
        detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
        documentation: Some(offer.about)
            .filter(|about| !about.is_empty())
            .map(Documentation::String),
        sort_text: Some(format!("{at:04}")),
        filter_text: Some(offer.text.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(
            lines.range(typed),
            offer.text,
        ))),
        ..CompletionItem::default()
    }
}
