//! A request observed without a listener, as `explain --request` does it. Secrets are not read, so that keys that stand
//! in the environment or in files are unknown here.

use super::callers::{Callers, written_hash};
use super::observe::{Observation, Wishes};
use super::problem::Problem;
use crate::facts::Timestamp;
use crate::tree::Tree;
use crate::wire::endpoint::Endpoint;
use http::HeaderMap;

/// What the proxy would observe of a chat completion request with these headers and this body.
pub fn observe(
    tree: &Tree,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Observation, Problem> {
    let policy = tree.policy();
    // Keys that two tenants share are errors of `serve` alone, which resolves them.
    let callers = Callers::new(policy, written_hash).unwrap_or_default();
    let caller = callers.identify(headers, now).map_err(Problem::stranger)?;
    let wishes = Wishes::new(tree, Some(&[]));
    let head = wishes.head(policy, caller, headers, now)?;
    wishes.body(policy, head, Endpoint::Chat, body)
}
