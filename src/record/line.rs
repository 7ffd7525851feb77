//! One line of a record file, and how it is written.

use super::cost::Usage;
use super::decision::RecordedDecision;
use super::facts::RecordedFacts;
use super::propensity::RecordedPropensity;
use crate::facts::{Demand, Demands, Timestamp};
use crate::quantity::{Cost, Probability};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde::{Deserialize, Serialize as DeriveSerialize};
use std::borrow::Cow;

/// The version that is written and read.
pub const VERSION: u64 = 1;

/// Bytes that are set aside for a line; longer ones grow.
const USUAL_LINE: usize = 1024;

/// One request as it is recorded. Only the facts are needed to replay it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// When the request arrived: the fact `now`.
    pub ts: Option<Timestamp>,
    /// The request's id.
    pub id: Option<Cow<'a, str>>,
    /// The hash of the policy that decided.
    pub policy: Option<Cow<'a, str>>,
    /// The seed that the decision was handed.
    pub seed: Option<u64>,
    /// The orders that the decision was handed: pools and their members, first choice first.
    pub orders: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
    /// The facts that the decision rests on.
    pub facts: RecordedFacts<'a>,
    /// What the request asked of a protocol beyond what every protocol has; an input of the decision beside the facts.
    pub demands: Demands,
    /// The decision; absent where the traffic was recorded elsewhere.
    pub decision: Option<RecordedDecision<'a>>,
    /// With what probability the draws led to the plan's first target.
    pub propensity: RecordedPropensity<'a>,
    /// The attempts in order.
    pub attempts: Vec<RecordedAttempt<'a>>,
    /// What became of the request's copy, where one was drawn.
    pub shadow: Option<RecordedShadow<'a>>,
    /// The targets that were passed over, since their circuit breakers were open.
    pub passed_over: Vec<RecordedPass<'a>>,
    /// How the request ended.
    pub outcome: Option<RecordedOutcome>,
    /// The tokens that were charged; `None` where they are unknown.
    pub usage: Option<Usage>,
    /// What they cost; `None` where price or usage is unknown.
    pub cost_usd: Option<Cost>,
    /// Whether the answer was committed early, since more of it had come than may be held back.
    pub hold_exceeded: bool,
}

/// One attempt at a target.
#[derive(Clone, Debug, PartialEq, Eq, DeriveSerialize)]
pub struct RecordedAttempt<'a> {
    /// The policy's name of the model.
    pub target: Cow<'a, str>,
    /// The HTTP status, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The class of the failure; absent for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Cow<'a, str>>,
    /// Milliseconds from the attempt's start to its first content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u64>,
    /// Milliseconds from the attempt's start to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Whether it was broken off, since an attempt beside it had content first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
}

/// A target that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPass<'a> {
    /// The policy's name of the model.
    pub target: Cow<'a, str>,
    /// The class of the failure that it was left as after: the one that had opened its breaker. Absent in records of
    /// before it was noted.
    pub class: Option<Cow<'a, str>>,
}

/// The copy of a request, whose answer the client did not get.
#[derive(Clone, Debug, PartialEq, Eq, DeriveSerialize)]
pub struct RecordedShadow<'a> {
    /// The attempt; without status and class where none was made.
    #[serde(flatten)]
    pub attempt: RecordedAttempt<'a>,
    /// Why no attempt was made: `open` for the target's breaker, `busy` where too many copies were under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<Cow<'a, str>>,
    /// The tokens that were charged for it; `None` where they are unknown.
    pub usage: Option<Usage>,
    /// What they cost, which is no part of the request's own cost; `None` where price or usage is unknown.
    #[serde(serialize_with = "as_text")]
    pub cost_usd: Option<Cost>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveSerialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordedOutcome {
    /// A whole answer.
    Ok,
    /// Refused by the policy.
    Denied,
    /// No attempt gave an answer.
    Failed,
    /// The answer broke off behind its commit.
    Truncated,
    /// The client went away.
    ClientClosed,
    /// The answer was whole but not as the protocol has it.
    Damaged,
}

impl Record<'_> {
    /// The record as one line of JSON, without the line end.
    pub fn to_line(&self) -> String {
        let mut line = Vec::with_capacity(USUAL_LINE);
        match serde_json::to_writer(&mut line, self) {
            Ok(()) => String::from_utf8(line).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("v", &VERSION)?;
        if let Some(ts) = &self.ts {
            line.serialize_entry("ts", &ts.to_string())?;
        }
        if let Some(id) = &self.id {
            line.serialize_entry("id", id)?;
        }
        if let Some(policy) = &self.policy {
            line.serialize_entry("policy", policy)?;
        }
        if let Some(seed) = self.seed {
            line.serialize_entry("seed", &format!("{seed:016x}"))?;
        }
        line.serialize_entry("orders", &Orders(&self.orders))?;
        line.serialize_entry("facts", &self.facts)?;
        if !self.demands.is_empty() {
            let names: Vec<&str> = self.demands.iter().map(Demand::name).collect();
            line.serialize_entry("demands", &names)?;
        }
        if let Some(decision) = &self.decision {
            line.serialize_entry("decision", decision)?;
        }
        if let Some(taken) = &self.propensity.taken {
            line.serialize_entry("propensity", &taken.to_string())?;
        }
        if !self.propensity.arms.is_empty() {
            line.serialize_entry("arms", &Arms(&self.propensity.arms))?;
        }
        line.serialize_entry("attempts", &self.attempts)?;
        if let Some(shadow) = &self.shadow {
            line.serialize_entry("shadow", shadow)?;
        }
        if !self.passed_over.is_empty() {
            let targets: Vec<&str> = self.passed_over.iter().map(|pass| pass.target.as_ref()).collect();
            line.serialize_entry("passed_over", &targets)?;
            let classes: Option<Vec<&str>> = self
                .passed_over
                .iter()
                .map(|pass| pass.class.as_deref())
                .collect();
            if let Some(classes) = classes {
                line.serialize_entry("passed_over_after", &classes)?;
            }
        }
        if let Some(outcome) = &self.outcome {
            line.serialize_entry("outcome", outcome)?;
        }
        line.serialize_entry("usage", &self.usage)?;
        line.serialize_entry("cost_usd", &self.cost_usd.map(|cost| cost.to_string()))?;
        if self.hold_exceeded {
            line.serialize_entry("hold_exceeded", &true)?;
        }
        line.end()
    }
}

/// Money as a decimal string.
fn as_text<S: Serializer>(cost: &Option<Cost>, serializer: S) -> Result<S::Ok, S::Error> {
    cost.map(|cost| cost.to_string()).serialize(serializer)
}

/// Targets and their probabilities as a JSON object.
struct Arms<'r, 'a>(&'r [(Cow<'a, str>, Probability)]);

impl Serialize for Arms<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let arms = self.0.iter();
        serializer.collect_map(arms.map(|(target, probability)| (target, probability.to_string())))
    }
}

/// Pools and their orders as a JSON object.
struct Orders<'r, 'a>(&'r [(Cow<'a, str>, Vec<Cow<'a, str>>)]);

impl Serialize for Orders<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (pool, members) in self.0 {
            map.serialize_entry(pool, members)?;
        }
        map.end()
    }
}
