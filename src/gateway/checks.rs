//! Asks the served policy's providers whether they are well, as often as the policy says.

use super::state::Gateway;
use crate::model::{HealthCheck, ProviderId};
use crate::provider::Backend;
use crate::targets::CheckState;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often it is looked whether a check is due; a reload's checks begin as soon.
const LOOK: Duration = Duration::from_millis(50);

/// The longest that an answer may take.
const LONGEST: Duration = Duration::from_secs(5);

/// Checks providers for as long as it is polled: while the process drains, too, since requests in flight still go by what
/// is known of them. At most one check of a provider is under way.
pub async fn check_providers(gateway: Arc<Gateway>) {
    loop {
        for (check, state, backend) in due(&gateway) {
            tokio::spawn(ask(check, state, backend));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The checks that are due.
fn due(gateway: &Gateway) -> Vec<(HealthCheck, Arc<CheckState>, Arc<dyn Backend>)> {
    let (loaded, now) = (gateway.policies.served(), Instant::now());
    let providers = (0..).map(ProviderId).zip(&loaded.tree.policy().providers);
    providers
        .filter_map(|(id, provider)| {
            let check = provider.check.as_ref()?;
            let state = loaded.prepared.targets.check(id)?;
            let backend = loaded.prepared.upstreams.get(id)?;
            let is_due = state.is_due(check.every, now);
            is_due.then(|| (check.clone(), Arc::clone(state), Arc::clone(backend)))
        })
        .collect()
}

async fn ask(check: HealthCheck, state: Arc<CheckState>, backend: Arc<dyn Backend>) {
    let limit = check.every.min(LONGEST);
    let is_well = backend.check(&check.path, limit).await;
    state.told_well(is_well, check.every, Instant::now());
}
