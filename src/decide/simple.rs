//! Steps 3 to 6 in one, where nothing is to be drawn, put in order or left out: a route to models, and a request that all
//! of them can take. Most requests are such ones, and their plan is what the route says.

use super::eligibility::Needs;
use super::plan::{Group, Plan};
use super::targets::first_classes;
use crate::model::{ClassSet, ModelId, Named, Policy, Routing, Target};
use crate::quantity::Share;
use smallvec::SmallVec;

/// The plan of a route that names models alone, of which the request rules out none; `None` where the steps have to be
/// taken one by one. No guard that matches requires anything.
pub(super) fn plan(policy: &Policy, needs: &Needs<'_>, routing: &Routing) -> Option<Plan> {
    match &routing.target {
        Target::Named(first) => plan_of(policy, needs, routing, first.named),
        _ => None,
    }
}

/// The same of a route that splits between models: for each arm that can be drawn, as written, its share and the plan.
pub(super) fn plans_by_arm(
    policy: &Policy,
    needs: &Needs<'_>,
    routing: &Routing,
) -> Option<Vec<(Share, Plan)>> {
    let Target::Split(split) = &routing.target else {
        return None;
    };
    let arms = split.arms.iter().filter(|arm| arm.can_be_drawn());
    arms.map(|arm| Some((arm.share, plan_of(policy, needs, routing, arm.choice.named)?)))
        .collect()
}

/// The plan that begins with this model.
fn plan_of(policy: &Policy, needs: &Needs<'_>, routing: &Routing, first: Named) -> Option<Plan> {
    let mut plan = Plan {
        targets: SmallVec::new(),
        groups: SmallVec::new(),
        hedge: None,
        shadow: None,
    };
    add(&mut plan, policy, needs, first_classes(policy, routing), [first])?;
    for fallback in &routing.fallbacks {
        let on = fallback.on.unwrap_or(policy.defaults.fallback_on);
        add(
            &mut plan,
            policy,
            needs,
            on,
            fallback.choices.iter().map(|choice| choice.named),
        )?;
    }
    Some(plan)
}

/// Adds a clause; `None` where it names a pool, or a model that cannot take the request.
fn add(
    plan: &mut Plan,
    policy: &Policy,
    needs: &Needs<'_>,
    on: ClassSet,
    choices: impl IntoIterator<Item = Named>,
) -> Option<()> {
    let mut group = Group {
        on,
        targets: SmallVec::new(),
    };
    for named in choices {
        let Named::Model(model) = named else {
            return None;
        };
        if needs.beyond_model(policy, model).is_some() {
            return None;
        }
        let place = place(&mut plan.targets, model);
        if !group.targets.contains(&place) {
            group.targets.push(place);
        }
    }
    plan.groups.push(group);
    Some(())
}

/// The place of a target, its first one or a new one at the end.
fn place(targets: &mut SmallVec<[ModelId; 8]>, model: ModelId) -> usize {
    let known = targets.iter().position(|target| *target == model);
    known.unwrap_or_else(|| {
        targets.push(model);
        targets.len() - 1
    })
}
