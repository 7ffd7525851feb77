//! What looks on while a decision is made.

use super::decision::SkipReason;
use crate::model::{AssumeId, GuardId, ModelId, Named, PoolId, RouteId, SplitKey};
use crate::quantity::Share;

/// Hears of each step. The fast path has one that does nothing; none of them can change a decision.
pub(super) trait Tracer {
    /// Whether rules are read one by one, from top to bottom, and each step is taken, so that all is heard of. Otherwise the
    /// index finds the rules that match, a plan that is plain is made at once, and only what is drawn or put in order is
    /// heard of.
    const READS_EVERY_RULE: bool = false;

    /// An assumption was held against the request.
    fn assume(&mut self, _assume: AssumeId, _holds: bool) {}
    /// A guard's condition was read.
    fn guard(&mut self, _guard: GuardId, _matched: bool) {}
    /// A route's condition was read.
    fn route(&mut self, _route: RouteId, _matched: bool) {}
    /// A matching guard's `require` was held against a target.
    fn require(&mut self, _guard: GuardId, _target: ModelId) {}
    /// A clause stands for this target, by its own name or as member of a pool; `reason` is why it leaves the plan.
    fn target(&mut self, _clause: Clause, _via: Named, _target: ModelId, _reason: Option<SkipReason>) {}
    /// A target leaves the plan, since its embeddings lie in another space than the first target's.
    fn other_vectors(&mut self, _target: ModelId) {}
    /// A split was drawn.
    fn split(&mut self, _build: impl FnOnce() -> SplitTrace) {}
    /// A route's shadow was drawn for the request, or not.
    fn shadow(&mut self, _build: impl FnOnce() -> ShadowTrace) {}
    /// A pool's members were put in order.
    fn pool(&mut self, _pool: PoolId, _order: &[ModelId], _source: OrderSource) {}
}

/// The fast path: nobody looks on.
pub(super) struct Unseen;

impl Tracer for Unseen {}

/// Nobody looks on, and every rule is read.
pub(super) struct Plain;

impl Tracer for Plain {
    const READS_EVERY_RULE: bool = true;
}

/// The clause of a route that a target comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// `target`.
    Target,
    /// The `fallback` clause at this position, from 0.
    Fallback(usize),
}

/// How a split was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitTrace {
    /// What the policy draws by.
    pub by: SplitKey,
    /// The text that was drawn by: the fact's, or the seed in 16 hex digits.
    pub key: String,
    /// Whether that is the seed.
    pub by_seed: bool,
    /// The draw, 0 to 9,999; `None` where no arm held a target.
    pub draw: Option<u64>,
    /// All arms as written.
    pub arms: Vec<ArmTrace>,
    /// The position of the arm that was drawn.
    pub chosen: Option<usize>,
}

/// One arm of a split as it was drawn among.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmTrace {
    /// Where the arm leads.
    pub named: Named,
    /// Its share as written.
    pub share: Share,
    /// Whether it still held a target and has a share; the shares of such arms are re-scaled to the whole.
    pub open: bool,
}

/// How a route's shadow was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShadowTrace {
    /// Where the copy goes.
    pub target: ModelId,
    /// The share as written.
    pub share: Share,
    /// The draw, 0 to 9,999.
    pub draw: u64,
    /// Whether it falls into the share.
    pub is_drawn: bool,
    /// What would keep a copy from the target.
    pub skipped: Option<SkipReason>,
}

/// Where a pool's order came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderSource {
    /// As written in the policy.
    Written,
    /// Drawn from the seed, as its `pick` asks.
    Seed,
    /// The request's facts.
    Facts,
    /// Live state, handed in.
    Live,
    /// Drawn from the seed, since live state was asked for and not known.
    SeedForLive,
}
