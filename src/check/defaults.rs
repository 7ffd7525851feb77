//! `defaults`: what holds where a rule says nothing.

use super::clauses::Clauses;
use super::report::Report;
use super::{later, settings};
use crate::model::Defaults;
use crate::syntax::ast::Block;

/// Fewest and most bytes held back before the commit.
const HOLD: std::ops::RangeInclusive<u64> = 1_000..=256_000_000;

/// The built-in defaults with what a block changes. Parts with errors are left out.
pub(super) fn defaults(block: &Block, report: &mut Report) -> Defaults {
    let mut clauses = Clauses::new(block);
    let built_in = Defaults::default();
    let fallback_on = clauses.read("fallback", report, |items, report| {
        items.expect_word("on", report)?;
        settings::classes(items, report)
    });
    let hold = clauses.read("hold", report, |items, report| {
        items.count("a number of bytes", HOLD, report)
    });
    let defaults = Defaults {
        fallback_on: fallback_on.unwrap_or(built_in.fallback_on),
        retry: settings::retry(&mut clauses, built_in.retry.on, report).unwrap_or(built_in.retry),
        attempts: settings::attempts(&mut clauses, report).unwrap_or(built_in.attempts),
        timeouts: settings::timeouts(&mut clauses, report).over(built_in.timeouts),
        commit: settings::commit(&mut clauses, report).unwrap_or(built_in.commit),
        hold: hold
            .and_then(|hold| usize::try_from(hold).ok())
            .unwrap_or(built_in.hold),
        breaker: settings::breaker(&mut clauses, report).unwrap_or(built_in.breaker),
    };
    tokenizer(&mut clauses, report);
    clauses.finish(report);
    defaults
}

/// `tokenizer estimate` is what there is.
fn tokenizer(clauses: &mut Clauses<'_>, report: &mut Report) {
    clauses.read("tokenizer", report, |items, report| {
        let word = items.name("`estimate`", report)?;
        match word.text.as_str() {
            "estimate" => {}
            "o200k" | "cl100k" => {
                report.push(later::not_yet(&format!("tokenizer {}", word.text), word.span));
            }
            _ => settings::unknown_word(&word, "tokenizer", "`estimate`", ["estimate"], report),
        }
        Some(())
    });
}
