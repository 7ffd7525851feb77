//! What stands behind a clause's keyword, read from left to right. Whatever does not fit is reported once, where it
//! stands; the caller gets nothing and goes on.

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::quantity::{Share, TokenPrice, parse_duration};
use crate::source::Span;
use crate::syntax::ast::{Clause, Item, ItemKind, Word};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The items of one clause that are not read yet.
#[derive(Clone, Debug)]
pub(super) struct Items<'a> {
    clause: String,
    rest: &'a [Item],
    end: Span,
    quiet: bool,
}

impl<'a> Items<'a> {
    /// The items of a clause.
    pub(super) fn of(clause: &'a Clause) -> Self {
        Self::within(&clause.keyword.text, &clause.items, clause.span)
    }

    /// Items of a part of the clause `clause`, which stands at `span`.
    pub(super) fn within(clause: &str, items: &'a [Item], span: Span) -> Self {
        Items {
            clause: clause.to_owned(),
            rest: items,
            end: span.end_point(),
            quiet: false,
        }
    }

    /// The clause that they stand in.
    pub(super) fn clause(&self) -> &str {
        &self.clause
    }

    /// The next item, without taking it.
    pub(super) fn peek(&self) -> Option<&'a Item> {
        self.rest.first()
    }

    /// The next item.
    pub(super) fn next(&mut self) -> Option<&'a Item> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// All items that are not read yet.
    pub(super) fn rest(&self) -> &'a [Item] {
        self.rest
    }

    /// Whether everything was read.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the next item is this bare word; it is not taken.
    pub(super) fn at_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Item { kind: ItemKind::Bare(text), .. }) if text == word)
    }

    /// Takes the next item where it is this bare word.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.next();
        }
        found
    }

    /// Takes this bare word, or reports that it is missing.
    pub(super) fn expect_word(&mut self, word: &str, report: &mut Report) -> Option<()> {
        if self.word(word) {
            return Some(());
        }
        self.refuse(&format!("`{word}`"), report);
        None
    }

    /// A name, bare or quoted. `what` says what is wanted, as in "a model".
    pub(super) fn name(&mut self, what: &str, report: &mut Report) -> Option<Word> {
        self.take(what, report, name_of)
    }

    /// A string in quotes.
    pub(super) fn text(&mut self, what: &str, report: &mut Report) -> Option<Word> {
        self.take(&format!("{what} in quotes"), report, |item| match &item.kind {
            ItemKind::Quoted(text) => Some(word(text, item.span)),
            _ => None,
        })
    }

    /// One name, or a list of them in brackets.
    pub(super) fn names(&mut self, what: &str, report: &mut Report) -> Option<Vec<Word>> {
        let Some(ItemKind::List(entries)) = self.peek().map(|item| &item.kind) else {
            return self.name(what, report).map(|name| vec![name]);
        };
        let span = self.next().map_or(self.end, |item| item.span);
        let mut names = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut items = Items::within(&self.clause, entry, entry_span(entry, span));
            names.extend(items.name(what, report));
            self.quiet |= items.quiet;
            items.finish(report);
        }
        Some(names)
    }

    /// The entries of a list in brackets, each one as items of its own; a list of one may be the bare entry.
    pub(super) fn list(&mut self, what: &str, report: &mut Report) -> Option<Vec<Items<'a>>> {
        let item = self.take(what, report, Some)?;
        let ItemKind::List(entries) = &item.kind else {
            let only = std::slice::from_ref(item);
            return Some(vec![Items::within(&self.clause, only, item.span)]);
        };
        let entries = entries.iter();
        Some(
            entries
                .map(|entry| Items::within(&self.clause, entry, entry_span(entry, item.span)))
                .collect(),
        )
    }

    /// The items in braces.
    pub(super) fn braces(&mut self, what: &str, report: &mut Report) -> Option<Items<'a>> {
        let item = self.take(what, report, Some)?;
        let ItemKind::Braces(items) = &item.kind else {
            self.refuse_item(what, item, report);
            return None;
        };
        Some(Items::within(&self.clause, items, item.span))
    }

    /// A whole number with an optional `k` or `M`, within the range.
    pub(super) fn count(
        &mut self,
        what: &str,
        range: RangeInclusive<u64>,
        report: &mut Report,
    ) -> Option<u64> {
        let wanted = format!("{what} from {} to {}", range.start(), range.end());
        self.take(&wanted, report, |item| match &item.kind {
            ItemKind::Bare(text) => parse_count(text).filter(|count| range.contains(count)),
            _ => None,
        })
    }

    /// A duration of at least one millisecond.
    pub(super) fn duration(&mut self, report: &mut Report) -> Option<Duration> {
        let wanted = "a duration such as `500ms`, `5s` or `2m`, of 1ms to 720h";
        self.take(wanted, report, |item| match &item.kind {
            ItemKind::Bare(text) => parse_duration(text).filter(|duration| !duration.is_zero()),
            _ => None,
        })
    }

    /// A percentage of 0 to 100 with at most two decimals.
    pub(super) fn percent(&mut self, report: &mut Report) -> Option<Share> {
        let wanted = "a percentage such as `90%` or `0.25%`";
        self.take(wanted, report, |item| match &item.kind {
            ItemKind::Percent(number) => Share::parse_percent(number),
            _ => None,
        })
    }

    /// A price in dollars per million tokens with at most six decimals.
    pub(super) fn price(&mut self, report: &mut Report) -> Option<TokenPrice> {
        let wanted = "a price in dollars per million tokens such as `$0.15`";
        self.take(wanted, report, |item| match &item.kind {
            ItemKind::Money(number) => TokenPrice::parse_dollars_per_million(number),
            _ => None,
        })
    }

    /// The next item as `read` understands it; else it is reported that `what` is wanted here.
    pub(super) fn take<T>(
        &mut self,
        what: &str,
        report: &mut Report,
        read: impl FnOnce(&'a Item) -> Option<T>,
    ) -> Option<T> {
        let value = self.peek().and_then(read);
        match value.is_some() {
            true => {
                self.next();
            }
            false => self.refuse(what, report),
        }
        value
    }

    /// Reports that `what` is wanted here; what is left of the clause is passed over.
    pub(super) fn refuse(&mut self, what: &str, report: &mut Report) {
        let diagnostic = match self.peek() {
            Some(item) => wrong_item(&self.clause, what, item),
            None => Diagnostic::error(Code::BAD_VALUE, format!("`{}` lacks {what}", self.clause))
                .at(self.end, format!("{what} is missing here")),
        };
        report.push(diagnostic);
        self.abandon();
    }

    /// Reports that an item taken before is not `what`.
    pub(super) fn refuse_item(&mut self, what: &str, item: &Item, report: &mut Report) {
        report.push(wrong_item(&self.clause, what, item));
        self.abandon();
    }

    /// Passes over what is left, since something was reported.
    pub(super) fn abandon(&mut self) {
        self.rest = &[];
        self.quiet = true;
    }

    /// Ends the clause: what was not read is reported, unless something was already.
    pub(super) fn finish(self, report: &mut Report) {
        if let (Some(item), false) = (self.peek(), self.quiet) {
            let message = format!("`{}` ends before {}", self.clause, describe(item));
            report.error(Code::BAD_VALUE, item.span, message, "not expected here");
        }
    }
}

/// A whole number with an optional `k` or `M`; `None` for anything else or beyond 64 bits.
pub(super) fn parse_count(text: &str) -> Option<u64> {
    let (digits, factor) = match text.as_bytes().last()? {
        b'k' => (&text[..text.len() - 1], 1_000),
        b'M' => (&text[..text.len() - 1], 1_000_000),
        _ => (text, 1),
    };
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole
        .then(|| digits.parse::<u64>().ok()?.checked_mul(factor))
        .flatten()
}

/// The name that an item is, bare or quoted.
pub(super) fn name_of(item: &Item) -> Option<Word> {
    match &item.kind {
        ItemKind::Bare(text) | ItemKind::Quoted(text) => Some(word(text, item.span)),
        _ => None,
    }
}

fn word(text: &str, span: Span) -> Word {
    Word {
        text: text.to_owned(),
        span,
    }
}

fn entry_span(entry: &[Item], list: Span) -> Span {
    match (entry.first(), entry.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => list,
    }
}

fn wrong_item(clause: &str, what: &str, item: &Item) -> Diagnostic {
    let message = format!("`{clause}` wants {what}, not {}", describe(item));
    Diagnostic::error(Code::BAD_VALUE, message).at(item.span, format!("this is not {what}"))
}

/// An item as messages call it.
pub(super) fn describe(item: &Item) -> String {
    match &item.kind {
        ItemKind::Bare(text) => format!("`{text}`"),
        ItemKind::Quoted(text) => format!("`{text:?}`"),
        ItemKind::Money(number) => format!("`${number}`"),
        ItemKind::Percent(number) => format!("`{number}%`"),
        ItemKind::List(_) => "a list".to_owned(),
        ItemKind::Braces(_) => "braces".to_owned(),
    }
}
