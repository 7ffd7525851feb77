//! The way through a plan: which target is tried, how often, and where to go after a failure.

use super::attempt::Attempting;
use super::backoff::{LONGEST_WAIT, jittered};
use super::call::Call;
use super::client::{Client, Gone};
use super::failure::{Failure, give_up};
use super::journal::Journal;
use super::limits::Limits;
use super::report::Outcome;
use crate::model::{Commit, FailureClass, ModelId, Retry};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// What a route says of attempts, the defaults in the places that it leaves open.
struct Rules {
    retry: Retry,
    attempts: usize,
    commit: Commit,
    hold: usize,
}

/// Where a request stands in its plan.
struct Progress {
    /// Position of the target in the plan.
    current: usize,
    /// Which targets have been left.
    tried: Vec<bool>,
    /// Repeats of the current target.
    repeats: u32,
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
pub(super) async fn run(call: &Call, client: &mut Client, journal: &mut Journal) -> Outcome {
    let rules = Rules::of(call);
    let mut random = fastrand::Rng::with_seed(call.seed);
    let mut progress = Progress {
        current: 0,
        tried: vec![false; call.plan.targets.len()],
        repeats: 0,
    };
    let mut first_failure = None;
    while let Some(target) = call.plan.targets.get(progress.current).copied() {
        let attempting = Attempting {
            call,
            target,
            limits: Limits::new(call, target, Instant::now()),
            commit: rules.commit,
            hold: rules.hold,
            seed: random.u64(..),
        };
        let failure = match attempting.make(client, journal).await {
            Ok(outcome) => return outcome,
            Err(failure) => failure,
        };
        journal.end(Some((failure.class, failure.reason.clone())));
        let jitter = jittered(progress.repeats, &mut random);
        let remaining = attempting.limits.remaining();
        let next = progress.next(call, &rules, &failure, jitter, remaining, journal.attempts());
        if progress.current == 0 {
            first_failure = Some(failure);
        }
        match next {
            Next::Repeat(wait) => {
                progress.repeats += 1;
                sleep(wait).await;
            }
            Next::Move(position) => progress.leave_for(position),
            Next::GiveUp => break,
        }
    }
    fail(call.plan.targets.first().copied(), first_failure, client, journal)
}

/// The client gets the first target's failure.
fn fail(
    first: Option<ModelId>,
    failure: Option<Failure>,
    client: &mut Client,
    journal: &mut Journal,
) -> Outcome {
    let failure = failure.unwrap_or_else(|| Failure::new(FailureClass::Connect, "the plan has no target"));
    match client.commit(give_up(failure, first, journal)) {
        Ok(()) => Outcome::Failed,
        Err(Gone) => Outcome::ClientClosed,
    }
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

impl Progress {
    /// What follows a failure of the current target. A repeat waits with jitter, and as long as the provider asks; one
    /// that asks for longer than 5 s is left at once where there is another target, and none waits beyond the
    /// request's time.
    fn next(
        &self,
        call: &Call,
        rules: &Rules,
        failure: &Failure,
        jitter: Duration,
        remaining: Duration,
        attempts: usize,
    ) -> Next {
        if attempts >= rules.attempts || failure.class == FailureClass::TimeoutTotal {
            return Next::GiveUp;
        }
        let other = call
            .plan
            .next(call.tree.policy(), &self.tried, self.current, failure.class);
        let asked = failure.retry_after.unwrap_or_default();
        let wait = jitter.max(asked);
        let listed = rules.retry.on.contains(failure.class) && self.repeats < rules.retry.count;
        let too_long = wait >= remaining || (asked > LONGEST_WAIT && other.is_some());
        match other {
            _ if listed && !too_long => Next::Repeat(wait),
            Some(position) => Next::Move(position),
            None => Next::GiveUp,
        }
    }

    fn leave_for(&mut self, position: usize) {
        if let Some(tried) = self.tried.get_mut(self.current) {
            *tried = true;
        }
        self.current = position;
        self.repeats = 0;
    }
}
