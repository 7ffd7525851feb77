//! The copy of a request: one attempt at a model, whose answer is read to its end and thrown away.

use super::attempt::Attempting;
use super::call::Call;
use super::carry::WAITING_PIECES;
use super::client::Client;
use super::journal::{Journal, Side};
use super::limits::Limits;
use super::report::{Outcome, Report, Setback};
use crate::model::{Commit, ModelId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Sends a copy of a request to a target, within the request's time and without retries. `end` breaks it off. Like any
/// attempt it counts for the target's state, and a target whose circuit breaker is open is passed over.
pub async fn mirror(call: &Call, target: ModelId, end: impl Future<Output = ()>) -> Report {
    let journal = Journal::new(call.arrived);
    let outcome = tokio::select! {
        biased;
        outcome = copy(call, target, &journal) => outcome,
        () = end => {
            journal.lane(Side::First).cancel();
            Outcome::ClientClosed
        }
    };
    journal.finish(outcome)
}

async fn copy(call: &Call, target: ModelId, journal: &Journal) -> Outcome {
    let now = Instant::now();
    let policy = call.tree.policy();
    let permit = match call.targets.admit(target, policy.breaker(target), now) {
        Ok(permit) => permit,
        Err(open) => {
            journal.passed_over(target, Setback::Open, open.class);
            return Outcome::Failed;
        }
    };
    let attempting = Attempting {
        call,
        target,
        limits: Limits::new(call, target, now),
        permit,
        // As it comes, so that nothing is held.
        commit: Commit::FirstContent,
        hold: policy.defaults.hold,
        seed: fastrand::Rng::with_seed(!call.seed).u64(..),
    };
    let (head, _taken) = oneshot::channel();
    let (sender, mut pieces) = mpsc::channel(WAITING_PIECES + 1);
    let mut client = Client::new(head, sender, None);
    let attempt = async move { attempting.finish(&mut client, journal.lane(Side::First)).await };
    let thrown_away = async { while pieces.recv().await.is_some() {} };
    let (made, ()) = tokio::join!(attempt, thrown_away);
    made.unwrap_or(Outcome::Failed)
}
