//! A request observed without a listener, as `explain --request` does it. Secrets are not read, so that keys that stand
//! in the environment or in files are unknown here.

use super::callers::{Callers, written_hash};
use super::models::ANTHROPIC_VERSION;
use super::observe::{Observation, Wishes};
use super::problem::Problem;
use crate::facts::Timestamp;
use crate::tree::Tree;
use crate::wire::endpoint::Endpoint;
use http::HeaderMap;
use serde_json::{Map, Value};

/// Fields that responses have and embeddings do not.
const OF_RESPONSES: [&str; 9] = [
    "instructions",
    "max_output_tokens",
    "previous_response_id",
    "reasoning",
    "store",
    "stream",
    "text",
    "tool_choice",
    "tools",
];

/// Fields that embeddings have and responses do not.
const OF_EMBEDDINGS: [&str; 2] = ["dimensions", "encoding_format"];

/// The endpoint that a client calls with this body: with `messages` chat completions, or messages for clients of
/// Anthropic's; with `input` responses or embeddings, by the fields that only one of them has. `None` where both may be
/// meant. What is no such body is taken for chat completions, which say what is wrong with it.
pub fn endpoint(headers: &HeaderMap, body: &[u8]) -> Option<Endpoint> {
    let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let has_any = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    if has_any(&["messages"]) || !has_any(&["input"]) {
        let speaks_anthropic = headers.contains_key(ANTHROPIC_VERSION);
        return Some(match speaks_anthropic {
            true => Endpoint::Messages,
            false => Endpoint::Chat,
        });
    }
    match (has_any(&OF_RESPONSES), has_any(&OF_EMBEDDINGS)) {
        (true, false) => Some(Endpoint::Responses),
        (false, true) => Some(Endpoint::Embeddings),
        _ => None,
    }
}

/// What the proxy would observe of a request to an endpoint with these headers and this body.
pub fn observe(
    tree: &Tree,
    headers: &HeaderMap,
    endpoint: Endpoint,
    body: &[u8],
    now: Timestamp,
) -> Result<Observation, Problem> {
    let policy = tree.policy();
    // Keys that two tenants share are errors of `serve` alone, which resolves them.
    let callers = Callers::new(policy, written_hash).unwrap_or_default();
    let caller = callers.identify(headers, now).map_err(Problem::stranger)?;
    let wishes = Wishes::new(tree, Some(&[]));
    let head = wishes.head(policy, caller, headers, now)?;
    wishes.body(policy, head, endpoint, body)
}
