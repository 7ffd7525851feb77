//! What became of a request, told once when all is over.

use crate::model::{FailureClass, ModelId};
use crate::wire::openai::Usage;
use std::fmt;
use std::time::Duration;

/// One attempt at a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The target.
    pub target: ModelId,
    /// HTTP status of the answer, where there was one.
    pub status: Option<u16>,
    /// Why it failed; `None` where it did not, or was cancelled.
    pub class: Option<FailureClass>,
    /// More about why it failed, for logs: one line, without any secret or text of the provider.
    pub reason: Option<String>,
    /// From its start to its end.
    pub took: Duration,
    /// From its start to the first event with content; `None` for whole answers.
    pub first_token: Option<Duration>,
    /// Whether it was broken off, since another attempt that ran beside it had content first.
    pub cancelled: bool,
}

/// Why the request went on from a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// An attempt failed.
    Failed(FailureClass),
    /// Its circuit breaker was open: it was not tried.
    Open,
    /// It was worse than the other members of its pools: it was not tried, since there was another.
    Ejected,
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setback::Failed(class) => class.fmt(f),
            Setback::Open => f.write_str("open"),
            Setback::Ejected => f.write_str("ejected"),
        }
    }
}

/// How a request ended that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The client has a complete answer.
    Ok,
    /// All attempts failed before anything reached the client.
    Failed,
    /// The answer broke after the commit; the client was told so.
    Truncated,
    /// The client went away.
    ClientClosed,
    /// The answer is complete, but for events that were no JSON and were left out.
    Damaged,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// All attempts in their order.
    pub attempts: Vec<Attempt>,
    /// The targets that were passed over, since their circuit breakers were open, or they were ejected; each with the
    /// failure that it was left as after.
    pub passed_over: Vec<(ModelId, FailureClass)>,
    /// How it ended.
    pub outcome: Outcome,
    /// Tokens as the upstream counted them, where it did.
    pub usage: Option<Usage>,
    /// The target whose answer the client got; `None` where it got an error.
    pub target: Option<ModelId>,
    /// From the request's arrival to the first bytes for the client, where any were sent.
    pub first_byte: Option<Duration>,
    /// Whether the answer was committed early, since more had come than may be held back.
    pub hold_exceeded: bool,
}
