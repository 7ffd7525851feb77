//! The policy of `--shadow`: it decides every request as well, and nothing is done by it. What it would change is counted
//! by the dry run's own comparison, on a thread of its own: no request waits for it, and what it cannot keep up with is
//! left out and counted.

mod judge;

pub(super) use judge::Standing;

use super::context::Context;
use super::policies::{Pair, Policies};
use crate::facts::Timestamp;
use crate::wire::endpoint::Endpoint;
use bytes::Bytes;
use http::HeaderMap;
use judge::{Judge, Message};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::{mpsc, oneshot};

/// Most requests that wait for the judge.
const MOST_WAITING: usize = 4096;

/// Most bytes of bodies that wait for it.
const MOST_WAITING_BYTES: usize = 64 << 20;

/// What the policy beside the served one has done since the start, whatever policies these were.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Requests decided as the served policy decides.
    pub(super) same: AtomicU64,
    /// Requests decided otherwise.
    pub(super) changed: AtomicU64,
    /// Requests that it would have refused before any decision.
    pub(super) rejected: AtomicU64,
    /// Requests that it did not come to.
    pub(super) dropped: AtomicU64,
}

impl Counts {
    /// The counts with the names that metrics have for them.
    pub(super) fn read(&self) -> [(&'static str, u64); 4] {
        [
            ("same", &self.same),
            ("changed", &self.changed),
            ("rejected", &self.rejected),
            ("dropped", &self.dropped),
        ]
        .map(|(name, count)| (name, count.load(Ordering::Relaxed)))
    }
}

/// The requests that are to be decided beside the served policy, and what came of them.
#[derive(Debug)]
pub struct Candidate {
    queue: mpsc::Sender<Message>,
    waiting: Arc<AtomicUsize>,
    counts: Arc<Counts>,
}

/// A request as it came, kept until it has ended.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) pair: Pair,
    pub(super) now: Timestamp,
    pub(super) endpoint: Endpoint,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    /// The request, where a policy is to decide it beside the one that it was given to.
    pub(super) fn of(
        policies: &Policies,
        context: &Context,
        endpoint: Endpoint,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Option<Self> {
        let pair = policies.pair()?;
        // A policy that was swapped in since the request came is another pair's.
        Arc::ptr_eq(&pair.served, &context.loaded).then(|| Request {
            pair,
            now: context.now,
            endpoint,
            headers: headers.clone(),
            body: body.clone(),
        })
    }
}

impl Candidate {
    /// Starts the thread that decides. It ends when the value is gone.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(policies: Arc<Policies>) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::channel(MOST_WAITING);
        let (waiting, counts) = (Arc::<AtomicUsize>::default(), Arc::<Counts>::default());
        let judge = Judge {
            policies,
            messages,
            waiting: Arc::clone(&waiting),
            counts: Arc::clone(&counts),
        };
        std::thread::Builder::new()
            .name("shadow".to_owned())
            .spawn(move || judge.run())?;
        Ok(Candidate {
            queue,
            waiting,
            counts,
        })
    }

    /// Hands over a request that has ended, with its record's line. Where the judge is behind it is dropped and counted.
    pub(super) fn ended(&self, request: Arc<Request>, line: String) {
        let bytes = request.body.len();
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let message = Message::Ended(request, line);
        if waiting > MOST_WAITING_BYTES.max(bytes) || self.queue.try_send(message).is_err() {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What the policy has changed so far; `None` where its thread has ended.
    pub(super) async fn standing(&self) -> Option<Standing> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Message::Standing(answer)).await.ok()?;
        answered.await.ok()
    }

    /// What was counted since the start.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }
}
