//! Tree, facts, seed and orders to a decision: synchronous, total, deterministic.

use crate::model::{Capability, ClassSet, GuardId, ModelId, PoolId, RouteId};

/// Live state of pools, asked for while a decision is made.
pub trait Orders {
    /// The members of a pool whose `pick` asks for live state, first choice first; `None` where it is not known, so
    /// that the seed decides. What is not among the members is ignored, members left out come last as written.
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>>;
}

/// No live state: every pool takes its order from the seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoOrders;

impl Orders for NoOrders {
    fn order(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        None
    }
}

/// What is to be done with a request. A value: the same inputs give the same decision, anywhere and at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The route that matched; `None` where a guard denied before.
    pub route: Option<RouteId>,
    /// Every guard whose condition held, in policy order.
    pub guards: Vec<GuardId>,
    /// Targets of the route that left the plan, in written order, each with the first reason.
    pub skipped: Vec<Skipped>,
    /// The smallest cap on completion tokens that matching guards set.
    pub max_tokens: Option<i64>,
    /// What `Orders` answered, in the order of the questions.
    pub orders: Vec<(PoolId, Vec<ModelId>)>,
    /// Whether a pool that asks for live state took its order from the seed, since none was known.
    pub estimated: bool,
    /// Plan or refusal.
    pub outcome: Outcome,
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
    /// Its context window, in tokens, is smaller than the request.
    Context(u64),
}

/// Why a request gets no attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
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
        /// The guards that removed one, in policy order; at least one.
        guards: Vec<GuardId>,
    },
    /// No target can take the request: 400 `no_capable_target`.
    NoCapableTarget {
        /// Whether only context windows stood in the way: `context_length_exceeded`.
        context_only: bool,
    },
}

/// Targets in the order of their first places, and after which failures each may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// All targets, each once; at least one. The first is tried first.
    pub targets: Vec<ModelId>,
    /// The target expression, then each fallback clause that still has a target, in written order.
    pub groups: Vec<Group>,
}

/// The targets of one clause and the failures that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The failures after which an untried target of the group may be tried.
    pub on: ClassSet,
    /// Positions in [`Plan::targets`], first choice first.
    pub targets: Vec<usize>,
}
