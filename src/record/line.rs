//! What stands in one line of a record file.

use super::cost::Usage;
use super::decision::RecordedDecision;
use super::facts::RecordedFacts;
use super::propensity::RecordedPropensity;
use crate::facts::{Demands, Timestamp};
use crate::quantity::Cost;
use serde::Deserialize;
use std::borrow::Cow;

/// The version that is written and read.
pub const VERSION: u64 = 1;

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
    /// What the parts of conditions came to that read the prompt, by their texts: the prompt itself is in no record.
    pub prompted: Vec<(Cow<'a, str>, bool)>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAttempt<'a> {
    /// The policy's name of the model.
    pub target: Cow<'a, str>,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The class of the failure; absent for an answer.
    pub class: Option<Cow<'a, str>>,
    /// Milliseconds from the attempt's start to its first content.
    pub first_token_ms: Option<u64>,
    /// Milliseconds from the attempt's start to its end.
    pub ms: Option<u64>,
    /// Whether it was broken off, since an attempt beside it had content first.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedShadow<'a> {
    /// The attempt; without status and class where none was made.
    pub attempt: RecordedAttempt<'a>,
    /// Why no attempt was made: `open` for the target's breaker, `busy` where too many copies were under way.
    pub passed_over: Option<Cow<'a, str>>,
    /// The tokens that were charged for it; `None` where they are unknown.
    pub usage: Option<Usage>,
    /// What they cost, which is no part of the request's own cost; `None` where price or usage is unknown.
    pub cost_usd: Option<Cost>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
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

impl RecordedOutcome {
    /// All of them.
    pub(super) const ALL: [Self; 6] = [
        RecordedOutcome::Ok,
        RecordedOutcome::Denied,
        RecordedOutcome::Failed,
        RecordedOutcome::Truncated,
        RecordedOutcome::ClientClosed,
        RecordedOutcome::Damaged,
    ];

    /// The word of a record.
    pub fn name(self) -> &'static str {
        match self {
            RecordedOutcome::Ok => "ok",
            RecordedOutcome::Denied => "denied",
            RecordedOutcome::Failed => "failed",
            RecordedOutcome::Truncated => "truncated",
            RecordedOutcome::ClientClosed => "client-closed",
            RecordedOutcome::Damaged => "damaged",
        }
    }
}
