//! The way through a plan: which target is tried, how often, and where to go after a failure.

use super::attempt::Attempting;
use super::backoff::{LONGEST_WAIT, jittered};
use super::call::Call;
use super::client::Client;
use super::failure::Failure;
use super::hedge::{self, Hedged};
use super::journal::{Journal, Side};
use super::limits::Limits;
use super::report::{Outcome, Setback};
use super::setbacks::Setbacks;
use crate::model::{Commit, FailureClass, ModelId, Retry};
use crate::targets::{BreakerState, Open, Permit};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// What a route says of attempts, the defaults in the places that it leaves open.
struct Rules {
    retry: Retry,
    attempts: usize,
    commit: Commit,
    hold: usize,
}

/// A request on its way through its plan.
struct Walk<'c> {
    call: &'c Call,
    rules: Rules,
    random: fastrand::Rng,
    /// Position of the target in the plan.
    current: usize,
    /// Which targets have been left.
    tried: Vec<bool>,
    /// Repeats of the current target.
    repeats: u32,
    setbacks: Setbacks,
}

/// What follows a failure.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The same target again, after a wait.
    Repeat(Duration),
    /// The target at this position of the plan.
    Move(usize),
    /// The client gets the error.
    GiveUp,
}

/// Makes attempts until one succeeds, is committed and breaks, or nothing is left to try.
pub(super) async fn run(call: &Call, client: &mut Client, journal: &Journal) -> Outcome {
    let mut walk = Walk::new(call);
    call.targets.budget().request(Instant::now());
    while let Some(target) = call.plan.targets.get(walk.current).copied() {
        if let Some((position, class)) = walk.instead_of_ejected(target) {
            journal.passed_over(target, Setback::Ejected, class);
            walk.leave_for(position);
            continue;
        }
        let next = match walk.admit(target) {
            Ok(permit) => match walk.attempt(target, permit, client, journal).await {
                Ok(outcome) => return outcome,
                Err(failure) => walk.after(failure, journal.attempts()),
            },
            Err(open) => {
                journal.passed_over(target, Setback::Open, open.class);
                walk.pass_over(open)
            }
        };
        match next {
            Next::Repeat(wait) => {
                walk.repeats += 1;
                sleep(wait).await;
            }
            Next::Move(position) => walk.leave_for(position),
            Next::GiveUp => break,
        }
    }
    walk.setbacks.give_up(call, client, journal)
}

impl Rules {
    fn of(call: &Call) -> Self {
        let (policy, route) = (call.tree.policy(), call.route);
        Rules {
            retry: policy.retry(route),
            attempts: usize::try_from(policy.attempts(route)).unwrap_or(usize::MAX),
            commit: policy.commit(route),
            hold: policy.defaults.hold,
        }
    }
}

impl<'c> Walk<'c> {
    fn new(call: &'c Call) -> Self {
        Walk {
            call,
            rules: Rules::of(call),
            random: fastrand::Rng::with_seed(call.seed),
            current: 0,
            tried: vec![false; call.plan.targets.len()],
            repeats: 0,
            setbacks: Setbacks::default(),
        }
    }

    /// Whether the target's circuit breaker lets an attempt through, and its provider is not known to be down.
    fn admit(&self, target: ModelId) -> Result<Permit, Open> {
        let rule = self.call.tree.policy().breaker(target);
        self.call.targets.admit(target, rule, Instant::now())
    }

    /// Where to go instead of a target that is ejected, and the failure that stands for why. It stays where there is no
    /// other that would be tried: the worst of a pool is better than none.
    fn instead_of_ejected(&self, target: ModelId) -> Option<(usize, FailureClass)> {
        if self.repeats > 0 {
            return None;
        }
        let now = Instant::now();
        let ejected = self.call.targets.state(target)?.ejected(now)?;
        let other = self.other(ejected.class)?;
        let other_target = *self.call.plan.targets.get(other)?;
        let state = self.call.targets.state(other_target)?;
        let is_well = state.ejected(now).is_none()
            && state.breaker(now) == BreakerState::Closed
            && self.call.targets.down(other_target, now).is_none();
        is_well.then_some((other, ejected.class))
    }

    /// One attempt, or two that race each other; the targets' breakers are told of the end.
    async fn attempt(
        &mut self,
        target: ModelId,
        permit: Permit,
        client: &mut Client,
        journal: &Journal,
    ) -> Result<Outcome, Failure> {
        let attempting = self.attempting(target, permit);
        let Some((second, after)) = self.hedge(journal) else {
            return attempting.finish(client, journal.lane(Side::First)).await;
        };
        // In a place of its own: two attempts need twice the room of the one that most requests make.
        let hedged = Box::pin(hedge::race(&attempting, after, client, journal, || {
            self.second(second, journal)
        }))
        .await;
        self.note(second, hedged)
    }

    /// An attempt that can be made now.
    fn attempting(&mut self, target: ModelId, permit: Permit) -> Attempting<'c> {
        Attempting {
            call: self.call,
            target,
            limits: Limits::new(self.call, target, Instant::now()),
            permit,
            commit: self.rules.commit,
            hold: self.rules.hold,
            seed: self.random.u64(..),
        }
    }

    /// The position of the target that hedges the current one, and when it does: only a request's first attempt is hedged.
    fn hedge(&self, journal: &Journal) -> Option<(usize, Duration)> {
        let hedge = self.call.plan.hedge?;
        let is_first = self.current == 0 && journal.attempts() == 0;
        is_first.then_some((hedge.second, hedge.after))
    }

    /// The attempt that hedges the first; `None` where none may be made: the request has had its attempts, or the target's
    /// breaker is open.
    fn second(&mut self, position: usize, journal: &Journal) -> Option<Attempting<'c>> {
        let target = self.call.plan.targets.get(position).copied()?;
        if journal.attempts() >= self.rules.attempts {
            return None;
        }
        let permit = self.admit(target).ok()?;
        Some(self.attempting(target, permit))
    }

    /// Goes on from the attempt that decided a race. The other one's target has been tried where it failed; where it was
    /// broken off it may be tried again.
    fn note(&mut self, second: usize, hedged: Hedged) -> Result<Outcome, Failure> {
        let (decided, other) = match hedged.decided {
            Side::First => (self.current, second),
            Side::Second => (second, self.current),
        };
        if let Some(failure) = hedged.other {
            // Where nothing rescues the request, the client gets what the plan's first target says.
            if hedged.decided == Side::Second {
                self.setbacks.failed(other, failure);
            }
            if let Some(tried) = self.tried.get_mut(other) {
                *tried = true;
            }
        }
        self.current = decided;
        hedged.made
    }

    /// A target whose breaker is open is left as after the failure that has opened it.
    fn pass_over(&mut self, open: Open) -> Next {
        self.setbacks.open(open);
        self.other(open.class).map_or(Next::GiveUp, Next::Move)
    }

    fn after(&mut self, failure: Failure, attempts: usize) -> Next {
        let jitter = jittered(self.repeats, &mut self.random);
        let next = self.next(&failure, jitter, attempts);
        self.setbacks.failed(self.current, failure);
        next
    }

    /// What follows a failure of the current target. A repeat waits with jitter, and as long as the provider asks; one
    /// that asks for longer than 5 s is left at once where there is another target, and none waits beyond the
    /// request's time. A target whose breaker has opened is not repeated, and nothing is beyond the retry budget.
    fn next(&self, failure: &Failure, jitter: Duration, attempts: usize) -> Next {
        if attempts >= self.rules.attempts || failure.class == FailureClass::TimeoutTotal {
            return Next::GiveUp;
        }
        let other = self.other(failure.class);
        let asked = failure.retry_after.unwrap_or_default();
        let wait = jitter.max(asked);
        let listed = self.rules.retry.on.contains(failure.class) && self.repeats < self.rules.retry.count;
        let too_long = wait >= self.remaining() || (asked > LONGEST_WAIT && other.is_some());
        match other {
            _ if listed && !too_long && !self.is_open() && self.take_repeat() => Next::Repeat(wait),
            Some(position) => Next::Move(position),
            None => Next::GiveUp,
        }
    }

    fn take_repeat(&self) -> bool {
        self.call.targets.budget().take(Instant::now())
    }

    /// Where to go after a failure of the current target, its repeats aside.
    fn other(&self, class: FailureClass) -> Option<usize> {
        let policy = self.call.tree.policy();
        self.call.plan.next(policy, &self.tried, self.current, class)
    }

    fn target(&self) -> Option<ModelId> {
        self.call.plan.targets.get(self.current).copied()
    }

    /// Whether the breaker of the current target has opened.
    fn is_open(&self) -> bool {
        let Some(target) = self.target() else { return false };
        let state = self.call.targets.state(target);
        self.call.tree.policy().breaker(target).is_some()
            && state.is_some_and(|state| state.breaker(Instant::now()) != BreakerState::Closed)
    }

    /// The time that is left of the request's.
    fn remaining(&self) -> Duration {
        let Some(target) = self.target() else {
            return Duration::ZERO;
        };
        Limits::new(self.call, target, Instant::now()).remaining()
    }

    fn leave_for(&mut self, position: usize) {
        if let Some(tried) = self.tried.get_mut(self.current) {
            *tried = true;
        }
        self.current = position;
        self.repeats = 0;
    }
}
