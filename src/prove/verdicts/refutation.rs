//! An attempt of which an assert does not hold: shown by a request that was decided, or by none, where no caller was
//! found who draws it.

use super::super::patience::Patience;
use super::super::plans;
use super::super::space::{Space, asks_for_embeddings};
use super::super::witness::{self, Witness};
use crate::decide::{Decision, is_eligible};
use crate::facts::Facts;
use crate::model::{AssertId, ModelId, RouteAction, RouteId};
use crate::tree;

/// An attempt of which an assert does not hold.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Refutation {
    /// The route that leads there.
    pub(in super::super) route: RouteId,
    /// The target.
    pub(in super::super) target: ModelId,
    /// The plan that holds it.
    pub(in super::super) plan: Vec<ModelId>,
    /// Its place in the plan.
    pub(in super::super) position: usize,
    /// The request and how it was decided.
    pub(in super::super) witness: Witness,
}

impl Refutation {
    /// Whether the attempt is a copy, which stands behind the plan.
    pub(in super::super) fn is_copy(&self) -> bool {
        self.position >= self.plan.len()
    }
}

/// An attempt that a request is sought for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought<'o> {
    target: ModelId,
    /// The plan, where that matters; none for any.
    order: &'o [ModelId],
    /// Whether it is the route's shadow, and not a target of the plan.
    is_copy: bool,
}

impl<'o> Sought<'o> {
    /// A target of a plan.
    pub(super) fn target(target: ModelId, order: &'o [ModelId]) -> Self {
        Sought {
            target,
            order,
            is_copy: false,
        }
    }

    /// The copy beside a plan.
    pub(super) fn copy(target: ModelId, order: &'o [ModelId]) -> Self {
        Sought {
            is_copy: true,
            ..Self::target(target, order)
        }
    }

    /// It, where no request was found to lead to it.
    pub(super) fn undrawn(self, route: RouteId) -> Undrawn {
        Undrawn {
            route,
            target: self.target,
        }
    }

    /// Its place under a decision, where that leads to it.
    fn place(self, decision: &Decision) -> Option<usize> {
        let plan = witness::targets(decision);
        if !self.order.is_empty() && plan != self.order {
            return None;
        }
        if self.is_copy {
            return (witness::shadow(decision) == Some(self.target)).then_some(plan.len());
        }
        plan.iter().position(|other| *other == self.target)
    }
}

/// An attempt of which an assert does not hold, and to which no request was found that leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Undrawn {
    /// The route that could lead there.
    pub(in super::super) route: RouteId,
    /// The target.
    pub(in super::super) target: ModelId,
}

/// What a request comes to.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// It, or one that draws otherwise, leads to the attempt.
    Attempt(Box<Refutation>),
    /// It would, were it drawn otherwise; here are its facts.
    Undrawn(Box<Facts>),
}

/// What a request comes to, with a draw that leads to the target where there is one.
pub(super) fn of_request(
    space: &Space<'_>,
    id: AssertId,
    route: RouteId,
    facts: &Facts,
    sought: Sought<'_>,
    patience: &dyn Patience,
) -> Option<Shown> {
    let tree = space.tree;
    let Sought {
        target,
        order,
        is_copy,
    } = sought;
    let broken_at = |facts: &Facts, decision: &Decision| {
        let position = sought.place(decision).filter(|_| decision.route == Some(route))?;
        let plan = witness::targets(decision);
        breaks(space, id, facts, target, plan, position).then_some(position)
    };
    let fits = |facts: &Facts, decision: &Decision| broken_at(facts, decision).is_some();
    if let Some(witness) = witness::reproduce(space, route, facts, order, patience, fits) {
        let position = broken_at(&witness.facts, &witness.decision)?;
        return Some(Shown::Attempt(Box::new(Refutation {
            route,
            target,
            plan: witness::targets(&witness.decision).to_vec(),
            position,
            witness,
        })));
    }
    let decision = witness::decided(tree, facts, 0, order);
    if decision.route != Some(route) || is_copy {
        return None;
    }
    let plan = undrawn(space, route, facts, target, order)?;
    let position = plan.iter().position(|other| *other == target)?;
    breaks(space, id, facts, target, &plan, position).then(|| Shown::Undrawn(Box::new(facts.clone())))
}

/// The plan of an arm, or of an order that pools keep callers in, with the target.
fn undrawn(
    space: &Space<'_>,
    route: RouteId,
    facts: &Facts,
    target: ModelId,
    order: &[ModelId],
) -> Option<Vec<ModelId>> {
    let RouteAction::Send(routing) = &space.policy.route(route)?.action else {
        return None;
    };
    if !witness::is_drawn_by_facts(space.policy, route) {
        return None;
    }
    let models = plans::models(space.policy, routing).into_iter();
    let left = models.filter(|model| is_eligible(space.tree, facts, *model));
    let plans = plans::plans(
        space.policy,
        routing,
        &left.collect(),
        None,
        asks_for_embeddings(facts),
    )?;
    let plans = plans.into_iter().map(|way| way.plan);
    let mut fitting = plans.filter(|plan| plan.contains(&target));
    fitting.find(|plan| order.is_empty() || plan == order)
}

/// Whether an assert speaks of a request and does not hold of an attempt at a place of its plan, by the tree.
fn breaks(
    space: &Space<'_>,
    id: AssertId,
    facts: &Facts,
    target: ModelId,
    plan: &[ModelId],
    position: usize,
) -> bool {
    let policy = space.policy;
    let name = |model: &ModelId| {
        policy
            .model(*model)
            .map(|model| model.name.clone())
            .unwrap_or_default()
    };
    let fallbacks: Vec<String> = plan.iter().skip(position + 1).map(name).collect();
    let attempt = tree::Attempt {
        target,
        position: i64::try_from(position).unwrap_or(i64::MAX),
        fallbacks: &fallbacks,
    };
    space.tree.assert_applies(id, facts) && !space.tree.assert_holds(id, facts, attempt)
}
