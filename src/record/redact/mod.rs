//! What is left out of recorded texts: found by patterns and by known forms, and replaced by a mark that says what stood
//! there.
//!
//! All findings are sought in the text as it was, so that none can hide another; those that touch are one.

mod card;
mod known;

use crate::cel::pattern::{self, PatternError};
use crate::model::{Content, Redaction, Sensitive};
use regex::Regex;
use std::ops::Range;

/// What stands in the place of what a pattern of the policy matches.
const MARK: &str = "[redacted]";

/// Bytes behind a cut that are looked at, and not recorded: what is found is at most so long where it begins before the
/// cut. A text of which more has been lost ends this much earlier.
pub const LOOKAHEAD: usize = 4096;

/// Leaves things out of texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    finders: Vec<Finder>,
}

/// What of a match is meant.
type Within = fn(&str) -> Vec<Range<usize>>;

/// Finds one kind of things.
#[derive(Clone, Debug)]
struct Finder {
    regex: Regex,
    mark: String,
    /// What of a match is meant; all of it where there is nothing.
    within: Option<Within>,
}

impl Redactor {
    /// What the records of a route leave out.
    ///
    /// # Errors
    /// A pattern does not compile; a policy that was checked has none such.
    pub fn new(content: &Content) -> Result<Self, PatternError> {
        let finders = content.redact.iter().map(Finder::new);
        Ok(Redactor {
            finders: finders.collect::<Result<_, _>>()?,
        })
    }

    /// Whether nothing is left out.
    pub fn is_idle(&self) -> bool {
        self.finders.is_empty()
    }

    /// The first `visible` bytes of a text without what is left out; what stands behind them is looked at only. `None`
    /// where these bytes stay as they are.
    pub fn redact(&self, text: &str, visible: usize) -> Option<String> {
        let mut found = self.find(text, visible).into_iter().peekable();
        found.peek()?;
        let mut redacted = String::with_capacity(visible);
        let mut at = 0;
        while let Some((mut range, mark)) = found.next() {
            while let Some((next, _)) = found.next_if(|(next, _)| next.start <= range.end) {
                range.end = range.end.max(next.end);
            }
            redacted.push_str(text.get(at..range.start).unwrap_or_default());
            redacted.push_str(mark);
            at = range.end;
        }
        redacted.push_str(text.get(at..visible).unwrap_or_default());
        Some(redacted)
    }

    /// What begins within the visible bytes, in the order of the text, each with its mark.
    fn find(&self, text: &str, visible: usize) -> Vec<(Range<usize>, &str)> {
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for finder in &self.finders {
            for matched in finder.regex.find_iter(text) {
                if matched.start() >= visible {
                    break;
                }
                let mut take = |range: Range<usize>| {
                    if !range.is_empty() && range.start < visible {
                        found.push((range, finder.mark.as_str()));
                    }
                };
                match finder.within {
                    Some(within) => within(matched.as_str())
                        .into_iter()
                        .for_each(|range| take(matched.start() + range.start..matched.start() + range.end)),
                    None => take(matched.range()),
                }
            }
        }
        found.sort_by_key(|(range, _)| (range.start, range.end));
        found
    }
}

impl Finder {
    fn new(redaction: &Redaction) -> Result<Self, PatternError> {
        let (text, mark) = match redaction {
            Redaction::Known(known) => (known::pattern(*known), format!("[redacted:{}]", known.name())),
            Redaction::Pattern(text) => (text.as_str(), MARK.to_owned()),
        };
        let within: Option<Within> = match redaction {
            Redaction::Known(Sensitive::Card) => Some(card::numbers),
            _ => None,
        };
        Ok(Finder {
            regex: pattern::compile(text)?,
            mark,
            within,
        })
    }
}

#[cfg(test)]
mod tests;
