//! All that there is to tell of one decision.

use super::conditions::{Requirement, Rule, requirements, rules};
use super::outcome::{
    Decided, PlanGroup, PoolOrder, Settings, ShadowDraw, SplitDraw, groups, pools, shadow, split,
};
use crate::decide::{Decision, Outcome, Trace};
use crate::facts::json;
use crate::facts::{Facts, Type};
use crate::tree::Tree;
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// A decision and why.
#[derive(Serialize)]
pub(super) struct Explanation {
    /// The policy's hash.
    pub(super) policy: String,
    /// All facts by name.
    pub(super) facts: Map<String, Json>,
    /// The facts that are not empty, as CEL literals in the register's order, for people.
    #[serde(skip)]
    pub(super) shown_facts: Vec<(String, String)>,
    /// What was decided.
    pub(super) decision: Decided,
    /// Every rule in order.
    pub(super) rules: Vec<Rule>,
    /// Guards' `require`s held against targets.
    pub(super) requirements: Vec<Requirement>,
    /// The split's draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) split: Option<SplitDraw>,
    /// The shadow's draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shadow: Option<ShadowDraw>,
    /// Pools put in order.
    pub(super) pools: Vec<PoolOrder>,
    /// The plan clause by clause; none for a refusal.
    pub(super) plan: Vec<PlanGroup>,
    /// What holds for the first target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<Settings>,
}

impl Explanation {
    /// Gathers decision and trace.
    pub(super) fn of(tree: &Tree, facts: &Facts, decision: &Decision, trace: &Trace) -> Self {
        let policy = tree.policy();
        let plan = match &decision.outcome {
            Outcome::Plan(plan) => Some(plan),
            Outcome::Refused(_) => None,
        };
        let first = plan.and_then(|plan| plan.targets.first());
        Explanation {
            policy: tree.hash().to_string(),
            facts: json::to_json(&policy.facts, facts),
            shown_facts: shown_facts(tree, facts),
            decision: Decided::of(policy, decision),
            rules: rules(tree, trace),
            requirements: requirements(policy, trace),
            split: split(policy, trace),
            shadow: shadow(policy, trace),
            pools: pools(policy, trace),
            plan: plan.map(|plan| groups(policy, plan, trace)).unwrap_or_default(),
            settings: decision
                .route
                .zip(first)
                .map(|(route, first)| Settings::of(policy, route, *first, &decision.guards)),
        }
    }
}

fn shown_facts(tree: &Tree, facts: &Facts) -> Vec<(String, String)> {
    tree.policy()
        .facts
        .definitions()
        .filter_map(|(id, definition)| {
            let value = facts.get(id)?;
            let empty = *value == Type::empty(definition.ty);
            (!empty).then(|| (definition.name.clone(), value.to_string()))
        })
        .collect()
}
