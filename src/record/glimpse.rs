//! What of a record bears on how often targets fail: its time and its attempts, read without the rest, which is most of it.

use super::as_written;
use super::line::{RecordedAttempt, VERSION};
use super::parse::RawAttempt;
use super::text::Text;
use crate::facts::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The time and the attempts of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glimpse<'a> {
    /// When the request arrived.
    pub ts: Option<Timestamp>,
    /// The attempts in order.
    pub attempts: Vec<RecordedAttempt<'a>>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    v: Option<u64>,
    #[serde(borrow)]
    ts: Option<Text<'a>>,
    facts: Option<IgnoredAny>,
    #[serde(borrow)]
    attempts: Option<Vec<RawAttempt<'a>>>,
}

impl<'a> Glimpse<'a> {
    /// Reads one line; `None` where it is no record of this version.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        as_written::glimpse(line).or_else(|| Self::parse_thoroughly(line))
    }

    /// Reads a line that is written in any way.
    pub(super) fn parse_thoroughly(line: &'a [u8]) -> Option<Self> {
        if line.first() != Some(&b'{') {
            return None;
        }
        let raw: Raw<'a> = serde_json::from_slice(line).ok()?;
        if raw.v.is_some_and(|version| version != VERSION) || raw.facts.is_none() {
            return None;
        }
        let attempts = raw.attempts.unwrap_or_default();
        Some(Glimpse {
            ts: raw.ts.and_then(|text| Timestamp::parse(&text.0)),
            attempts: attempts.into_iter().map(RawAttempt::read).collect(),
        })
    }
}
