//! An attempt of which an assert does not hold, shown by a request that was decided.

use super::super::patience::Patience;
use super::super::plans;
use super::super::space::{Space, asks_for_embeddings};
use super::super::witness::{self, Witness};
use crate::decide::{Decision, is_eligible};
use crate::facts::Facts;
use crate::model::{AssertId, ModelId, RouteAction, RouteId, Target};
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
    /// Whether no caller was found who draws the arm which leads there: the decision is that of another arm.
    pub(in super::super) undrawn: bool,
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

/// The refutation that a request gives, with a draw that leads to the target where there is one.
pub(super) fn of_request(
    space: &Space<'_>,
    id: AssertId,
    route: RouteId,
    facts: &Facts,
    sought: Sought<'_>,
    patience: &dyn Patience,
) -> Option<Refutation> {
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
        return Some(Refutation {
            route,
            target,
            plan: witness::targets(&witness.decision).to_vec(),
            position,
            witness,
            undrawn: false,
        });
    }
    let decision = witness::decided(tree, facts, 0, order);
    if decision.route != Some(route) || is_copy {
        return None;
    }
    let plan = undrawn(space, route, facts, target, order)?;
    let position = plan.iter().position(|other| *other == target)?;
    breaks(space, id, facts, target, &plan, position).then(|| Refutation {
        route,
        target,
        plan,
        position,
        witness: Witness {
            facts: Box::new(facts.clone()),
            seed: 0,
            decision,
        },
        undrawn: true,
    })
}

/// The plan of an arm, or of an order that pools pick by facts, with the target, for a request of which no caller was found
/// who draws it.
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
    if !matches!(routing.target, Target::Split(_)) && !plans::picks_by_facts(space.policy, routing) {
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
    let mut fitting = plans.into_iter().filter(|plan| plan.contains(&target));
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
