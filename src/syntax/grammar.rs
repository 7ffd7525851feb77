//! The parser that pest makes of `grammar/policy.pest`.

// What pest generates has no docstrings.
#![allow(missing_docs, reason = "generated code")]

use pest::Parser;
use pest::iterators::{Pair, Pairs};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/policy.pest"]
struct PolicyGrammar;

/// A match of a rule within the text that was parsed.
pub(super) type Match<'a> = Pair<'a, Rule>;

/// Matches beside each other.
pub(super) type Matches<'a> = Pairs<'a, Rule>;

/// Parses a rule at the beginning of `text`, which is [`spaced`](super::spaces::spaced).
///
/// # Errors
///
/// The furthest offset at which a rule was tried in vain.
pub(super) fn parse(rule: Rule, text: &str) -> Result<Match<'_>, usize> {
    match PolicyGrammar::parse(rule, text) {
        Ok(mut pairs) => pairs.next().ok_or(0),
        Err(error) => Err(match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        }),
    }
}
