//! Records as they are written here, read in one pass: fields in the writer's order, nothing between them. What is written
//! otherwise is left to the thorough reader; the two agree on every line that this one reads.

use super::cost::Usage;
use super::decision::{RecordedDecision, RecordedSkip};
use super::facts::RecordedFacts;
use super::glimpse::Glimpse;
use super::line::{Record, RecordedAttempt, RecordedOutcome, RecordedShadow};
use super::parse::{parse_propensity, parse_seed, passes};
use super::propensity::RecordedPropensity;
use super::scan::Scan;
use super::value::RecordedValue;
use crate::facts::{Demand, Demands, Timestamp};
use crate::quantity::{Cost, Probability};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Facts that a line has room for at once.
const USUAL_FACTS: usize = 24;

/// Where the attempts begin.
static ATTEMPTS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#","attempts":["#));

/// How a line of this version begins.
const HEAD: &[u8; 6] = br#"{"v":1"#;

/// What was said, which nobody reads here.
const CONTENT: &[u8; 11] = br#","content":"#;

/// The record in a line; `None` where another reader has to say what it is.
pub(super) fn record(line: &[u8]) -> Option<Record<'_>> {
    let mut scan = Scan::new(line)?;
    scan.word(HEAD)?;
    let record = Record {
        ts: scan.field(br#","ts":"#, |scan| Timestamp::parse(scan.text()?))?,
        id: scan.field(br#","id":"#, Scan::string)?,
        policy: scan.field(br#","policy":"#, Scan::string)?,
        seed: scan.field(br#","seed":"#, |scan| parse_seed(scan.text()?))?,
        orders: scan.field(br#","orders":"#, |scan| scan.entries(Scan::strings))??,
        facts: scan.field(br#","facts":"#, facts)??,
        demands: scan.field(br#","demands":"#, demands)?.unwrap_or_default(),
        prompted: scan.field(br#","prompted":"#, truths)?.unwrap_or_default(),
        decision: scan.field(br#","decision":"#, decision)?,
        propensity: RecordedPropensity {
            taken: scan.field(br#","propensity":"#, |scan| parse_propensity(scan.text()?))?,
            arms: scan.field(br#","arms":"#, arms)?.unwrap_or_default(),
        },
        attempts: scan.field(br#","attempts":"#, attempts)??,
        shadow: scan.field(br#","shadow":"#, shadow)?,
        passed_over: passes(
            scan.field(br#","passed_over":"#, Scan::strings)?
                .unwrap_or_default(),
            scan.field(br#","passed_over_after":"#, Scan::strings)?
                .unwrap_or_default(),
        ),
        outcome: scan.field(br#","outcome":"#, outcome)?,
        usage: scan.field(br#","usage":"#, |scan| scan.nullable(usage))??,
        cost_usd: scan.field(br#","cost_usd":"#, |scan| scan.nullable(cost))??,
        hold_exceeded: scan.field(br#","hold_exceeded":"#, Scan::truth)?.unwrap_or(false),
    };
    scan.skip_field(CONTENT)?;
    scan.expect(b'}')?;
    scan.end()?;
    Some(record)
}

/// The time and the attempts of the record in a line; `None` as of [`record`]. What stands between the beginning of the
/// facts and the attempts, most of a line, is passed over unread: where it is broken, the attempts are told of all the same,
/// and whoever reads the whole record says what is wrong.
pub(super) fn glimpse(line: &[u8]) -> Option<Glimpse<'_>> {
    let mut scan = Scan::new(line)?;
    scan.word(HEAD)?;
    let ts = scan.field(br#","ts":"#, Scan::text)?;
    scan.skip_field(br#","id":"#)?;
    scan.skip_field(br#","policy":"#)?;
    scan.skip_field(br#","seed":"#)?;
    scan.skip_field(br#","orders":"#)?;
    scan.word(br#","facts":{"#)?;
    // A text has a backslash before each of its quotes, so that this is no part of one; and where it stood deeper than the
    // record's own attempts, one closing brace would not end the line.
    scan.pass_to(&ATTEMPTS)?;
    let attempts = scan.field(br#","attempts":"#, attempts)??;
    scan.skip_field(br#","shadow":"#)?;
    scan.skip_field(br#","passed_over":"#)?;
    scan.skip_field(br#","passed_over_after":"#)?;
    scan.skip_field(br#","outcome":"#)?;
    scan.skip_field(br#","usage":"#)?;
    scan.skip_field(br#","cost_usd":"#)?;
    scan.skip_field(br#","hold_exceeded":"#)?;
    scan.skip_field(CONTENT)?;
    scan.expect(b'}')?;
    scan.end()?;
    Some(Glimpse {
        ts: ts.and_then(Timestamp::parse),
        attempts,
    })
}

impl<'l> Scan<'l> {
    /// What stands behind these bytes, where they come next; the inner `None` where they do not.
    #[inline]
    fn field<const LENGTH: usize, T>(
        &mut self,
        key: &[u8; LENGTH],
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.word(key) {
            Some(()) => read(self).map(Some),
            None => Some(None),
        }
    }

    /// Passes over what stands behind these bytes, where they come next.
    #[inline]
    fn skip_field<const LENGTH: usize>(&mut self, key: &[u8; LENGTH]) -> Option<()> {
        self.field(key, Scan::skip).map(drop)
    }

    /// A value or `null`.
    fn nullable<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.word(b"null") {
            Some(()) => Some(None),
            None => read(self).map(Some),
        }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut list = Vec::new();
        self.items(b'[', b']', |scan| {
            list.push(item(scan)?);
            Some(())
        })?;
        Some(list)
    }

    fn strings(&mut self) -> Option<Vec<Cow<'l, str>>> {
        self.list(Scan::string)
    }

    /// The entries of an object, in order.
    fn entries<T>(
        &mut self,
        mut value: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<(Cow<'l, str>, T)>> {
        let mut entries = Vec::new();
        self.items(b'{', b'}', |scan| {
            let key = scan.string()?;
            scan.expect(b':')?;
            entries.push((key, value(scan)?));
            Some(())
        })?;
        Some(entries)
    }

    /// A whole number that may be below 0.
    fn signed(&mut self) -> Option<i64> {
        let is_negative = self.word(b"-").is_some();
        let number = i64::try_from(self.whole()?).ok()?;
        match (is_negative, number) {
            // JSON's -0 is no whole number.
            (true, 0) => None,
            (true, number) => Some(-number),
            (false, number) => Some(number),
        }
    }
}

fn facts<'l>(scan: &mut Scan<'l>) -> Option<RecordedFacts<'l>> {
    let mut entries = Vec::with_capacity(USUAL_FACTS);
    scan.items(b'{', b'}', |scan| {
        let name = scan.string()?;
        scan.expect(b':')?;
        entries.push((name, value(scan)?));
        Some(())
    })?;
    Some(RecordedFacts::new(entries))
}

fn value<'l>(scan: &mut Scan<'l>) -> Option<RecordedValue<'l>> {
    Some(match scan.peek()? {
        b'"' => RecordedValue::String(scan.string()?),
        b'-' | b'0'..=b'9' => RecordedValue::Int(scan.signed()?),
        b't' | b'f' => RecordedValue::Bool(scan.truth()?),
        b'n' => {
            scan.word(b"null")?;
            RecordedValue::Null
        }
        b'[' => RecordedValue::List(scan.strings()?),
        b'{' => RecordedValue::Map(scan.entries(Scan::string)?),
        _ => return None,
    })
}

fn demands(scan: &mut Scan<'_>) -> Option<Demands> {
    let names = scan.strings()?;
    Some(names.iter().filter_map(|name| Demand::from_name(name)).collect())
}

fn truths<'l>(scan: &mut Scan<'l>) -> Option<Vec<(Cow<'l, str>, bool)>> {
    scan.entries(Scan::truth)
}

fn decision<'l>(scan: &mut Scan<'l>) -> Option<RecordedDecision<'l>> {
    scan.word(br#"{"route":"#)?;
    let decision = RecordedDecision {
        route: scan.nullable(Scan::string)?,
        targets: scan.field(br#","targets":"#, Scan::strings)??,
        shadow: scan.field(br#","shadow":"#, Scan::string)?,
        guards: scan.field(br#","guards":"#, Scan::strings)??,
        skipped: scan.field(br#","skipped":"#, |scan| scan.list(skip))??,
        denied: scan.field(br#","denied":"#, Scan::string)?,
        status: scan.field(br#","status":"#, status)?,
        error: scan.field(br#","error":"#, Scan::string)?,
        max_tokens: scan.field(br#","max_tokens":"#, |scan| scan.nullable(Scan::signed))?,
    };
    scan.word(b"}")?;
    Some(decision)
}

fn skip<'l>(scan: &mut Scan<'l>) -> Option<RecordedSkip<'l>> {
    scan.word(br#"{"target":"#)?;
    let skip = RecordedSkip {
        target: scan.string()?,
        why: scan.field(br#","why":"#, Scan::string)??,
    };
    scan.word(b"}")?;
    Some(skip)
}

fn status(scan: &mut Scan<'_>) -> Option<u16> {
    u16::try_from(scan.whole()?).ok()
}

fn arms<'l>(scan: &mut Scan<'l>) -> Option<Vec<(Cow<'l, str>, Probability)>> {
    scan.entries(|scan| Probability::parse(scan.text()?))
}

fn attempts<'l>(scan: &mut Scan<'l>) -> Option<Vec<RecordedAttempt<'l>>> {
    scan.list(|scan| {
        let attempt = attempt(scan)?;
        scan.word(b"}")?;
        Some(attempt)
    })
}

/// An attempt but for its closing brace.
fn attempt<'l>(scan: &mut Scan<'l>) -> Option<RecordedAttempt<'l>> {
    scan.word(br#"{"target":"#)?;
    Some(RecordedAttempt {
        target: scan.string()?,
        status: scan.field(br#","status":"#, status)?,
        class: scan.field(br#","class":"#, Scan::string)?,
        first_token_ms: scan.field(br#","first_token_ms":"#, Scan::whole)?,
        ms: scan.field(br#","ms":"#, Scan::whole)?,
        cancelled: scan.field(br#","cancelled":"#, Scan::truth)?.unwrap_or(false),
    })
}

fn shadow<'l>(scan: &mut Scan<'l>) -> Option<RecordedShadow<'l>> {
    let shadow = RecordedShadow {
        attempt: attempt(scan)?,
        passed_over: scan.field(br#","passed_over":"#, Scan::string)?,
        usage: scan.field(br#","usage":"#, |scan| scan.nullable(usage))??,
        cost_usd: scan.field(br#","cost_usd":"#, |scan| scan.nullable(cost))??,
    };
    scan.word(b"}")?;
    Some(shadow)
}

fn outcome(scan: &mut Scan<'_>) -> Option<RecordedOutcome> {
    let name = scan.text()?;
    let mut all = RecordedOutcome::ALL.into_iter();
    all.find(|outcome| outcome.name() == name)
}

fn usage(scan: &mut Scan<'_>) -> Option<Usage> {
    scan.word(br#"{"input":"#)?;
    let usage = Usage {
        input: scan.whole()?,
        cached: scan.field(br#","cached":"#, Scan::whole)??,
        cache_write: scan.field(br#","cache_write":"#, Scan::whole)?.unwrap_or(0),
        output: scan.field(br#","output":"#, Scan::whole)??,
    };
    scan.word(b"}")?;
    Some(usage)
}

fn cost(scan: &mut Scan<'_>) -> Option<Cost> {
    Cost::parse_dollars(scan.text()?)
}
