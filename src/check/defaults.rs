//! `defaults`: what holds where a rule says nothing.

use super::clauses::Clauses;
use super::report::Report;
use super::settings;
use crate::model::{Defaults, Tokenizer};
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
        tokenizer: tokenizer(&mut clauses, report).unwrap_or(built_in.tokenizer),
    };
    clauses.finish(report);
    defaults
}

/// The clause `tokenizer NAME`.
fn tokenizer(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Tokenizer> {
    const WANTED: &str = "`estimate`, `o200k` or `cl100k`";
    clauses.read("tokenizer", report, |items, report| {
        let word = items.name(WANTED, report)?;
        match word.text.as_str() {
            "estimate" => Some(Tokenizer::Estimate),
            "o200k" => Some(Tokenizer::O200k),
            "cl100k" => Some(Tokenizer::Cl100k),
            _ => {
                let names = ["estimate", "o200k", "cl100k"];
                settings::unknown_word(&word, "tokenizer", WANTED, names, report);
                None
            }
        }
    })
}
