//! What all requests share.

use super::candidate::Candidate;
use super::content::Contents;
use super::metrics::{Metrics, Snapshot};
use super::policies::Policies;
use super::shadows::Shadows;
use crate::model::ModelId;
use crate::settings::AdminAccess;
use crate::targets::BreakerState;
use crate::traffic::Writer;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What all requests share.
#[derive(Debug)]
pub struct Gateway {
    /// The policy that is served, and the one that decides beside it.
    pub policies: Arc<Policies>,
    /// What the policy beside the served one would change, where there is one.
    pub candidate: Option<Candidate>,
    /// What is counted and measured.
    pub metrics: Metrics,
    /// The copies of requests under way.
    pub shadows: Shadows,
    /// Where traffic records go, where they are asked for.
    pub records: Option<Arc<Writer>>,
    /// What was said in requests, as far as it waits to be recorded.
    pub contents: Contents,
    /// Who may ask the admin listener.
    pub admin_access: AdminAccess,
    /// The largest request body in bytes.
    pub body_limit: usize,
    /// Cancelled when the process begins to stop.
    pub stop: CancellationToken,
}

/// How often to look whether the last requests have been recorded.
const LOOK: Duration = Duration::from_millis(5);

impl Gateway {
    /// Waits until every request has been counted and recorded, but not longer than `limit`. An answer's last byte may
    /// reach the client a moment before.
    pub async fn settled(&self, limit: Duration) {
        let all_ended = async {
            while self.metrics.in_flight() > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(limit, all_ended).await;
    }

    /// What others count, for the metrics.
    pub(super) fn snapshot(&self) -> Snapshot {
        let (loaded, now) = (self.policies.served(), Instant::now());
        let policy = loaded.tree.policy();
        let live = &loaded.prepared.targets;
        let (mut breakers, mut ejected, mut down) = (Vec::new(), Vec::new(), Vec::new());
        for (index, model) in (0..).zip(&policy.models) {
            let state = live.state(ModelId(index));
            let is_down = live.down(ModelId(index), now).is_some();
            let breaker = state.map_or(BreakerState::Closed, |state| state.breaker(now));
            let is_ejected = state.is_some_and(|state| state.ejected(now).is_some());
            breakers.push((model.name.clone(), is_down || breaker != BreakerState::Closed));
            ejected.push((model.name.clone(), is_ejected));
            if live.check(model.provider).is_some() {
                down.push((model.name.clone(), is_down));
            }
        }
        let records = self.records.as_ref().map(|writer| writer.counts());
        Snapshot {
            reloads: self.policies.followed().holder.counts(),
            records: records
                .map(|counts| (counts.written, counts.dropped))
                .unwrap_or_default(),
            contents: self.contents.counts(),
            generation: self.policies.generation(),
            candidate: self.candidate.as_ref().map(|candidate| candidate.counts().read()),
            shadows_in_flight: self.shadows.under_way(),
            repeats_refused: loaded.prepared.targets.budget().refused(),
            breakers,
            ejected,
            down,
        }
    }
}
