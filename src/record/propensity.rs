//! The propensity of a decision as it stands in a record: with what probability the draws led to the plan's first target,
//! and to which others they could have led.

use crate::decide::{Decision, FirstTarget, GivenOrders, Outcome, first_targets};
use crate::facts::Facts;
use crate::model::ModelId;
use crate::quantity::Probability;
use crate::tree::Tree;
use std::borrow::Cow;

/// Most arms that are named: of a pool of more members only the propensity of the one taken is recorded.
const MOST_ARMS: usize = 32;

/// With what probability the draws led to the plan's first target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedPropensity<'a> {
    /// That of the target taken; `None` for a refusal, and where it is not known.
    pub taken: Option<Probability>,
    /// All targets that could have come first, where there were several, with their probabilities.
    pub arms: Vec<(Cow<'a, str>, Probability)>,
}

impl<'a> RecordedPropensity<'a> {
    /// That of a decision on these facts, with the names of the tree's policy.
    pub fn of(tree: &'a Tree, facts: &Facts, decision: &Decision) -> Self {
        let mut orders = GivenOrders(decision.orders.iter().cloned().collect());
        let Outcome::Plan(plan) = &decision.outcome else {
            return Self::default();
        };
        let firsts = first_targets(tree, facts, decision, &mut orders).unwrap_or_default();
        let known = || firsts.iter().filter(|first| !first.estimated);
        let taken = known().find(|first| plan.targets.first() == Some(&first.target));
        let name = |model: ModelId| tree.policy().model(model).map_or("", |model| model.name.as_str());
        let arm = |first: &FirstTarget| (Cow::Borrowed(name(first.target)), first.probability);
        let several = taken.is_some() && (2..=MOST_ARMS).contains(&firsts.len());
        RecordedPropensity {
            taken: taken.map(|first| first.probability),
            arms: known().filter(|_| several).map(arm).collect(),
        }
    }
}
