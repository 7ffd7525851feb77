//! A line of a record file read back.

use super::as_written;
use super::cost::Usage;
use super::decision::{RecordedDecision, RecordedSkip};
use super::facts::RecordedFacts;
use super::line::{Record, RecordedAttempt, RecordedOutcome, RecordedPass, RecordedShadow, VERSION};
use super::propensity::RecordedPropensity;
use super::text::{Text, plain};
use super::value::RecordedValue;
use crate::facts::{Builtin, Demand, Demands, Timestamp};
use crate::quantity::{Cost, Probability};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A line that is no record of this version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Not JSON, or a field with a value that it cannot have: what and where.
    Malformed(String),
    /// A record of another version.
    Version(String),
    /// A record without facts.
    NoFacts,
    /// A field with text that does not fit: its name, and the text.
    Field(&'static str, String),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Malformed(what) => write!(f, "no traffic record: {what}"),
            RecordError::Version(version) => {
                write!(
                    f,
                    "a traffic record of version {version}; version {VERSION} is read"
                )
            }
            RecordError::NoFacts => f.write_str("a traffic record without `facts`"),
            RecordError::Field(field, text) => {
                write!(f, "the field `{field}` of a traffic record cannot be `{text}`")
            }
        }
    }
}

impl std::error::Error for RecordError {}

impl<'a> Record<'a> {
    /// Reads one line. Only `facts` must be there; unknown fields are ignored; strings are borrowed from the line where
    /// they hold no escapes.
    pub fn parse(line: &'a [u8]) -> Result<Self, RecordError> {
        match as_written::record(line) {
            Some(record) => Ok(record),
            None => Self::parse_thoroughly(line),
        }
    }

    /// Reads a line that is written in any way, or says what is wrong with it.
    pub(super) fn parse_thoroughly(line: &'a [u8]) -> Result<Self, RecordError> {
        // A list would read as the fields in their order.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(RecordError::Malformed("a line is a JSON object".to_owned()));
        }
        let raw: Raw<'a> = match serde_json::from_slice(line) {
            Ok(raw) => raw,
            Err(error) => return Err(other_version(line).unwrap_or_else(|| malformed(&error))),
        };
        match raw.v {
            None | Some(serde_json::Value::Null) => {}
            Some(version) if version.as_u64() == Some(VERSION) => {}
            Some(version) => return Err(RecordError::Version(version.to_string())),
        }
        let facts = raw.facts.ok_or(RecordError::NoFacts)?;
        Ok(Record {
            ts: field("ts", raw.ts, Timestamp::parse)?,
            id: raw.id.map(|text| text.0),
            policy: raw.policy.map(|text| text.0),
            seed: field("seed", raw.seed, parse_seed)?,
            orders: orders(raw.orders.unwrap_or_default()),
            demands: demands(raw.demands.unwrap_or_default()),
            prompted: raw.prompted.unwrap_or_default().0,
            decision: raw.decision.map(RawDecision::read),
            propensity: RecordedPropensity {
                taken: field("propensity", raw.propensity, parse_propensity)?,
                arms: arms(raw.arms.unwrap_or_default())?,
            },
            attempts: raw
                .attempts
                .unwrap_or_default()
                .into_iter()
                .map(RawAttempt::read)
                .collect(),
            shadow: raw.shadow.map(|shadow| shadow.read(&facts)).transpose()?,
            passed_over: passes(plain(raw.passed_over), plain(raw.passed_over_after)),
            outcome: raw.outcome,
            usage: raw.usage.and_then(|usage| usage.read(&facts)),
            cost_usd: money("cost_usd", raw.cost_usd)?,
            hold_exceeded: raw.hold_exceeded.unwrap_or(false),
            facts,
        })
    }
}

/// The version of a line that does not read as one of ours, where it has another.
fn other_version(line: &[u8]) -> Option<RecordError> {
    #[derive(Deserialize)]
    struct Versioned {
        v: serde_json::Value,
    }
    let version = serde_json::from_slice::<Versioned>(line).ok()?.v;
    (version.as_u64() != Some(VERSION)).then(|| RecordError::Version(version.to_string()))
}

fn malformed(error: &serde_json::Error) -> RecordError {
    // A record is one line, so that only the column says anything.
    RecordError::Malformed(error.to_string().replace(" at line 1 column ", " at column "))
}

fn field<T>(
    name: &'static str,
    text: Option<Text<'_>>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, RecordError> {
    let Some(Text(text)) = text else {
        return Ok(None);
    };
    match read(&text) {
        Some(value) => Ok(Some(value)),
        None => Err(RecordError::Field(name, text.into_owned())),
    }
}

/// A decimal string, or a number of JSON by its shortest digits. A number that is no whole sum of picodollars is a
/// computed one, and not known exactly.
fn money(name: &'static str, value: Option<serde_json::Value>) -> Result<Option<Cost>, RecordError> {
    match value {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(text)) => match Cost::parse_dollars(&text) {
            Some(cost) => Ok(Some(cost)),
            None => Err(RecordError::Field(name, text)),
        },
        Some(serde_json::Value::Number(number)) => Ok(Cost::parse_dollars(&number.to_string())),
        Some(other) => Err(RecordError::Field(name, other.to_string())),
    }
}

/// Those that are known by these names.
fn demands(names: Vec<Text<'_>>) -> Demands {
    names
        .iter()
        .filter_map(|name| Demand::from_name(&name.0))
        .collect()
}

/// The targets that were passed over, with the classes beside them as far as there are any.
pub(super) fn passes<'a>(targets: Vec<Cow<'a, str>>, classes: Vec<Cow<'a, str>>) -> Vec<RecordedPass<'a>> {
    let mut classes = classes.into_iter();
    let targets = targets.into_iter();
    let pass = |target| RecordedPass {
        target,
        class: classes.next(),
    };
    targets.map(pass).collect()
}

/// The probability of something that happened, so that it is not 0.
pub(super) fn parse_propensity(text: &str) -> Option<Probability> {
    Probability::parse(text).filter(|probability| !probability.is_never())
}

/// Pools and their members in order.
fn orders<'a>(orders: RawEntries<'a, Vec<Text<'a>>>) -> Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)> {
    let orders = orders.0.into_iter();
    orders.map(|(pool, members)| (pool, plain(members))).collect()
}

/// Targets and their probabilities.
fn arms<'a>(arms: RawEntries<'a, Text<'a>>) -> Result<Vec<(Cow<'a, str>, Probability)>, RecordError> {
    let read = |(target, Text(text)): (Cow<'a, str>, Text<'a>)| match Probability::parse(&text) {
        Some(probability) => Ok((target, probability)),
        None => Err(RecordError::Field("arms", text.into_owned())),
    };
    arms.0.into_iter().map(read).collect()
}

/// A seed as records write it: up to 16 hex digits.
pub fn parse_seed(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then(|| u64::from_str_radix(text, 16).ok())?
}

#[derive(Deserialize)]
struct Raw<'a> {
    v: Option<serde_json::Value>,
    #[serde(borrow)]
    ts: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    policy: Option<Text<'a>>,
    #[serde(borrow)]
    seed: Option<Text<'a>>,
    #[serde(borrow)]
    orders: Option<RawEntries<'a, Vec<Text<'a>>>>,
    #[serde(borrow)]
    facts: Option<RecordedFacts<'a>>,
    #[serde(borrow)]
    demands: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    prompted: Option<RawEntries<'a, bool>>,
    #[serde(borrow)]
    decision: Option<RawDecision<'a>>,
    #[serde(borrow)]
    propensity: Option<Text<'a>>,
    #[serde(borrow)]
    arms: Option<RawEntries<'a, Text<'a>>>,
    #[serde(borrow)]
    attempts: Option<Vec<RawAttempt<'a>>>,
    #[serde(borrow)]
    shadow: Option<RawShadow<'a>>,
    #[serde(borrow, default)]
    passed_over: Vec<Text<'a>>,
    #[serde(borrow, default)]
    passed_over_after: Vec<Text<'a>>,
    outcome: Option<RecordedOutcome>,
    usage: Option<RawUsage>,
    cost_usd: Option<serde_json::Value>,
    hold_exceeded: Option<bool>,
}

#[derive(Deserialize)]
struct RawDecision<'a> {
    #[serde(borrow)]
    route: Option<Text<'a>>,
    #[serde(borrow, default)]
    targets: Vec<Text<'a>>,
    #[serde(borrow)]
    shadow: Option<Text<'a>>,
    #[serde(borrow, default)]
    guards: Vec<Text<'a>>,
    #[serde(borrow, default)]
    skipped: Vec<RawSkip<'a>>,
    #[serde(borrow)]
    denied: Option<Text<'a>>,
    status: Option<u16>,
    #[serde(borrow)]
    error: Option<Text<'a>>,
    #[serde(default, deserialize_with = "said")]
    max_tokens: Option<Option<i64>>,
}

/// A field that is there, be it null.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
struct RawSkip<'a> {
    #[serde(borrow)]
    target: Text<'a>,
    #[serde(borrow)]
    why: Option<Text<'a>>,
}

impl<'a> RawDecision<'a> {
    fn read(self) -> RecordedDecision<'a> {
        RecordedDecision {
            route: self.route.map(|text| text.0),
            targets: plain(self.targets),
            shadow: self.shadow.map(|text| text.0),
            guards: plain(self.guards),
            skipped: self
                .skipped
                .into_iter()
                .map(|skip| RecordedSkip {
                    target: skip.target.0,
                    why: skip.why.map(|text| text.0).unwrap_or_default(),
                })
                .collect(),
            denied: self.denied.map(|text| text.0),
            status: self.status,
            error: self.error.map(|text| text.0),
            max_tokens: self.max_tokens,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct RawAttempt<'a> {
    #[serde(borrow)]
    target: Text<'a>,
    status: Option<u16>,
    #[serde(borrow)]
    class: Option<Text<'a>>,
    first_token_ms: Option<u64>,
    ms: Option<u64>,
    #[serde(default)]
    cancelled: bool,
}

impl<'a> RawAttempt<'a> {
    pub(super) fn read(self) -> RecordedAttempt<'a> {
        RecordedAttempt {
            target: self.target.0,
            status: self.status,
            class: self.class.map(|text| text.0),
            first_token_ms: self.first_token_ms,
            ms: self.ms,
            cancelled: self.cancelled,
        }
    }
}

#[derive(Deserialize)]
struct RawShadow<'a> {
    #[serde(borrow, flatten)]
    attempt: RawAttempt<'a>,
    #[serde(borrow)]
    passed_over: Option<Text<'a>>,
    usage: Option<RawUsage>,
    cost_usd: Option<serde_json::Value>,
}

impl<'a> RawShadow<'a> {
    fn read(self, facts: &RecordedFacts<'_>) -> Result<RecordedShadow<'a>, RecordError> {
        Ok(RecordedShadow {
            attempt: self.attempt.read(),
            passed_over: self.passed_over.map(|text| text.0),
            usage: self.usage.and_then(|usage| usage.read(facts)),
            cost_usd: money("cost_usd", self.cost_usd)?,
        })
    }
}

#[derive(Deserialize)]
struct RawUsage {
    input: Option<u64>,
    cached: Option<u64>,
    cache_write: Option<u64>,
    output: Option<u64>,
}

impl RawUsage {
    /// Without `input` the estimate stands in, without `output` the usage is unknown.
    fn read(self, facts: &RecordedFacts<'_>) -> Option<Usage> {
        let tokens = || match facts.get(Builtin::Tokens.name()) {
            Some(RecordedValue::Int(tokens)) => u64::try_from(*tokens).ok(),
            _ => None,
        };
        Some(Usage {
            input: self.input.or_else(tokens)?,
            cached: self.cached.unwrap_or(0),
            cache_write: self.cache_write.unwrap_or(0),
            output: self.output?,
        })
    }
}

/// The entries of a JSON object in their order.
struct RawEntries<'a, V>(Vec<(Cow<'a, str>, V)>);

impl<V> Default for RawEntries<'_, V> {
    fn default() -> Self {
        RawEntries(Vec::new())
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for RawEntries<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
    type Value = RawEntries<'de, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, value)) = map.next_entry::<Text<'de>, V>()? {
            entries.push((name.0, value));
        }
        Ok(RawEntries(entries))
    }
}
