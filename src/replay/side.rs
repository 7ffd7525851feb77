//! One of the policies of a replay: its tree, the facts of a record that tells nothing, and the orders that a record
//! hands in.

use super::as_recorded::Comparison;
use super::course::Ending;
use super::fate::Past;
use super::rehearsal::Rehearsed;
use crate::decide::{Decision, Memo, Orders, Outcome, decide};
use crate::facts::{Builtin, FactId, Facts, Origin};
use crate::model::{FailureClass, ModelId, Named, PoolId, Price, RouteId};
use crate::quantity::Cost;
use crate::record::{Usage, cancelled_cost, cost};
use crate::tree::Tree;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Pools and their members in order, by names, as a record holds them.
pub(super) type RecordedOrders<'l> = Vec<(Cow<'l, str>, Vec<Cow<'l, str>>)>;

/// A policy that records are decided with.
#[derive(Debug)]
pub(super) struct Side<'t> {
    pub(super) tree: &'t Tree,
    /// Every fact at its empty value: what a record lacks has no default, for a default is what a request gets that
    /// says nothing, and of a record nobody knows what was said.
    pub(super) blank: Facts,
    /// The hash of the policy, as records hold it.
    pub(super) hash: String,
    models: BTreeMap<&'t str, ModelId>,
    routes: BTreeMap<&'t str, RouteId>,
    /// A number for the name of each route and model, the same in both policies of a replay.
    numbers: (Vec<u32>, Vec<u32>),
    /// The targets whose failure is rehearsed.
    pub(super) rehearsed: Rehearsed,
    /// The failure of those.
    pub(super) standing_class: FailureClass,
}

impl<'t> Side<'t> {
    /// The policy of this tree; `names` are those that either policy of the replay has.
    pub(super) fn new(tree: &'t Tree, names: &BTreeSet<&str>) -> Self {
        let policy = tree.policy();
        let numbers: BTreeMap<&str, u32> = names.iter().copied().zip(0..).collect();
        let number = |name: &str| numbers.get(name).copied().unwrap_or(u32::MAX);
        let models = (0u32..).zip(&policy.models);
        let routes = (0u32..).zip(&policy.routes);
        Side {
            tree,
            blank: blank(tree),
            hash: tree.hash().to_string(),
            models: models
                .map(|(index, model)| (model.name.as_str(), ModelId(index)))
                .collect(),
            routes: routes
                .map(|(index, route)| (route.name.as_str(), RouteId(index)))
                .collect(),
            numbers: (
                policy.routes.iter().map(|route| number(&route.name)).collect(),
                policy.models.iter().map(|model| number(&model.name)).collect(),
            ),
            rehearsed: Rehearsed::default(),
            standing_class: policy.standing_failure(),
        }
    }

    /// The decision on these facts, under what the record hands in.
    pub(super) fn decide(&self, facts: &Facts, seed: u64, orders: &RecordedOrders<'_>) -> Decision {
        self.with_orders(orders, |orders| decide(self.tree, facts, seed, orders))
    }

    /// Takes what a record tells of a prompt that it lacks; where that is all that conditions make of it, the prompt is not
    /// missing, and neither is it where they make nothing of it.
    pub(super) fn recall(&self, prompted: &[Comparison<'_>], missing: &mut Vec<FactId>, facts: &mut Facts) {
        let prompt = FactId::from(Builtin::Prompt);
        let lacks = missing.contains(&prompt);
        let told = |part: &str| {
            let mut told = prompted.iter();
            told.find(|(text, _)| text == part).map(|(_, outcome)| *outcome)
        };
        if self.tree.prompted().len() > 0 {
            let known = self.tree.prompted().map(told).take_while(|_| lacks);
            facts.know_of_prompt(known);
        }
        if self.tree.is_prompted_whole() && self.tree.prompted().all(|part| told(part).is_some()) {
            missing.retain(|id| *id != prompt);
        }
    }

    /// The same, of many records, from memory.
    pub(super) fn decide_again<'m>(
        &self,
        memo: &'m mut Memo<'t>,
        facts: &Facts,
        told: (u64, &RecordedOrders<'_>),
    ) -> &'m Decision {
        let (seed, orders) = told;
        self.with_orders(orders, |orders| memo.decide(facts, seed, orders))
    }

    /// The number of a route's name.
    pub(super) fn number_of_route(&self, route: RouteId) -> Option<u32> {
        self.numbers.0.get(route.0 as usize).copied()
    }

    /// The numbers of models' names.
    pub(super) fn numbers_of(&self, models: &[ModelId]) -> impl Iterator<Item = Option<u32>> {
        models
            .iter()
            .map(|model| self.numbers.1.get(model.0 as usize).copied())
    }

    /// Hands a record's orders to whatever decides.
    pub(super) fn with_orders<T>(
        &self,
        orders: &RecordedOrders<'_>,
        decide: impl FnOnce(&mut dyn Orders) -> T,
    ) -> T {
        decide(&mut HandedIn { side: self, orders })
    }

    /// What the usage costs at the target that answers; where nobody does it costs nothing.
    pub(super) fn cost(&self, ending: Ending, usage: Option<&Usage>) -> Option<Cost> {
        match ending.target() {
            Some(model) => cost(self.price(model), usage),
            None => Some(Cost::ZERO),
        }
    }

    /// What a request of this decision costs: the answer, and the prompts of those that it hedges with and that were too
    /// slow when it was recorded.
    pub(super) fn whole_cost(
        &self,
        decision: &Decision,
        ending: Ending,
        usage: Option<&Usage>,
        past: &Past<'_>,
    ) -> Option<Cost> {
        let mut whole = self.cost(ending, usage)?;
        if ending.target().is_some()
            && let Outcome::Plan(plan) = &decision.outcome
            && let Some(hedge) = plan.hedge
        {
            let sides = [0, hedge.second].map(|at| plan.targets.get(at));
            for side in sides.into_iter().flatten() {
                let model = self.tree.policy().model(*side)?;
                if past.was_cancelled(&model.name) {
                    whole += cancelled_cost(model.price.as_ref(), usage)?;
                }
            }
        }
        Some(whole)
    }

    /// What the usage costs at the model of this name, where there is one.
    pub(super) fn cost_at(&self, name: &str, usage: Option<&Usage>) -> Option<Cost> {
        cost(self.price(*self.models.get(name)?), usage)
    }

    /// The policy's name of what a foreign record calls a target: a model's own name, else that of the model which clients
    /// call so, else of the only one that its provider calls so; else the same of what stands behind a vendor's name and a
    /// slash. What is none of these keeps its name.
    pub(super) fn named<'n>(&'n self, target: &'n str) -> &'n str {
        let mut rest = target;
        loop {
            if let Some(name) = self.known_as(rest) {
                return name;
            }
            match rest.split_once('/') {
                Some((_, behind)) => rest = behind,
                None => return target,
            }
        }
    }

    fn known_as<'n>(&'n self, target: &'n str) -> Option<&'n str> {
        if self.models.contains_key(target) {
            return Some(target);
        }
        let policy = self.tree.policy();
        if let Some(Named::Model(model)) = policy.requested(target) {
            return policy.model(model).map(|model| model.name.as_str());
        }
        let mut called = policy.models.iter().filter(|model| model.upstream_name == target);
        match (called.next(), called.next()) {
            (Some(only), None) => Some(only.name.as_str()),
            _ => None,
        }
    }

    /// The name of a model of the policy.
    pub(super) fn model_name(&self, model: ModelId) -> &'t str {
        self.tree
            .policy()
            .model(model)
            .map_or("", |model| model.name.as_str())
    }

    /// The model of this name, where there is one.
    pub(super) fn model(&self, name: &str) -> Option<ModelId> {
        self.models.get(name).copied()
    }

    /// The route of this name, where there is one.
    pub(super) fn route(&self, name: &str) -> Option<RouteId> {
        self.routes.get(name).copied()
    }

    fn price(&self, model: ModelId) -> Option<&'t Price> {
        self.tree.policy().model(model)?.price.as_ref()
    }
}

fn blank(tree: &Tree) -> Facts {
    let register = &tree.policy().facts;
    let mut facts = Facts::empty(register);
    for (id, definition) in register.definitions() {
        // `api` has no empty value but its default.
        if definition.origin != Origin::Builtin(Builtin::Api) {
            let taken = facts.set(id, definition.ty.empty());
            debug_assert!(taken.is_ok(), "an empty value is of the fact's type");
        }
    }
    facts
}

/// Sets a fact back to its empty value.
pub(super) fn clear(facts: &mut Facts, blank: &Facts, id: FactId) {
    if let Some(empty) = blank.get(id) {
        let taken = facts.set(id, empty.clone());
        debug_assert!(taken.is_ok(), "both are facts of one register");
    }
}

/// Hands a record's orders to a decision.
struct HandedIn<'a, 't> {
    side: &'a Side<'t>,
    orders: &'a RecordedOrders<'a>,
}

impl Orders for HandedIn<'_, '_> {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        let name = &self.side.tree.policy().pool(pool)?.name;
        let (_, members) = self.orders.iter().find(|(known, _)| known == name)?;
        let known = members
            .iter()
            .filter_map(|member| self.side.models.get(member.as_ref()));
        Some(known.copied().collect())
    }
}
