//! What became of a request at the targets that it was sent to, as its record tells it.

use crate::facts::Timestamp;
use crate::model::{Commit, FailureClass};
use crate::record::{RecordedAttempt, RecordedPass};
use std::borrow::Cow;
use std::time::Duration;

/// One attempt of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastAttempt<'l> {
    target: Cow<'l, str>,
    /// How it failed; `None` for an answer. A class of another version counts as `server`.
    class: Option<FailureClass>,
    /// From its start to its first content.
    first_token: Option<Duration>,
    /// From its start to its end.
    took: Option<Duration>,
}

/// The attempts of a record, and what else bears on whether a target answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Past<'l> {
    pub(super) ts: Option<Timestamp>,
    attempts: Vec<PastAttempt<'l>>,
    passed_over: Vec<RecordedPass<'l>>,
    /// Whose attempts were broken off, since another one beside them had content first.
    cancelled: Vec<Cow<'l, str>>,
    /// Who was asked second.
    second: Option<Cow<'l, str>>,
    hold_exceeded: bool,
    /// Whether the policy that recorded refused the request, so that nobody was asked.
    refused: bool,
}

/// What a target does at an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It answers.
    Answers,
    /// Its answer breaks off behind the commit.
    Breaks,
    /// It fails, and the failure can be rescued.
    Fails(FailureClass),
    /// It was passed over, since its circuit breaker was open, and left as after a failure of this class, where that is
    /// known.
    PassedOver(Option<FailureClass>),
    /// It was asked, and another attempt beside it had content first.
    TooSlow,
}

impl<'l> Past<'l> {
    pub(super) fn of(
        ts: Option<Timestamp>,
        attempts: Vec<RecordedAttempt<'l>>,
        passed_over: Vec<RecordedPass<'l>>,
        hold_exceeded: bool,
        refused: bool,
    ) -> Self {
        let cancelled = attempts.iter().filter(|attempt| attempt.cancelled);
        Past {
            ts,
            passed_over,
            cancelled: cancelled.map(|attempt| attempt.target.clone()).collect(),
            second: attempts.get(1).map(|attempt| attempt.target.clone()),
            hold_exceeded,
            refused,
            attempts: attempts
                .into_iter()
                .filter(|attempt| !attempt.cancelled)
                .map(PastAttempt::of)
                .collect(),
        }
    }

    /// Whether the record tells of no attempt at all.
    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty() && self.passed_over.is_empty() && self.cancelled.is_empty()
    }

    /// Whether the record tells who was asked, be it that nobody was.
    pub(super) fn is_told(&self) -> bool {
        self.refused || !self.is_empty()
    }

    /// Whether an attempt at this target was broken off, since another one beside it had content first.
    pub(super) fn was_cancelled(&self, target: &str) -> bool {
        self.cancelled.iter().any(|name| name == target)
    }

    /// Whether this target was asked right behind the first one, or beside it.
    pub(super) fn was_second(&self, target: &str) -> bool {
        self.second.as_ref().is_some_and(|second| second == target)
    }

    /// Why nothing came of this target without a failure of its own.
    fn left(&self, target: &str) -> Option<Fate> {
        if self.was_cancelled(target) {
            return Some(Fate::TooSlow);
        }
        let passed = self.passed_over.iter().find(|pass| pass.target == target)?;
        let class = passed.class.as_deref().and_then(FailureClass::from_name);
        Some(Fate::PassedOver(class))
    }

    /// Who was asked last.
    pub(super) fn asked_last(&self) -> Option<&str> {
        self.attempts.last().map(|last| last.target.as_ref())
    }

    /// Who answered, if anybody did.
    pub(super) fn answered(&self) -> Option<&str> {
        let last = self.attempts.last().filter(|last| last.class.is_none());
        last.map(|last| last.target.as_ref())
    }

    /// What the target did at its attempt of this number, from 0, under this commit rule; `None` where it was not asked
    /// so often. The first answer that is [`Fate::Answers`] or [`Fate::Breaks`] ends the request.
    pub(super) fn fate(&self, target: &str, attempt: usize, commit: Commit) -> Option<Fate> {
        let mut asked = self.attempts.iter().filter(|past| past.target == target);
        match asked.nth(attempt) {
            Some(past) => Some(match past.class {
                None => Fate::Answers,
                Some(_) if self.was_committed(past, commit) => Fate::Breaks,
                Some(class) => Fate::Fails(class),
            }),
            None if attempt == 0 => self.left(target),
            None => None,
        }
    }

    /// Whether a failed attempt had reached the client when it failed.
    fn was_committed(&self, past: &PastAttempt<'_>, commit: Commit) -> bool {
        match (commit, past.first_token) {
            (_, None) => false,
            (Commit::FirstContent, Some(_)) => true,
            (Commit::After(held), Some(first)) => past.took.is_some_and(|took| took >= first + held),
            (Commit::Complete, Some(_)) => self.hold_exceeded,
        }
    }
}

impl<'l> PastAttempt<'l> {
    fn of(attempt: RecordedAttempt<'l>) -> Self {
        let class = attempt.class.as_deref();
        PastAttempt {
            class: class.map(|name| FailureClass::from_name(name).unwrap_or(FailureClass::Server)),
            first_token: attempt.first_token_ms.map(Duration::from_millis),
            took: attempt.ms.map(Duration::from_millis),
            target: attempt.target,
        }
    }
}
