//! What has happened up to now. It outlives the work, so that a cancelled request has a report too.

use super::report::{Attempt, Outcome, Report, Setback};
use crate::model::{FailureClass, ModelId};
use crate::wire::openai::Usage;
use std::time::Duration;
use tokio::time::Instant;

/// The journal of one request.
#[derive(Debug)]
pub(super) struct Journal {
    arrived: Instant,
    attempts: Vec<Attempt>,
    setbacks: Vec<(ModelId, Setback)>,
    open: Option<Open>,
    pub(super) usage: Option<Usage>,
    target: Option<ModelId>,
    first_byte: Option<Duration>,
    hold_exceeded: bool,
}

/// The attempt under way.
#[derive(Debug)]
struct Open {
    target: ModelId,
    started: Instant,
    status: Option<u16>,
    first_token: Option<Duration>,
}

impl Journal {
    pub(super) fn new(arrived: Instant) -> Self {
        Journal {
            arrived,
            attempts: Vec::new(),
            setbacks: Vec::new(),
            open: None,
            usage: None,
            target: None,
            first_byte: None,
            hold_exceeded: false,
        }
    }

    /// Notes that a target was passed over, since its circuit breaker is open.
    pub(super) fn passed_over(&mut self, target: ModelId) {
        self.setbacks.push((target, Setback::Open));
    }

    /// Begins an attempt.
    pub(super) fn begin(&mut self, target: ModelId, started: Instant) {
        self.open = Some(Open {
            target,
            started,
            status: None,
            first_token: None,
        });
    }

    /// Notes the status of the answer.
    pub(super) fn status(&mut self, status: u16) {
        if let Some(open) = &mut self.open {
            open.status = Some(status);
        }
    }

    /// Notes the first event with content, and tells how long it took.
    pub(super) fn first_token(&mut self) -> Option<Duration> {
        let open = self.open.as_mut()?;
        open.first_token = Some(open.started.elapsed());
        open.first_token
    }

    /// Whether the attempt under way has had content.
    pub(super) fn has_first_token(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.first_token.is_some())
    }

    /// Notes that the answer of this target goes to the client.
    pub(super) fn committed(&mut self, target: Option<ModelId>) {
        self.target = target;
        self.first_byte.get_or_insert(self.arrived.elapsed());
    }

    /// Notes that an answer was committed since it was too long to be held.
    pub(super) fn hold_exceeded(&mut self) {
        self.hold_exceeded = true;
    }

    /// Ends the attempt under way.
    pub(super) fn end(&mut self, failed: Option<(FailureClass, String)>) {
        let Some(open) = self.open.take() else {
            return;
        };
        let (class, reason) = failed.unzip();
        self.setbacks
            .extend(class.map(|class| (open.target, Setback::Failed(class))));
        self.attempts.push(Attempt {
            target: open.target,
            status: open.status,
            class,
            reason,
            took: open.started.elapsed(),
            first_token: open.first_token,
        });
    }

    /// Number of attempts, the one under way included.
    pub(super) fn attempts(&self) -> usize {
        self.attempts.len() + usize::from(self.open.is_some())
    }

    /// The failed attempts and the targets passed over, in their order.
    pub(super) fn failures(&self) -> Vec<(ModelId, Setback)> {
        self.setbacks.clone()
    }

    /// Why the last attempt that has ended failed, where it did.
    pub(super) fn last_class(&self) -> Option<FailureClass> {
        self.attempts.last().and_then(|attempt| attempt.class)
    }

    /// The report of the request.
    pub(super) fn finish(mut self, outcome: Outcome) -> Report {
        self.end(None);
        let passed_over = |(target, setback)| match setback {
            Setback::Open => Some(target),
            Setback::Failed(_) => None,
        };
        Report {
            attempts: self.attempts,
            passed_over: self.setbacks.into_iter().filter_map(passed_over).collect(),
            outcome,
            usage: self.usage,
            target: self.target,
            first_byte: self.first_byte,
            hold_exceeded: self.hold_exceeded,
        }
    }
}
