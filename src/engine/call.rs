//! What is to be carried out.

use super::watch::Watch;
use crate::decide::Plan;
use crate::model::RouteId;
use crate::provider::Upstreams;
use crate::targets::LiveTargets;
use crate::tree::Tree;
use crate::wire::request::Scanned;
use bytes::Bytes;
use http::HeaderMap;
use std::sync::Arc;
use tokio::time::Instant;

/// One decided request.
#[derive(Clone, Debug)]
pub struct Call {
    /// The tree that decided; it is kept to the last fallback.
    pub tree: Arc<Tree>,
    /// The backends of the tree's providers.
    pub upstreams: Arc<Upstreams>,
    /// The live state of the tree's models.
    pub targets: Arc<LiveTargets>,
    /// The route that the plan comes from.
    pub route: RouteId,
    /// The targets.
    pub plan: Plan,
    /// The body as it came.
    pub body: Bytes,
    /// What was found in the body.
    pub scanned: Scanned,
    /// All headers of the client; which of them pass is the provider's affair.
    pub headers: Arc<HeaderMap>,
    /// The cap on output tokens that guards set.
    pub max_tokens: Option<i64>,
    /// Whether tokens are accounted for, so that streams that would not tell their counts are asked to.
    pub accounts: bool,
    /// Who watches what the client gets.
    pub watch: Option<Watch>,
    /// When the request arrived.
    pub arrived: Instant,
    /// What chance is drawn from.
    pub seed: u64,
}
