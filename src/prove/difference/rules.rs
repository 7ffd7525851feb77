//! The rules of both policies as formulas over one request.

use super::super::formula::{Formula, Formulas};
use super::super::plans;
use super::super::space::{Space, denies, guards};
use super::joint::{Half, Joint, Side};
use super::rewrite::{Rewriter, serving};
use crate::decide::is_eligible;
use crate::facts::Facts;
use crate::model::{AssumeId, GuardEffect, GuardId, ModelId, Named, Policy, RouteId};

/// What keeps a model in a plan: guards admit it, it has the capabilities, its window is wide enough, its protocol can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fitness {
    pub(super) admitted: Formula,
    pub(super) skilled: Formula,
    pub(super) wide: Formula,
    /// Its protocol has the endpoint.
    pub(super) spoken: Formula,
    /// All of it.
    pub(super) eligible: Formula,
}

/// The rules of one policy.
#[derive(Debug)]
pub(super) struct Rules<'j, 't> {
    pub(super) half: &'j Half<'t>,
    pub(super) policy: &'t Policy,
    pub(super) routes: Vec<Formula>,
    pub(super) guards: Vec<Formula>,
    pub(super) assumes: Vec<Formula>,
    pub(super) models: Vec<Fitness>,
}

/// Encodes the rules of both policies.
pub(super) fn both<'j, 't>(joint: &'j Joint<'t>, space: &mut Space<'_>) -> (Rules<'j, 't>, Rules<'j, 't>) {
    let mut rewriter = Rewriter::new(joint);
    let first = joint.old.tree.policy();
    let old = rules(joint, Side::Old, [0, 0, 0], &mut rewriter, space);
    let starts = [first.routes.len(), first.guards.len(), first.assumes.len()];
    let new = rules(joint, Side::New, starts, &mut rewriter, space);
    (old, new)
}

fn rules<'j, 't>(
    joint: &'j Joint<'t>,
    side: Side,
    [routes, guards, assumes]: [usize; 3],
    rewriter: &mut Rewriter<'j, 't>,
    space: &mut Space<'_>,
) -> Rules<'j, 't> {
    let half = joint.half(side);
    let policy = half.tree.policy();
    let id = |start: usize, at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
    let mut rules = Rules {
        half,
        policy,
        routes: Vec::with_capacity(policy.routes.len()),
        guards: Vec::with_capacity(policy.guards.len()),
        assumes: Vec::with_capacity(policy.assumes.len()),
        models: Vec::with_capacity(policy.models.len()),
    };
    for at in 0..policy.routes.len() {
        let formula = space.route(RouteId(id(routes, at)));
        rules
            .routes
            .push(rewriter.rewritten(formula, &mut space.formulas));
    }
    for at in 0..policy.guards.len() {
        let formula = space.guard(GuardId(id(guards, at)));
        rules
            .guards
            .push(rewriter.rewritten(formula, &mut space.formulas));
    }
    for at in 0..policy.assumes.len() {
        let formula = space.assume(AssumeId(id(assumes, at)));
        rules
            .assumes
            .push(rewriter.rewritten(formula, &mut space.formulas));
    }
    for at in 0..policy.models.len() {
        let model = ModelId(id(0, at) + half.models);
        let admitted = admitted(&rules, guards, model, rewriter, space);
        rules.models.push(fitness(space, model, admitted));
    }
    rules
}

/// That no guard's `require` removes a model of the joint policy.
fn admitted(
    rules: &Rules<'_, '_>,
    first: usize,
    model: ModelId,
    rewriter: &mut Rewriter<'_, '_>,
    space: &mut Space<'_>,
) -> Formula {
    let joint = space.policy;
    let own = joint.guards.iter().skip(first).zip(&rules.guards);
    let mut all = Vec::new();
    for (guard, when) in own {
        for effect in &guard.effects {
            if let GuardEffect::Require(require) = effect {
                let holds = space.of_target(require, model);
                let holds = rewriter.rewritten(holds, &mut space.formulas);
                let not = space.formulas.not(*when);
                all.push(space.formulas.or([not, holds]));
            }
        }
    }
    space.formulas.and(all)
}

fn fitness(space: &mut Space<'_>, model: ModelId, admitted: Formula) -> Fitness {
    let (skilled, wide, spoken) = (space.skilled(model), space.wide(model), space.spoken(model));
    Fitness {
        admitted,
        skilled,
        wide,
        spoken,
        eligible: space.formulas.and([admitted, skilled, wide, spoken]),
    }
}

impl Rules<'_, '_> {
    /// A guard's denials come before all routes.
    pub(super) fn denying(&self) -> impl Iterator<Item = (GuardId, Formula)> {
        let found = guards(self.policy).zip(&self.guards);
        found
            .filter(|((_, guard), _)| denies(guard))
            .map(|((id, _), formula)| (id, *formula))
    }

    /// The caps that guards set, with the guards.
    pub(super) fn caps(&self) -> impl Iterator<Item = (GuardId, i64, Formula)> {
        let found = guards(self.policy).zip(&self.guards);
        found.flat_map(|((id, guard), formula)| {
            let cap = |effect: &GuardEffect| match effect {
                GuardEffect::MaxTokensAtMost(cap) => Some(*cap),
                _ => None,
            };
            let caps = guard.effects.iter().filter_map(cap);
            caps.map(move |cap| (id, cap, *formula)).collect::<Vec<_>>()
        })
    }

    /// That a route is the first that matches.
    pub(super) fn first(&self, route: RouteId, formulas: &mut Formulas) -> Formula {
        let at = route.0 as usize;
        let own = self.routes.get(at).copied().unwrap_or(Formulas::FALSE);
        let mut all = vec![own];
        for earlier in self.routes.iter().take(at) {
            all.push(formulas.not(*earlier));
        }
        formulas.and(all)
    }

    /// That all assumptions hold and no guard denies.
    pub(super) fn admits(&self, formulas: &mut Formulas) -> Formula {
        let mut all = self.assumes.clone();
        for (_, denial) in self.denying() {
            all.push(formulas.not(denial));
        }
        formulas.and(all)
    }

    /// What keeps a model in a plan.
    pub(super) fn fitness(&self, model: ModelId) -> Fitness {
        let none = Fitness {
            admitted: Formulas::FALSE,
            skilled: Formulas::FALSE,
            wide: Formulas::FALSE,
            spoken: Formulas::FALSE,
            eligible: Formulas::FALSE,
        };
        self.models.get(model.0 as usize).copied().unwrap_or(none)
    }

    /// That the client asks for a model or pool, or for none that is served.
    pub(super) fn asks_for(&self, named: Option<Named>, formulas: &mut Formulas) -> Formula {
        let wanted = named.map(|named| self.policy.name_of(named)).unwrap_or_default();
        serving(self.half, formulas, &|name| name == wanted)
    }

    /// Whether a model stays in the plan of a request.
    pub(super) fn keeps(&self, facts: &Facts, model: ModelId) -> bool {
        is_eligible(self.half.tree, facts, model)
    }

    /// Whether the embeddings of two models lie in one space.
    pub(super) fn shares_vectors(&self, left: ModelId, right: ModelId) -> bool {
        plans::shares_vectors(self.policy, left, right)
    }

    /// The name of a model.
    pub(super) fn model_name(&self, model: ModelId) -> String {
        let found = self.policy.model(model);
        found.map(|model| model.name.clone()).unwrap_or_default()
    }
}
