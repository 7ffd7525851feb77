//! How a decision came about, step by step.

use super::decision::SkipReason;
use super::tracer::{Clause, OrderSource, ShadowTrace, SplitTrace, Tracer};
use super::{guards, route};
use crate::facts::Facts;
use crate::model::{AssumeId, GuardId, ModelId, Named, PoolId, RouteId};
use crate::tree::{ConditionTrace, Tree};

/// Every step of one decision; the plan or refusal it led to is the decision's.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Every assumption, in policy order.
    pub assumes: Vec<AssumeTrace>,
    /// Every guard, in policy order; none where the request breaks an assumption.
    pub guards: Vec<GuardTrace>,
    /// Every route, in policy order.
    pub routes: Vec<RouteTrace>,
    /// What the matching route's clauses stand for, in written order; a target as often as it is written.
    pub targets: Vec<TargetTrace>,
    /// Guards' `require`s held against targets, in the order in which that was done.
    pub requires: Vec<RequireTrace>,
    /// How the route's split was drawn, where it has one.
    pub split: Option<SplitTrace>,
    /// The pools that were put in order, in the order of the plan.
    pub pools: Vec<PoolTrace>,
    /// How the route's shadow was drawn, where it has one and there is a plan.
    pub shadow: Option<ShadowTrace>,
}

/// An assumption and how it came out.
#[derive(Clone, Debug, PartialEq)]
pub struct AssumeTrace {
    /// Which assumption.
    pub assume: AssumeId,
    /// What it says of the request.
    pub condition: ConditionTrace,
}

/// A guard and how its condition came out.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardTrace {
    /// Which guard.
    pub guard: GuardId,
    /// Its condition; true without parts where it has none.
    pub condition: ConditionTrace,
}

/// A route and how its condition came out.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteTrace {
    /// Which route.
    pub route: RouteId,
    /// Its condition; `None` where it was not looked at.
    pub condition: Option<ConditionTrace>,
}

/// A target that a clause stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetTrace {
    /// The clause.
    pub clause: Clause,
    /// The model or pool that the clause names.
    pub via: Named,
    /// The target.
    pub target: ModelId,
    /// Why it left the plan, if it did.
    pub skipped: Option<SkipReason>,
}

/// A guard's `require` held against a target.
#[derive(Clone, Debug, PartialEq)]
pub struct RequireTrace {
    /// The guard.
    pub guard: GuardId,
    /// The target.
    pub target: ModelId,
    /// How it came out.
    pub condition: ConditionTrace,
}

/// A pool and the order that its members took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolTrace {
    /// The pool.
    pub pool: PoolId,
    /// All members, first choice first, those that left the plan too.
    pub order: Vec<ModelId>,
    /// Where the order came from.
    pub source: OrderSource,
}

/// Writes a trace while a decision is made.
pub(super) struct Recorder<'a> {
    tree: &'a Tree,
    facts: &'a Facts,
    trace: Trace,
}

impl<'a> Recorder<'a> {
    /// A trace in which nothing has been looked at yet.
    pub(super) fn new(tree: &'a Tree, facts: &'a Facts) -> Self {
        let routes = route::all(tree.policy()).map(|(route, _)| RouteTrace {
            route,
            condition: None,
        });
        Recorder {
            tree,
            facts,
            trace: Trace {
                assumes: Vec::new(),
                guards: Vec::with_capacity(guards::all(tree.policy()).count()),
                routes: routes.collect(),
                targets: Vec::new(),
                requires: Vec::new(),
                split: None,
                pools: Vec::new(),
                shadow: None,
            },
        }
    }

    /// The whole trace.
    pub(super) fn finish(self) -> Trace {
        self.trace
    }
}

impl Tracer for Recorder<'_> {
    const READS_EVERY_RULE: bool = true;

    fn assume(&mut self, assume: AssumeId, holds: bool) {
        let condition = ConditionTrace {
            outcome: holds,
            ..self.tree.trace_assume(assume, self.facts)
        };
        self.trace.assumes.push(AssumeTrace { assume, condition });
    }

    fn guard(&mut self, guard: GuardId, matched: bool) {
        let condition = ConditionTrace {
            outcome: matched,
            ..self.tree.trace_guard(guard, self.facts)
        };
        self.trace.guards.push(GuardTrace { guard, condition });
    }

    fn route(&mut self, route: RouteId, matched: bool) {
        if let Some(seen) = self.trace.routes.get_mut(route.0 as usize) {
            seen.condition = Some(ConditionTrace {
                outcome: matched,
                ..self.tree.trace_route(route, self.facts)
            });
        }
    }

    fn require(&mut self, guard: GuardId, target: ModelId) {
        self.trace.requires.push(RequireTrace {
            guard,
            target,
            condition: self.tree.trace_require(guard, self.facts, target),
        });
    }

    fn target(&mut self, clause: Clause, via: Named, target: ModelId, skipped: Option<SkipReason>) {
        self.trace.targets.push(TargetTrace {
            clause,
            via,
            target,
            skipped,
        });
    }

    fn other_vectors(&mut self, target: ModelId) {
        for seen in self.trace.targets.iter_mut().filter(|seen| seen.target == target) {
            seen.skipped = seen.skipped.or(Some(SkipReason::OtherVectors));
        }
    }

    fn split(&mut self, build: impl FnOnce() -> SplitTrace) {
        self.trace.split = Some(build());
    }

    fn shadow(&mut self, build: impl FnOnce() -> ShadowTrace) {
        self.trace.shadow = Some(build());
    }

    fn pool(&mut self, pool: PoolId, order: &[ModelId], source: OrderSource) {
        self.trace.pools.push(PoolTrace {
            pool,
            order: order.to_vec(),
            source,
        });
    }
}
