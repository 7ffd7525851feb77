//! What has happened up to now. It outlives the work, so that a cancelled request has a report too.

use super::report::{Attempt, Outcome, Report, Setback};
use crate::model::{FailureClass, ModelId};
use crate::wire::openai::Usage;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The journal of one request. Attempts that race each other write into it side by side, each through its own lane.
#[derive(Debug)]
pub(super) struct Journal {
    arrived: Instant,
    /// Never waited for: the attempts of a request are made by one task.
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    /// The attempts that have ended, each with its start.
    attempts: Vec<(Instant, Attempt)>,
    setbacks: Vec<(ModelId, Setback)>,
    /// The targets that were passed over, each with the failure that stands for why.
    passed_over: Vec<(ModelId, FailureClass)>,
    /// The attempts under way, by their lanes.
    open: [Option<Open>; 2],
    /// Why the last attempt of each lane failed, where it did.
    last: [Option<FailureClass>; 2],
    usage: Option<Usage>,
    target: Option<ModelId>,
    first_byte: Option<Duration>,
    hold_exceeded: bool,
}

/// An attempt under way.
#[derive(Debug)]
struct Open {
    target: ModelId,
    started: Instant,
    status: Option<u16>,
    first_token: Option<Duration>,
}

/// Which of two attempts that race each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The one that began first; the only one where there is no race.
    First,
    /// The one that hedges it.
    Second,
}

/// Where one attempt writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane<'j> {
    journal: &'j Journal,
    side: Side,
}

impl Journal {
    pub(super) fn new(arrived: Instant) -> Self {
        Journal {
            arrived,
            pages: Mutex::default(),
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where an attempt writes.
    pub(super) fn lane(&self, side: Side) -> Lane<'_> {
        Lane { journal: self, side }
    }

    /// Notes why a target was passed over, and the failure that it was left as after.
    pub(super) fn passed_over(&self, target: ModelId, why: Setback, class: FailureClass) {
        let mut pages = self.pages();
        pages.setbacks.push((target, why));
        pages.passed_over.push((target, class));
    }

    /// Number of attempts, those under way included.
    pub(super) fn attempts(&self) -> usize {
        let pages = self.pages();
        pages.attempts.len() + pages.open.iter().flatten().count()
    }

    /// The failed attempts and the targets passed over, in their order.
    pub(super) fn failures(&self) -> Vec<(ModelId, Setback)> {
        self.pages().setbacks.clone()
    }

    /// The report of the request.
    pub(super) fn finish(self, outcome: Outcome) -> Report {
        for side in [Side::First, Side::Second] {
            self.lane(side).end(None);
        }
        let mut pages = self.pages.into_inner().unwrap_or_else(PoisonError::into_inner);
        pages.attempts.sort_by_key(|(started, _)| *started);
        Report {
            attempts: pages.attempts.into_iter().map(|(_, attempt)| attempt).collect(),
            passed_over: pages.passed_over,
            outcome,
            usage: pages.usage,
            target: pages.target,
            first_byte: pages.first_byte,
            hold_exceeded: pages.hold_exceeded,
        }
    }
}

impl Pages {
    fn open(&mut self, side: Side) -> &mut Option<Open> {
        let [first, second] = &mut self.open;
        match side {
            Side::First => first,
            Side::Second => second,
        }
    }

    fn last(&mut self, side: Side) -> &mut Option<FailureClass> {
        let [first, second] = &mut self.last;
        match side {
            Side::First => first,
            Side::Second => second,
        }
    }
}

impl<'j> Lane<'j> {
    /// The journal of the request.
    pub(super) fn journal(self) -> &'j Journal {
        self.journal
    }

    /// Begins an attempt.
    pub(super) fn begin(self, target: ModelId, started: Instant) {
        *self.journal.pages().open(self.side) = Some(Open {
            target,
            started,
            status: None,
            first_token: None,
        });
    }

    /// Notes the status of the answer.
    pub(super) fn status(self, status: u16) {
        if let Some(open) = self.journal.pages().open(self.side) {
            open.status = Some(status);
        }
    }

    /// Notes the first event with content, and tells how long it took.
    pub(super) fn first_token(self) -> Option<Duration> {
        let mut pages = self.journal.pages();
        let open = pages.open(self.side).as_mut()?;
        open.first_token = Some(open.started.elapsed());
        open.first_token
    }

    /// Whether the attempt under way has had content.
    pub(super) fn has_first_token(self) -> bool {
        let mut pages = self.journal.pages();
        let open = pages.open(self.side).as_ref();
        open.is_some_and(|open| open.first_token.is_some())
    }

    /// Notes the tokens that the answer took.
    pub(super) fn usage(self, usage: Option<Usage>) {
        self.journal.pages().usage = usage;
    }

    /// Notes that the answer of this target goes to the client.
    pub(super) fn committed(self, target: Option<ModelId>) {
        let arrived = self.journal.arrived;
        let mut pages = self.journal.pages();
        pages.target = target;
        pages.first_byte.get_or_insert(arrived.elapsed());
    }

    /// Notes that an answer was committed since it was too long to be held.
    pub(super) fn hold_exceeded(self) {
        self.journal.pages().hold_exceeded = true;
    }

    /// Ends the attempt under way.
    pub(super) fn end(self, failed: Option<(FailureClass, String)>) {
        self.close(failed, false);
    }

    /// Ends the attempt under way, since another one has won.
    pub(super) fn cancel(self) {
        self.close(None, true);
    }

    fn close(self, failed: Option<(FailureClass, String)>, cancelled: bool) {
        let mut pages = self.journal.pages();
        let Some(open) = pages.open(self.side).take() else {
            return;
        };
        let (class, reason) = failed.unzip();
        *pages.last(self.side) = class;
        pages
            .setbacks
            .extend(class.map(|class| (open.target, Setback::Failed(class))));
        let attempt = Attempt {
            target: open.target,
            status: open.status,
            class,
            reason,
            took: open.started.elapsed(),
            first_token: open.first_token,
            cancelled,
        };
        pages.attempts.push((open.started, attempt));
    }

    /// Why the last attempt that has ended failed, where it did.
    pub(super) fn last_class(self) -> Option<FailureClass> {
        *self.journal.pages().last(self.side)
    }
}
