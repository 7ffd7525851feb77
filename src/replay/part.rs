//! A part of a replay: the tally of one shard with all that a merge needs, so that a month of traffic can be spread over
//! machines that share nothing.

use super::names::Names;
use super::tally::Tally;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What the field `pointsman` of a part says, so that no other JSON is taken for one.
const KIND: &str = "replay part";

/// The version of parts that is written and read.
const VERSION: u32 = 3;

/// Most shards: each is a file to merge.
const MOST_SHARDS: usize = 65_536;

/// One of so many shards, written `2/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// Whether the part of the traffic with this number, from 0, is the shard's.
    pub fn takes(self, number: usize) -> bool {
        number % self.of == self.number - 1
    }

    /// How many shards there are.
    pub fn of(self) -> usize {
        self.of
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            let shard = Shard {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            };
            ((1..=shard.of).contains(&shard.number) && shard.of <= MOST_SHARDS).then_some(shard)
        });
        numbers.ok_or_else(|| format!("`I/N` with I from 1 to N, and N at most {MOST_SHARDS}"))
    }
}

/// What was asked of a replay: parts of different questions do not add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The hash of the candidate policy.
    pub policy: String,
    /// The hash of the baseline policy, if there is one.
    pub baseline: Option<String>,
    /// Whose ready map was taken.
    #[serde(default)]
    pub from: Option<String>,
    /// What was mapped.
    pub map: Vec<String>,
    /// What is measured.
    #[serde(default)]
    pub outcome: Vec<String>,
    /// What fails throughout.
    pub failing: Vec<String>,
    /// What fails for a time.
    pub outage: Vec<String>,
}

/// The tally of one shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pointsman: String,
    version: u32,
    shard: Shard,
    question: Question,
    names: Names,
    tally: Tally,
}

impl Part {
    /// The part of a shard.
    pub fn new(shard: Shard, question: Question, names: Names, tally: Tally) -> Self {
        Part {
            pointsman: KIND.to_owned(),
            version: VERSION,
            shard,
            question,
            names,
            tally,
        }
    }

    /// The part as JSON, with a line end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a part. The error completes a sentence that begins with the file's name.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Kind {
            pointsman: String,
            version: u32,
        }
        let kind: Kind =
            serde_json::from_slice(text).map_err(|_| "is no part that `replay --shard` wrote".to_owned())?;
        if kind.pointsman != KIND || kind.version != VERSION {
            return Err(format!(
                "is a `{}` of version {}; a `{KIND}` of version {VERSION} is read",
                kind.pointsman, kind.version
            ));
        }
        let part: Part = serde_json::from_slice(text)
            .map_err(|error| format!("is a damaged part of a replay: {error}"))?;
        part.check()
    }

    /// Counts and names must fit each other, or the report would be short of some.
    fn check(self) -> Result<Self, String> {
        let (names, tally) = (&self.names, &self.tally);
        let fits = names.routes.len() == tally.routes.len()
            && names.guards.len() == tally.guards.len()
            && names.targets.len() == tally.targets.len()
            && names.targets.len() == tally.kept.len()
            && names.facts.len() == tally.missing.len()
            && names.outcomes.len() == tally.valuation.outcomes.len()
            && (1..=self.shard.of).contains(&self.shard.number);
        if fits {
            Ok(self)
        } else {
            Err("is a damaged part of a replay: counts and names do not fit each other".to_owned())
        }
    }
}

/// The tally of all parts, each given with the name of its file. Every shard must be there once. Errors are one line
/// each.
pub fn merge(parts: Vec<(String, Part)>) -> Result<(Tally, Names), Vec<String>> {
    let errors = misfits(&parts);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut merged: Option<(Tally, Names)> = None;
    for (_, part) in parts {
        merged = Some(match merged {
            Some((tally, names)) => (tally.merge(part.tally), names),
            None => (part.tally, part.names),
        });
    }
    merged.ok_or_else(|| vec!["there is no part to merge".to_owned()])
}

/// What keeps the parts from being one replay.
fn misfits(parts: &[(String, Part)]) -> Vec<String> {
    let Some((first_name, first)) = parts.first() else {
        return Vec::new();
    };
    let mut errors = Vec::new();
    let mut seen: BTreeMap<usize, &str> = BTreeMap::new();
    for (name, part) in parts {
        if let Some(what) = difference(first, part) {
            errors.push(format!(
                "`{name}` and `{first_name}` are not of one replay: {what} differ"
            ));
        } else if let Some(other) = seen.insert(part.shard.number, name) {
            errors.push(format!("`{name}` and `{other}` are both shard {}", part.shard));
        }
    }
    if errors.is_empty() {
        let missing: Vec<String> = (1..=first.shard.of)
            .filter(|number| !seen.contains_key(number))
            .map(|number| format!("{number}/{}", first.shard.of))
            .collect();
        if !missing.is_empty() {
            errors.push(format!("shards are missing: {}", missing.join(", ")));
        }
    }
    errors
}

/// In what two parts differ that must be alike.
fn difference(own: &Part, other: &Part) -> Option<&'static str> {
    let differs = [
        (own.shard.of != other.shard.of, "the numbers of shards"),
        (own.question.policy != other.question.policy, "the policies"),
        (own.question.baseline != other.question.baseline, "the baselines"),
        (own.question != other.question, "the options"),
        (own.names.sources != other.names.sources, "the inputs"),
        (own.names != other.names, "the names"),
    ];
    differs
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
}
