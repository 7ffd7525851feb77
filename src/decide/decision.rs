//! What a decision is: a plan or a refusal, and what led to it.

use super::plan::Plan;
use crate::model::{AssumeId, Capability, GuardId, ModelId, Obstacle, PoolId, RouteId};
use smallvec::SmallVec;

/// What is to be done with a request. A value: the same inputs give the same decision, anywhere and at any time.
///
/// Lists that are short in most policies lie in the value itself: a plan over models and pools as written is made without
/// allocating. Refusals copy their text, and orders of live state are handed in as lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The route that matched; `None` where a broken assumption or a guard refused before.
    pub route: Option<RouteId>,
    /// Every guard whose condition held, in policy order; none where an assumption is broken.
    pub guards: SmallVec<[GuardId; 8]>,
    /// Targets of the route that left the plan, in written order, each with the first reason.
    pub skipped: SmallVec<[Skipped; 2]>,
    /// The smallest cap on completion tokens that matching guards set; `None` for a refusal, which sets nothing.
    pub max_tokens: Option<i64>,
    /// What `Orders` answered, in the order of the questions: all members of each pool, first choice first.
    pub orders: Vec<(PoolId, Vec<ModelId>)>,
    /// Whether a pool that asks for live state took its order from the seed, since none was known.
    pub estimated: bool,
    /// Plan or refusal.
    pub outcome: Outcome,
}

impl Decision {
    /// What stands as long as nothing is decided: no target can take the request.
    pub(super) fn none() -> Self {
        Decision {
            route: None,
            guards: SmallVec::new(),
            skipped: SmallVec::new(),
            max_tokens: None,
            orders: Vec::new(),
            estimated: false,
            outcome: Outcome::Refused(Refusal::NoCapableTarget { context_only: false }),
        }
    }
}

/// How a decision ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Attempts are to be made.
    Plan(Plan),
    /// The client gets an error.
    Refused(Refusal),
}

/// A target that left the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which one.
    pub target: ModelId,
    /// Why.
    pub reason: SkipReason,
}

/// Why a target left the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// A guard's `require` is false for it.
    Guard(GuardId),
    /// It lacks what the request asks for.
    Lacks(Capability),
    /// Its context window is smaller than the request.
    Context {
        /// The window in tokens.
        window: u64,
        /// The request's estimated input in tokens.
        tokens: u64,
    },
    /// Its provider's protocol cannot express the request.
    Protocol(Obstacle),
    /// Its embeddings lie in another space than those of the plan's first target, so that it would ruin an index.
    OtherVectors,
}

/// The HTTP status for a request that breaks an assumption.
pub const ASSUMPTION_STATUS: u16 = 403;

/// Why a request gets no attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request is not what the policy takes for granted: 403 `assumption_broken`.
    AssumptionBroken {
        /// All assumptions that it breaks, in policy order; at least one.
        assumes: Vec<AssumeId>,
    },
    /// A guard denies: the first of those that matched gives status and text, all of them are named.
    DeniedByGuards {
        /// Denying guards that matched, in policy order; at least one.
        guards: Vec<GuardId>,
        /// HTTP status.
        status: u16,
        /// What the client is told.
        message: String,
    },
    /// The route denies.
    DeniedByRoute {
        /// HTTP status.
        status: u16,
        /// What the client is told.
        message: String,
    },
    /// The model asked for is not there for this caller: 404 `model_not_found`.
    ModelNotFound,
    /// Guards left no target: 503 `no_eligible_target`.
    NoEligibleTarget {
        /// The guards that removed one, in policy order: all whose `require` is false for one of the targets, so that
        /// their order does not matter.
        guards: Vec<GuardId>,
    },
    /// No target can take the request: 400 `no_capable_target`. Also what a policy without a matching route gives,
    /// which the checker never lets through.
    NoCapableTarget {
        /// Whether only context windows stood in the way: `context_length_exceeded`.
        context_only: bool,
    },
}
