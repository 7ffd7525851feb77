//! The names of what a tally counts by number: all that a report needs beside the tally.

use super::condition::ConditionName;
use super::outcome::Outcome;
use crate::model::Policy;
use serde::{Deserialize, Serialize};

/// A guard or a route, by its number among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Rule {
    Guard(usize),
    Route(usize),
}

/// An outcome that is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OutcomeName {
    pub(super) name: String,
    /// How many of the parts that it is held in make one.
    pub(super) parts: u64,
}

impl OutcomeName {
    pub(super) fn of(outcome: &Outcome) -> Self {
        OutcomeName {
            name: outcome.name.clone(),
            parts: outcome.parts(),
        }
    }
}

/// The names of what a tally counts, each list in policy order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    pub(super) guards: Vec<String>,
    pub(super) routes: Vec<String>,
    pub(super) targets: Vec<String>,
    /// Guards and routes as they follow each other in the text.
    pub(super) rules: Vec<Rule>,
    /// The facts that a condition reads.
    pub(super) facts: Vec<String>,
    /// The inputs, in the order given.
    pub(super) sources: Vec<String>,
    /// Whether the comparison is with what was recorded.
    pub(super) against_recorded: bool,
    /// The outcomes that are measured.
    #[serde(default)]
    pub(super) outcomes: Vec<OutcomeName>,
    /// The conditions of the policies.
    #[serde(default)]
    pub(super) conditions: Vec<ConditionName>,
    /// The facts that are not what the gateway would have seen, by their positions.
    #[serde(default)]
    pub(super) inexact: Vec<usize>,
}

impl Names {
    pub(super) fn new(
        candidate: &Policy,
        facts: Vec<String>,
        sources: &[String],
        against_recorded: bool,
    ) -> Self {
        let guards = candidate.guards.iter().enumerate();
        let guards = guards.map(|(at, guard)| (guard.span, Rule::Guard(at)));
        let routes = candidate.routes.iter().enumerate();
        let routes = routes.map(|(at, route)| (route.span, Rule::Route(at)));
        let mut rules: Vec<_> = guards.chain(routes).collect();
        rules.sort_by_key(|(span, _)| *span);
        Names {
            guards: candidate.guards.iter().map(|guard| guard.name.clone()).collect(),
            routes: candidate.routes.iter().map(|route| route.name.clone()).collect(),
            targets: candidate.models.iter().map(|model| model.name.clone()).collect(),
            rules: rules.into_iter().map(|(_, rule)| rule).collect(),
            facts,
            sources: sources.to_vec(),
            against_recorded,
            outcomes: Vec::new(),
            conditions: Vec::new(),
            inexact: Vec::new(),
        }
    }

    /// Beside them the outcomes that are measured.
    pub(super) fn measuring(self, outcomes: Vec<OutcomeName>) -> Self {
        Names { outcomes, ..self }
    }

    /// Beside them the conditions, and the facts that are not what the gateway would have seen.
    pub(super) fn reading(self, conditions: Vec<ConditionName>, inexact: Vec<usize>) -> Self {
        Names {
            conditions,
            inexact,
            ..self
        }
    }

    /// Whether the comparison is with what was recorded, and not with a baseline policy.
    pub fn against_recorded(&self) -> bool {
        self.against_recorded
    }
}
