//! What can stand at a place: read off the words before it, since the statement that is being typed rarely parses.

mod condition;
mod context;
mod offer;
mod tokens;
mod values;
mod words;

use super::analysis::Analysis;
use super::positions::Lines;
use super::vocabulary;
use context::{Context, Place};
use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, TextEdit};
use offer::Offer;
use std::collections::BTreeSet;
use std::ops::Range;

/// Most items that are offered.
const MAX_ITEMS: usize = 1_000;

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
