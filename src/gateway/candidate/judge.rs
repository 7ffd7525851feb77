//! The thread that decides requests under the policy beside the served one, and counts what would change.

use super::super::policies::{Pair, Policies};
use super::super::problem::Problem;
use super::{Counts, Request};
use crate::facts::Facts;
use crate::record::Record;
use crate::reload::now;
use crate::replay::{Place, Replay, Report, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, oneshot};

/// What the judge is told and asked.
pub(super) enum Message {
    /// A request that has ended, and its record's line.
    Ended(Arc<Request>, String),
    /// What has changed so far?
    Standing(oneshot::Sender<Standing>),
}

/// What the policy beside the served one would have changed since the two of them stand beside each other.
#[derive(Debug)]
pub(in super::super) struct Standing {
    /// The two policies.
    pub(in super::super) pair: Pair,
    /// Since when.
    pub(in super::super) since: String,
    /// Requests that it would have refused before any decision, such as those of a key that it does not know.
    pub(in super::super) rejected: u64,
    /// The id of the first of them and why.
    pub(in super::super) first_rejected: Option<(String, String)>,
    /// The dry run's report over the others; `None` where they move between too many places.
    pub(in super::super) report: Option<Report>,
}

pub(super) struct Judge {
    pub(super) policies: Arc<Policies>,
    pub(super) messages: mpsc::Receiver<Message>,
    pub(super) waiting: Arc<AtomicUsize>,
    pub(super) counts: Arc<Counts>,
}

/// What was counted of one pair of policies.
struct Session<'r> {
    pair: Pair,
    since: String,
    worker: Worker<'r>,
    lines: u64,
    rejected: u64,
    first_rejected: Option<(String, String)>,
}

impl Judge {
    /// Decides until nobody asks any more; anew for each pair of policies.
    pub(super) fn run(mut self) {
        let mut next = None;
        while let Some(pair) = self.policies.pair() {
            // Without a mapping there is nothing that could be wrong with it.
            let Ok(replay) = Replay::new::<&str>(&pair.candidate.tree, None, &[]) else {
                return;
            };
            let mut session = Session {
                pair: pair.clone(),
                since: now().to_string(),
                worker: Worker::new(&replay),
                lines: 0,
                rejected: 0,
                first_rejected: None,
            };
            next = match self.session(&replay, &mut session, next) {
                Some(message) => Some(message),
                None => return,
            };
        }
    }

    /// Takes messages while the pair of policies is the same; returns the first one that came later, `None` at the end.
    fn session(
        &mut self,
        replay: &Replay<'_>,
        session: &mut Session<'_>,
        mut first: Option<Message>,
    ) -> Option<Message> {
        loop {
            let message = match first.take() {
                Some(message) => message,
                None => self.messages.blocking_recv()?,
            };
            if self.policies.pair().is_none_or(|pair| !pair.is(&session.pair)) {
                return Some(message);
            }
            match message {
                Message::Ended(request, line) => {
                    self.waiting.fetch_sub(request.body.len(), Ordering::Relaxed);
                    // One that began with other policies tells nothing of these.
                    if request.pair.is(&session.pair) {
                        self.decide(session, &request, &line);
                    }
                }
                Message::Standing(answer) => {
                    let _ = answer.send(session.standing(replay));
                }
            }
        }
    }

    fn decide(&self, session: &mut Session<'_>, request: &Request, line: &str) {
        let Ok(record) = Record::parse(line.trim_end().as_bytes()) else {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        session.lines += 1;
        let place = Place {
            source: 0,
            line: session.lines,
        };
        let count = match observe(request) {
            Ok(facts) => {
                let changed = session.worker.tally().changed();
                session.worker.decided(place, line.as_bytes(), record, facts);
                match session.worker.tally().changed() > changed {
                    true => &self.counts.changed,
                    false => &self.counts.same,
                }
            }
            Err(problem) => {
                session.rejected += 1;
                session.first_rejected.get_or_insert_with(|| {
                    let id = record.id.as_deref().unwrap_or_default();
                    (id.to_owned(), problem.message().to_owned())
                });
                &self.counts.rejected
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// The facts of a request as the policy beside the served one would observe them.
fn observe(request: &Request) -> Result<Facts, Problem> {
    let loaded = &request.pair.candidate;
    let (policy, prepared) = (loaded.tree.policy(), &loaded.prepared);
    let caller = prepared.callers.identify(&request.headers, request.now);
    let caller = caller.map_err(Problem::stranger)?;
    let head = prepared
        .wishes
        .head(policy, caller, &request.headers, request.now)?;
    let observation = prepared
        .wishes
        .body(policy, head, request.endpoint, &request.body)?;
    Ok(observation.facts)
}

impl Session<'_> {
    fn standing(&self, replay: &Replay<'_>) -> Standing {
        let tally = self.worker.tally();
        let report = (!tally.overflowed()).then(|| replay.report(tally.clone(), &["live".to_owned()]));
        Standing {
            pair: self.pair.clone(),
            since: self.since.clone(),
            rejected: self.rejected,
            first_rejected: self.first_rejected.clone(),
            report,
        }
    }
}
