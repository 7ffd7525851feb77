//! `record content` of routes and `record no content` of guards: what records hold of what was said.

use super::clauses::{Clauses, without};
use super::items::{Items, describe};
use super::report::Report;
use super::settings::unknown_word;
use crate::cel::{pattern, quote};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::model::{Content, Redaction, Sensitive, USUAL_CONTENT};
use crate::source::Span;
use crate::syntax::ast::{ItemKind, Word};
use std::ops::RangeInclusive;

/// Fewest and most bytes of a text that a record holds: with both texts at most, and each letter escaped, a record is
/// still shorter than the longest line that is read.
const BYTES: RangeInclusive<u64> = 1_000..=256_000;

/// Most things that are left out of the texts of one route.
const MAX_REDACTIONS: usize = 32;

/// The clause `record content [up to N] [redact LIST]` of a route; the two in any order.
pub(super) fn content(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Content> {
    clauses.read("record", report, |items, report| {
        if items.at_word("no") {
            refuse_no(items, report);
            return None;
        }
        items.expect_word("content", report)?;
        let (mut most, mut redact) = (None, None);
        loop {
            if most.is_none() && items.word("up") {
                items.expect_word("to", report)?;
                let bytes = items.count("a number of bytes", BYTES, report)?;
                most = Some(usize::try_from(bytes).ok()?);
            } else if redact.is_none() && items.word("redact") {
                redact = Some(redactions(items, report)?);
            } else {
                break;
            }
        }
        Some(Content {
            most: most.unwrap_or(USUAL_CONTENT),
            redact: redact.unwrap_or_default(),
        })
    })
}

/// Whether a guard has the clause `record no content`.
pub(super) fn forbidden(clauses: &mut Clauses<'_>, report: &mut Report) -> bool {
    let read = clauses.read("record", report, |items, report| {
        let span = items.peek().map(|item| item.span);
        if let Some(span) = span.filter(|_| items.at_word("content")) {
            report.push(
                Diagnostic::error(Code::BAD_VALUE, "a guard cannot ask for `record content`")
                    .at(span, "a guard only forbids it")
                    .help("write `record content` into the routes whose requests are meant")
                    .fix(Fix::suggestion("write `no content`").replace(span, "no content")),
            );
            items.abandon();
            return None;
        }
        items.expect_word("no", report)?;
        items.expect_word("content", report)
    });
    read.is_some()
}

/// Reports `no content` in a route.
fn refuse_no(items: &mut Items<'_>, report: &mut Report) {
    if let Some(item) = items.peek() {
        let message = "a route records nothing that was said unless it asks for it";
        report.push(
            Diagnostic::error(Code::BAD_VALUE, message)
                .at(item.span, "`record no content` is for guards")
                .help("leave the clause out, or write a guard with `record no content`, which holds for all routes"),
        );
    }
    items.abandon();
}

/// A word or a pattern, or a list of them.
fn redactions(items: &mut Items<'_>, report: &mut Report) -> Option<Vec<Redaction>> {
    const WANTED: &str = "`email`, `phone`, `card`, `key` or a pattern in quotes";
    let span = items.peek().map(|item| item.span);
    let entries = items.list(WANTED, report)?;
    if let Some(span) = span.filter(|_| entries.is_empty() || entries.len() > MAX_REDACTIONS) {
        let (code, message) = match entries.is_empty() {
            true => (Code::BAD_VALUE, "`redact` lists nothing".to_owned()),
            false => {
                let message = format!("`redact` lists at most {MAX_REDACTIONS} things");
                (Code::TOO_LARGE, message)
            }
        };
        report.error(code, span, message, "");
        return None;
    }
    let mut read = Vec::with_capacity(entries.len());
    let mut before = None;
    let mut is_sound = true;
    for mut entry in entries {
        let behind = before;
        let item = entry.take(WANTED, report, Some);
        before = item.map(|item| item.span).or(before);
        let redaction = item.and_then(|item| match &item.kind {
            ItemKind::Bare(word) => known(word, item.span, WANTED, report),
            ItemKind::Quoted(text) => matching(text, item.span, report),
            _ => {
                let message = format!("`redact` wants {WANTED}, not {}", describe(item));
                report.error(Code::BAD_VALUE, item.span, message, "");
                None
            }
        });
        entry.finish(report);
        is_sound &= redaction.is_some();
        let repeated = redaction.as_ref().is_some_and(|own| read.contains(own));
        if let Some(item) = item.filter(|_| repeated) {
            let message = format!("{} stands twice in `redact`", describe(item));
            let diagnostic = Diagnostic::error(Code::DUPLICATE_ENTRY, message).at(item.span, "again here");
            report.push(without(diagnostic, behind, item.span));
        }
        read.extend(redaction);
    }
    is_sound.then_some(read)
}

/// Something that is known by its form.
fn known(word: &str, span: Span, wanted: &str, report: &mut Report) -> Option<Redaction> {
    let known = Sensitive::from_name(word);
    if known.is_none() {
        let word = Word {
            text: word.to_owned(),
            span,
        };
        unknown_word(
            &word,
            "redact",
            wanted,
            Sensitive::ALL.map(Sensitive::name),
            report,
        );
    }
    known.map(Redaction::Known)
}

/// A pattern, which has to compile, and to match something.
fn matching(text: &str, span: Span, report: &mut Report) -> Option<Redaction> {
    match pattern::compile(text) {
        Err(error) => {
            let place = text
                .get(..error.offset)
                .map_or(0, |before| before.chars().count());
            let diagnostic = Diagnostic::error(
                Code::BAD_PATTERN,
                format!("the pattern does not compile: {error}"),
            )
            .at(span, format!("at character {} of the pattern", place + 1))
            .help("patterns are in RE2's syntax; a raw string, `r\"\\d+\"`, keeps its backslashes");
            let plain = quote(&regex::escape(text));
            report.push(match text.len() <= pattern::LONGEST_PATTERN {
                true => diagnostic.fix(Fix::suggestion("match the text as it stands").replace(span, plain)),
                false => diagnostic,
            });
            None
        }
        Ok(_) if matches_nothing(text) => {
            let message = "the pattern matches the empty text, which is everywhere and hides nothing";
            let diagnostic = Diagnostic::error(Code::BAD_VALUE, message)
                .at(span, "fits between any two letters")
                .help("let it match at least one letter: `+` for `*`, a bound from 1 up");
            report.push(match at_least_one(text) {
                Some(other) => {
                    let title = format!("write {}", quote(&other));
                    diagnostic.fix(Fix::suggestion(title).replace(span, quote(&other)))
                }
                None => diagnostic,
            });
            None
        }
        Ok(_) => Some(Redaction::Pattern(text.to_owned())),
    }
}

/// Whether a pattern matches the empty text, somewhere at least.
fn matches_nothing(text: &str) -> bool {
    let parsed = pattern::translate(text)
        .ok()
        .and_then(|translated| regex_automata::util::syntax::parse(&translated).ok());
    parsed.is_some_and(|parsed| parsed.properties().minimum_len() == Some(0))
}

/// The pattern with `+` for each `*`, where that is what it lacks.
fn at_least_one(text: &str) -> Option<String> {
    let other = text.replace('*', "+");
    let is_better = other != text && pattern::compile(&other).is_ok() && !matches_nothing(&other);
    is_better.then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_can_be_empty_is_known_and_mended_where_a_star_makes_it_so() {
        for (text, mended) in [
            (r"\d*", Some(r"\d+")),
            ("a*b*", Some("a+b+")),
            ("x?", None),
            ("x?y*", Some("x?y+")),
            (r"\b", None),
            ("^", None),
            ("a|", None),
            ("", None),
        ] {
            assert!(matches_nothing(text), "{text}");
            assert_eq!(at_least_one(text).as_deref(), mended, "{text}");
        }
        for text in [r"\d+", "a*b", "[*]", "a{1,3}", r"\bword\b"] {
            assert!(!matches_nothing(text), "{text}");
        }
    }
}
